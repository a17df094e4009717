/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WORKER_PURSE_H
#define WORKER_PURSE_H

/*
 * A budget as a worker sees it: its limit, and its use so far, by the session alone or by all that share it
 * (proto/record/ledger.h).
 *
 *	if (purse_open(w, agent, scope, &p) == 0 && purse_level(&p, &p.sum.used) == BUDGET_SPENT)
 *		...
 *	purse_close(&p);
 */

#include "proto/record/ledger.h"

struct agent;
struct worker;

struct purse {
	enum budget_scope scope;
	struct budget	 limit;		/* of the settings */
	struct ledger	 sum;
	char		*path;		/* of the ledger, malloced; NULL = of this session alone */
	char		*name;		/* "the budget of ...", malloced */
};

/* The least that a run gets of a shared budget, microusd, unless less is left: with less a run can do nothing. */
#define PURSE_LEAST	INT64_C(100000)

/* The limit in the settings, the list or the item. */
struct budget purse_limit(const struct worker *, enum budget_scope);
/* 0, or -1 with errno: what was used is not known.  Both need purse_close(). */
int purse_open(const struct worker *, const struct agent *, enum budget_scope, struct purse *);
void purse_close(struct purse *);
/* The level of the budget with this use. */
enum budget_level purse_level(const struct purse *, const struct budget *used);
/* What a run that begins now may use, microusd: what is left, or of a shared budget the part of one of max_parallel runs,
 * unless a run of the same turn has used up such a part: the turn would never end with ever smaller ones.  0 = the budget
 * is not in dollars. */
int64_t purse_share(const struct worker *, const struct purse *);

#endif
