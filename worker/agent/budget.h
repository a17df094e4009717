/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WORKER_BUDGET_H
#define WORKER_BUDGET_H

/*
 * Budgets, checked during runs and shared by sessions at the same time (proto/record/ledger.h).  At 80 % the session
 * says so.  At 100 % the run ends at its next safe point, and the session asks for more; an answer to one session is
 * for all that share the budget.
 */

#include <stdbool.h>

struct agent;
struct agent_run;
struct worker;

/* Before a run: if a budget is spent, asks for more and waits for the answer.  false: worker_fail is set. */
bool budget_ready(struct worker *, const struct agent *);
/* When the run starts: sets w->left_microusd.  false: a budget was spent meanwhile, or can't be read: budget_ready() again. */
bool budget_left(struct worker *, const struct agent *);
/* Is any budget in tokens?  Some clients report the tokens of each response only on request. */
bool budget_counts_tokens(const struct worker *);
/* Adds the client's figures so far to state.json and to the ledgers; sets run->spent if a budget is spent. */
void budget_heard(struct worker *, struct agent_run *);

#endif
