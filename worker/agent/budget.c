/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/clock.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/record/account.h"
#include "proto/record/ledger.h"
#include "proto/record/message.h"
#include "proto/session/layout.h"
#include "proto/sys/watch.h"
#include "worker/agent/agent.h"
#include "worker/agent/budget.h"
#include "worker/agent/purse.h"
#include "worker/agent/usage.h"
#include "worker/client/mail.h"
#include "worker/client/tells.h"
#include "worker/core/output.h"
#include "worker/core/worker.h"
#include "worker/run/limit.h"

#define RUN	"Run %03u has spent"	/* how a question about the budget of a run begins */

static bool
unknown(struct worker *w, const struct purse *p)
{
	worker_broken(w, "%s: %s", p->path, strerror(errno));
	return true;
}

/* Only the session whose use reaches a level reports it. */
static void
notice(struct worker *w, const struct purse *p, const struct budget *before)
{
	struct budget most = budget_raised(&p->limit, &p->sum.raised);
	enum budget_level now = purse_level(p, &p->sum.used);
	char *used, *of;

	if (now == BUDGET_FREE || purse_level(p, before) >= now)
		return;
	used = budget_text(&p->sum.used, &p->limit);
	of = budget_text(&most, &p->limit);
	snprintf(w->state.notice, sizeof(w->state.notice), "%s of the budget of %s: %s of %s",
	    now == BUDGET_SPENT ? "all" : "80 %", p->name, used, of);
	output_log("%s", w->state.notice);
	(void)worker_save(w, false);
	free(used);
	free(of);
}

/* The session's use in a scope: for a day, on that day alone; for an account, on that day with that account. */
static struct budget
share(const struct worker *w, const struct agent_run *run, enum budget_scope scope)
{
	struct budget all = { 0 };
	char day[16];

	ledger_day(clock_wall(), day);
	for (size_t i = 0; i < w->state.nspent; i++) {
		const struct state_spent *s = &w->state.spent[i];

		if ((scope != BUDGET_LIST && strcmp(s->day, day) != 0) ||
		    (scope == BUDGET_ACCOUNT && strcmp(s->account, run->account) != 0))
			continue;
		all.tokens += s->input_tokens + s->output_tokens;
		all.microusd += s->cost_microusd;
	}
	return all;
}

/* Counts the use in one scope.  true: the budget is spent, or its use can't be recorded. */
static bool
count(struct worker *w, struct agent_run *run, enum budget_scope scope, const struct budget *delta)
{
	struct purse p;
	struct ledger before = { 0 };
	struct budget mine;
	bool spent = false;

	if (purse_open(w, run->agent, scope, &p) == -1)
		spent = unknown(w, &p);
	else if (p.path != NULL) {
		mine = share(w, run, scope);
		if (ledger_use(p.path, w->config.session, &mine, &before, &p.sum) == -1)
			spent = unknown(w, &p);
	} else if (scope == BUDGET_SESSION) {
		before.used = (struct budget){ p.sum.used.tokens - delta->tokens, p.sum.used.microusd - delta->microusd };
	}
	notice(w, &p, &before.used);
	spent |= purse_level(&p, &p.sum.used) == BUDGET_SPENT;
	purse_close(&p);
	return spent;
}

void
budget_heard(struct worker *w, struct agent_run *run)
{
	struct state_used was = run->counted;
	struct budget delta, own;

	if (run->account == NULL)
		run->account = account_name(&w->config.settings, run->agent);
	usage_add(&w->state, run);
	delta = (struct budget){ run->counted.input_tokens + run->counted.output_tokens - was.input_tokens - was.output_tokens,
		run->counted.cost_microusd - was.cost_microusd };
	if (delta.tokens == 0 && delta.microusd == 0)
		return;
	(void)worker_save(w, false);	/* before the ledgers, which follow it */
	for (int scope = BUDGET_SESSION; scope < BUDGET_SCOPES; scope++)
		run->spent |= count(w, run, (enum budget_scope)scope, &delta);
	own = (struct budget){ run->counted.input_tokens + run->counted.output_tokens, run->counted.cost_microusd };
	if (budget_level(&w->config.settings.budget[BUDGET_RUN], &own) == BUDGET_SPENT)
		run->spent = w->run_spent = true;
}

