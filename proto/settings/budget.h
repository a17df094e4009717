/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROTO_BUDGET_H
#define PROTO_BUDGET_H

/* Budgets in tokens and dollars, and the answers to the question for more.  Pure. */

#include <stdbool.h>
#include <stdint.h>

struct budget {			/* or its use; 0 = no limit */
	int64_t	 tokens;	/* in and out */
	int64_t	 microusd;	/* "usd" in files */
};

/* What shares a budget; for the last two, a new one begins each day, in local time. */
enum budget_scope { BUDGET_RUN, BUDGET_SESSION, BUDGET_LIST, BUDGET_DAY, BUDGET_ACCOUNT, BUDGET_SCOPES };
const char *budget_scope_name(enum budget_scope);

enum budget_level { BUDGET_FREE, BUDGET_NOTICE, BUDGET_SPENT };
#define BUDGET_NOTICE_PERCENT	80
/* The level that either figure has reached. */
enum budget_level budget_level(const struct budget *limit, const struct budget *used);
/* The limit plus its raises. */
struct budget budget_raised(const struct budget *limit, const struct budget *more);

/* Sets the dollars ("5", "5 USD", "$5") or the tokens ("20000 tokens") of a budget: at least a cent or a token.  false:
 * the text is no amount, and nothing is set. */
bool budget_amount(const char *, struct budget *);
/* "no"; "yes", which raises the budget by its limit; or an amount in a limited unit, of at least a cent or a token: "5",
 * "5 USD", "$5", "20000 tokens".  A number alone is dollars, unless only tokens are limited. */
enum budget_reply { BUDGET_UNCLEAR, BUDGET_REFUSE, BUDGET_RAISE };
enum budget_reply budget_reply(const char *answer, const struct budget *limit, struct budget *more);

/* "10.00 USD", "5000 tokens" or both, as the limit has them; malloced.  Every raise by a reply changes it. */
char *budget_text(const struct budget *amount, const struct budget *limit);
/* The limited units, by the amounts after the last colon of a question: 1, or 0 = no limit.  Both if there are none. */
struct budget budget_limited(const char *question);

#endif
