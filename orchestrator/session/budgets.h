/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_BUDGETS_H
#define ORCHESTRATOR_BUDGETS_H

/* The budgets that sessions share (proto/record/ledger.h): of today, of lists with running tasks, and of the accounts
 * of the roles' agents.  Only those with a limit. */

struct json;
struct orch;

/* "budget     day 2026-01-31: 1.20 USD of 5.00 USD; codex may exceed it by a turn" for each. */
void budgets_print(struct orch *);
/* [{"scope": "day", "name": "2026-01-31", "used": {"tokens", "usd"}, "limit": {"tokens", "usd"}, "by_turn": ["codex"]}] */
struct json *budgets_json(struct orch *);

#endif