bool
budget_counts_tokens(const struct worker *w)
{
	bool any = false;

	for (int scope = 0; scope < BUDGET_SCOPES; scope++)
		any |= purse_limit(w, (enum budget_scope)scope).tokens != 0;
	return any;
}

/* Waits for the answer.  NULL: stopped or parked, or the budget is no longer spent, as when another session's answer has
 * raised it or a new day has begun. */
static struct question *
await(struct worker *w, const struct agent *a, const char *id, const struct purse *p)
{
	struct watch watch = { 0 };
	struct watch_timer timer = { 0 };
	struct watch_event ev;
	struct question *q;
	char *dir = p->path != NULL ? text_format("%.*s", (int)(strrchr(p->path, '/') - p->path), p->path) : NULL;
	struct purse now;
	int64_t wall;
	bool busy, over = false;

	if (dir != NULL)
		watch_dir(&watch, dir, false);
	for (;;) {
		busy = answers_scan(w);
		busy = tells_scan(w) || busy;
		q = questions_find(&w->questions, id);
		if (q == NULL || q->status == QUESTION_ANSWERED || worker_interrupted(w))
			break;
		if (dir != NULL) {
			over = purse_open(w, a, p->scope, &now) == 0;
			over = over && purse_level(&now, &now.sum.used) != BUDGET_SPENT;
			purse_close(&now);
		}
		/* of a shared budget, another session's answer may come */
		w->state.parked = dir == NULL && w->config.settings.park_worker && !busy;
		if (over || w->state.parked)
			break;
		wall = clock_wall();
		watch_timer(&timer, busy ? clock_now() + CLOCK_S : p->scope == BUDGET_DAY || p->scope == BUDGET_ACCOUNT
		    ? clock_now() + (ledger_tomorrow(wall) - wall) * CLOCK_MS : 0);
		if (watch_next(&ev) == -1)
			break;
		if (ev.kind == WATCH_SIGNAL && ev.signo != SIGCHLD)
			w->stop_signal = ev.signo;
	}
	watch_timer(&timer, 0);
	watch_undir(&watch);
	free(dir);
	if (over)
		mail_withdraw(w, "", "the budget was raised");
	return q != NULL && q->status == QUESTION_ANSWERED ? q : NULL;
}

static bool
is_stopped(struct worker *w)
{
	if (!worker_interrupted(w))
		return false;
	worker_fail(w, "stopped", "stopped before the budget was raised");
	return true;
}

/* Asks for more, in the same words after a restart.  false: refused, or stopped. */
static bool
ask(struct worker *w, const struct agent *a, const struct purse *p, const char *text)
{
	char id[SESSION_ID_MAX], reason[256];
	struct question *q, new = { .role = ROLE_NONE };
	struct budget more;

	strlcpy(new.budget, budget_scope_name(p->scope), sizeof(new.budget));
	new.text = text_format("%s", text);
	message_id_make(id, sizeof(id), 'q');
	q = mail_ask(w, &new, id, "", reason, sizeof(reason));
	free(new.text);
	if (q == NULL) {
		worker_fail(w, REASON_BUDGET, "%s; the question was refused: %s", text, reason);
		return false;
	}
	strlcpy(id, q->id, sizeof(id));
	if (questions_save(w->dirfd, &w->questions) == -1) {
		worker_disk_failed(w, SESSION_FILE_QUESTIONS);
		return false;
	}
	worker_settle(w);
	q = await(w, a, id, p);
	worker_settle(w);
	if (q == NULL)
		return !is_stopped(w);
	if (budget_reply(q->answer, &p->limit, &more) != BUDGET_RAISE) {
		worker_fail(w, REASON_BUDGET, "the budget of %s is spent, and was not raised", p->name);
		return false;
	}
	return p->path == NULL || ledger_raise(p->path, id, &p->limit, &more) == 0 || !unknown(w, p);
}

