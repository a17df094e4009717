/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "proto/base/clock.h"
#include "proto/base/text.h"
#include "proto/record/account.h"
#include "proto/record/ledger.h"
#include "proto/session/layout.h"
#include "worker/agent/agent.h"
#include "worker/agent/purse.h"
#include "worker/core/worker.h"
#include "worker/run/confine.h"

struct budget
purse_limit(const struct worker *w, enum budget_scope scope)
{
	struct budget b = w->config.settings.budget[scope];

	if (scope != BUDGET_SESSION)
		return b;
	if (w->item.budget.tokens != 0 || w->item.budget.microusd != 0)
		return w->item.budget;
	if (b.tokens == 0)
		b.tokens = w->limits.tokens;
	if (b.microusd == 0)
		b.microusd = w->limits.cost_microusd;
	return b;
}

/* The state directory with the name of the workspace below it, malloced; NULL for a session made by hand. */
static char *
workspace(const struct worker *w)
{
	size_t n;

	return session_home(w->path, &n) > 0 ? text_format("%.*s", (int)n, w->path) : NULL;
}

static int
open_shared(const struct worker *w, const struct agent *a, struct purse *p)
{
	int rc;
	char *state = confine_state(w), *in = workspace(w), *account = account_name(&w->config.settings, a), day[16];
	int64_t now = clock_wall();

	ledger_day(now, day);
	if (in != NULL && p->scope == BUDGET_LIST && w->config.list != NULL) {
		p->path = ledger_of_list(in, w->config.list);
		p->name = text_format("the list %s", w->config.list);
	} else if (in != NULL && p->scope == BUDGET_DAY) {
		p->path = ledger_of_day(in, now);
		p->name = text_format("%s", day);
	} else if (in != NULL && p->scope == BUDGET_ACCOUNT) {
		p->path = ledger_of_account(state, account, now);
		p->name = text_format("the account %s on %s", account, day);
	} else
		p->limit = (struct budget){ 0 };
	rc = p->path != NULL ? ledger_read(p->path, &p->sum) : 0;
	free(account);
	free(in);
	free(state);
	return rc;
}

int
purse_open(const struct worker *w, const struct agent *a, enum budget_scope scope, struct purse *p)
{
	const struct question *q;
	struct budget more;

	*p = (struct purse){ .scope = scope, .limit = purse_limit(w, scope) };
	if (scope != BUDGET_SESSION)
		return open_shared(w, a, p);
	p->name = text_format("the session of %s", w->config.item);
	p->sum.used = (struct budget){ w->state.input_tokens + w->state.output_tokens, w->state.cost_microusd };
	for (q = w->questions.q; q < w->questions.q + w->questions.n; q++)
		if (q->status == QUESTION_ANSWERED && strcmp(q->budget, budget_scope_name(scope)) == 0 &&
		    budget_reply(q->answer, &p->limit, &more) == BUDGET_RAISE) {
			p->sum.raised.tokens += more.tokens;
			p->sum.raised.microusd += more.microusd;
		}
	return 0;
}

void
purse_close(struct purse *p)
{
	free(p->path);
	free(p->name);
}

enum budget_level
purse_level(const struct purse *p, const struct budget *used)
{
	struct budget most = budget_raised(&p->limit, &p->sum.raised);

	return budget_level(&most, used);
}

int64_t
purse_share(const struct worker *w, const struct purse *p)
{
	int64_t left = budget_raised(&p->limit, &p->sum.raised).microusd - p->sum.used.microusd, share = left;

	if (p->limit.microusd == 0)
		return 0;
	if (p->path != NULL && !w->part_spent)
		share /= w->config.settings.max_parallel;
	if (share < PURSE_LEAST)
		share = PURSE_LEAST;
	return share < left ? share : left;
}