static bool
scope_ready(struct worker *w, const struct agent *a, enum budget_scope scope)
{
	struct budget most;
	struct purse p;
	char *of, *text, *last = NULL;
	bool spent, good = true;

	do {
		if (purse_open(w, a, scope, &p) == -1)
			good = !unknown(w, &p);
		spent = good && purse_level(&p, &p.sum.used) == BUDGET_SPENT;
		if (spent) {
			most = budget_raised(&p.limit, &p.sum.raised);
			of = budget_text(&most, &p.limit);
			text = text_format("The budget of %s is spent: %s.  Raise it?  Answer yes for as much again, an "
			    "amount, or no to end the session.", p.name, of);
			good = last == NULL || strcmp(last, text) != 0;
			if (!good)
				worker_fail(w, REASON_BUDGET, "the budget of %s is spent, and the answer does not raise it", p.name);
			else if ((good = !is_stopped(w) && ask(w, a, &p, text)))
				w->state.notice[0] = '\0';	/* it was of the former amount */
			free(last);
			last = text;
			free(of);
		}
		purse_close(&p);
	} while (spent && good);
	free(last);
	return good;
}

/* The last question about a run's budget, if its answer had no effect yet, as after a crash; NULL = none. */
static const struct question *
pending(const struct worker *w)
{
	const struct question *q, *last = NULL;
	char *run = text_format(RUN, (unsigned)w->state.runs);
	bool of_last;

	for (q = w->questions.q; q < w->questions.q + w->questions.n; q++)
		if (strcmp(q->budget, budget_scope_name(BUDGET_RUN)) == 0)
			last = q;
	of_last = last != NULL && strncmp(last->text, run, strlen(run)) == 0;
	free(run);
	return last != NULL && (of_last || last->status != QUESTION_ANSWERED) ? last : NULL;
}

/* The next run has a budget of its own. */
static bool
run_ready(struct worker *w, const struct agent *a)
{
	struct purse p = { .scope = BUDGET_RUN, .limit = purse_limit(w, BUDGET_RUN), .name = text_format("a run") };
	const struct question *q = pending(w);
	char *of = budget_text(&p.limit, &p.limit), *text = NULL;
	bool good = true;

	if (q != NULL)
		text = text_format("%s", q->text);
	else if (w->run_spent)
		text = text_format(RUN " the budget of a run: %s.  Continue in another run?  Answer yes, or no to end the "
		    "session.", (unsigned)w->state.runs, of);
	w->run_spent = false;
	if (text != NULL)
		good = ask(w, a, &p, text);
	free(text);
	free(of);
	purse_close(&p);
	return good;
}

bool
budget_ready(struct worker *w, const struct agent *a)
{
	if (!run_ready(w, a))
		return false;
	for (int scope = BUDGET_SESSION; scope < BUDGET_SCOPES; scope++)
		if (!scope_ready(w, a, (enum budget_scope)scope))
			return false;
	return true;
}

bool
budget_left(struct worker *w, const struct agent *a)
{
	struct purse p;
	int64_t share;
	bool free = true;

	w->left_microusd = purse_limit(w, BUDGET_RUN).microusd;
	for (int scope = BUDGET_SESSION; free && scope < BUDGET_SCOPES; scope++) {
		free = purse_open(w, a, (enum budget_scope)scope, &p) == 0 && purse_level(&p, &p.sum.used) != BUDGET_SPENT;
		share = free ? purse_share(w, &p) : 0;
		if (share > 0 && (w->left_microusd == 0 || share < w->left_microusd))
			w->left_microusd = share;
		purse_close(&p);
	}
	return free;
}
