/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "orchestrator/execute/executor.h"
#include "orchestrator/execute/hold.h"
#include "orchestrator/execute/loop.h"
#include "orchestrator/session/accounts.h"
#include "orchestrator/session/registry.h"
#include "orchestrator/view/show.h"
#include "orchestrator/workspace/control.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/clock.h"
#include "proto/base/text.h"
#include "proto/json/json.h"

#define NAMED	3	/* tasks named in a line */

/* The tasks that a cause holds back, and the tasks that are in the way. */
struct held {
	struct text	 names, others;	/* others: "[a] [b]", what is in the way */
	size_t		 n;
	const char	*by, *only;	/* by: the first of the others; only: no other task is looked for */
};

static void
add_by(struct held *h, const char *task, const char *by)
{
	char *name = text_format("[%s]", by);

	if ((h->only == NULL || strcmp(h->only, task) == 0) && (h->others.len == 0 || strstr(h->others.buf, name) == NULL))
		text_printf(&h->others, "%s%s", h->others.len > 0 ? " " : "", name);
	free(name);
}

static void
add(struct held *h, const char *task, const char *by)
{
	if (h->only != NULL && strcmp(h->only, task) != 0)
		return;
	if (h->n++ < NAMED)
		text_printf(&h->names, "%s[%s]", h->n > 1 ? " " : "", task);
	if (h->by == NULL)
		h->by = by;
	if (by != NULL)
		add_by(h, task, by);
}

/* "[a] [b] and 2 more" with the verb for one or many; malloced. */
static char *
names(const struct held *h, const char *one, const char *many)
{
	return h->n > NAMED ? text_format("%s and %zu more %s", h->names.buf, h->n - NAMED, many) :
	    text_format("%s %s", h->names.buf, h->n == 1 ? one : many);
}

enum hold
hold_between(const struct work *a, const struct work *b)
{
	if (a->alone || b->alone)
		return HOLD_ALONE;
	return a->paths->n == 0 || b->paths->n == 0 ? HOLD_NO_PATHS : HOLD_PATHS;
}

struct blockers { struct work *w; const char **id; size_t n; bool room, closed; };

/* A ready task: what keeps it from being dispatched? */
static void
look_ready(struct executor *f, size_t i, struct blockers *b, struct held held[HOLDS])
{
	const struct task *t = &f->list.v[i];
	struct work w = executor_work(t);

	if (f->t[i].last || f->t[i].not_before > clock_now()) {
		add(&held[HOLD_LATER], t->item.id, NULL);
		return;
	}
	if (b->closed) {
		add(&held[HOLD_ACCOUNT], t->item.id, NULL);
		return;
	}
	for (size_t k = 0; k < b->n; k++)
		if (!admit_beside(&w, &b->w[k], 1, &f->limits)) {
			add(&held[hold_between(&w, &b->w[k])], t->item.id, b->id[k]);
			b->w[b->n] = w;
			b->id[b->n++] = t->item.id;
			return;
		}
	if (!b->room)
		add(&held[HOLD_PLACES], t->item.id, NULL);
}

static void
look_all_ready(struct executor *f, struct held held[HOLDS])
{
	struct blockers b = { 0 };
	struct work *running;
	struct limits limits;
	size_t n = executor_running(f, &running, &limits), i = taskgraph_next(&f->graph);
	char *account;

	b.room = admit_room(running, n, &limits);
	b.closed = accounts_closed(f->o, &f->settings, &account) != 0;
	free(account);
	b.w = calloc(n + EXECUTOR_LOOKED_AT, sizeof(*b.w));
	b.id = calloc(n + EXECUTOR_LOOKED_AT, sizeof(*b.id));
	for (; b.w != NULL && b.id != NULL && b.n < n; b.n++) {
		b.w[b.n] = running[b.n];
		b.id[b.n] = "a task that runs";
		for (size_t k = 0; k < f->nactive; k++)
			if (running[b.n].paths == &f->list.v[f->active[k]].item.allowed_paths)
				b.id[b.n] = f->list.v[f->active[k]].item.id;
	}
	for (size_t k = 0; b.w != NULL && b.id != NULL && k < EXECUTOR_LOOKED_AT && i != TASK_NONE; k++) {
		look_ready(f, i, &b, held);
		i = taskgraph_after(&f->graph, i);
	}
	free(b.w);
	free(b.id);
	free(running);
}

/* Tasks that are not ready. */
static void
look_waiting(const struct executor *f, struct held held[HOLDS])
{
	const struct taskgraph *g = &f->graph;

	for (size_t i = 0; i < g->n; i++) {
		const struct task *t = &f->list.v[i];
		enum hold cause = HOLD_DEPENDS;
		const char *by = NULL;

		if (executor_elsewhere(t))
			add(&held[HOLD_SOURCE], t->item.id, t->nhistory > 0 ? t->history[t->nhistory - 1].reason : NULL);
		if (g->status[i] != TASK_PENDING || g->waiting[i] == 0)
			continue;
		for (size_t k = g->needs_at[i]; k < g->needs_at[i + 1]; k++) {
			size_t need = g->needs[k];

			if (g->status[need] == TASK_COMPLETE)
				continue;
			if (g->status[need] == TASK_FAILED || (g->status[need] == TASK_BLOCKED && !executor_elsewhere(&f->list.v[need]))) {
				cause = HOLD_FAILED;
				by = f->list.v[need].item.id;
			} else if (by == NULL)
				by = f->list.v[need].item.id;
		}
		add(&held[cause], t->item.id, by);
		for (size_t k = g->needs_at[i]; cause == HOLD_DEPENDS && k < g->needs_at[i + 1]; k++)
			if (g->status[g->needs[k]] != TASK_COMPLETE)
				add_by(&held[cause], t->item.id, f->list.v[g->needs[k]].item.id);
	}
}

/* The sessions that run. */
static void
look_sessions(struct executor *f, struct hold_lines *h)
{
	char at[CLOCK_TEXT];
	struct entry e;

	for (size_t k = 0; k < f->nactive; k++) {
		const struct task *t = &f->list.v[f->active[k]];

		if (executor_entry(f->o, t->session, &e) == -1)
			continue;
		if (e.paused && h->v[HOLD_SESSION] == NULL)
			h->v[HOLD_SESSION] = text_format("[%s] is paused before its next step; orchestrator resume %s continues "
			    "it", t->item.id, t->item.id);
		if (e.error == NULL && status_live(e.state.status) && e.state.parked_until != 0 && h->v[HOLD_ACCOUNT] == NULL)
			h->v[HOLD_ACCOUNT] = text_format("[%s] waits until %s for the limit of its account; orchestrator cancel %s, and "
			    "dispatch --agent gives it to another", t->item.id,
			    clock_local(e.state.parked_until, clock_wall(), at, sizeof(at)), t->item.id);
		entry_release(&e);
	}
}

/* Why no further session may run: "for a running session to end: ..." */
static char *
places(const struct executor *f)
{
	char *bound = capacity_text(&f->capacity, f->max_name), *s;

	if (f->by_load < f->capacity.at_once)
		s = text_format("for a running session to end: the load average allows %zu; the setting max_load (%lld) changes that",
		    f->by_load, (long long)f->settings.max_load);
	else
		s = text_format("for a running session to end: the limit is %zu (%s); execute --max-parallel N or the setting %s "
		    "changes that", f->limits.max, bound, f->capacity.by_memory == f->limits.max && f->limits.max < f->capacity.wanted ?
		    "session_memory_mb" : "max_parallel");
	free(bound);
	return s;
}

static char *
text_for_account(const struct executor *f, const char *who)
{
	char at[CLOCK_TEXT], *account, *s;
	int64_t until = accounts_closed(f->o, &f->settings, &account);

	s = text_format("%s until %s for the usage limit of account %s; roles.implementer can name another agent", who,
	    clock_local(until, clock_wall(), at, sizeof(at)), account != NULL ? account : "");
	free(account);
	return s;
}

static char *
text_of(const struct executor *f, enum hold cause, const struct held *h)
{
	const char *by = h->by == NULL ? "" : h->by, *others = h->others.len > 0 ? h->others.buf : "";
	char *who = names(h, "waits", "wait"), *s = NULL, *more;

	switch (cause) {
	case HOLD_PLACES:
		more = places(f);
		s = text_format("%s %s", who, more);
		free(more);
		break;
	case HOLD_PATHS:
		s = text_format("%s for %s: their allowed_paths can name the same file; orchestrator tasks edit %s --allow changes that",
		    who, others, by);
		break;
	case HOLD_ALONE:
		s = text_format("%s for [%s]: one of them is not parallelizable; orchestrator tasks edit --parallelizable yes changes that",
		    who, by);
		break;
	case HOLD_NO_PATHS:
		s = f->settings.ambiguous == AMBIGUOUS_ASK ?
		    text_format("%s for [%s]: neither has allowed_paths; answer the question in orchestrator questions, or give them paths "
		    "with orchestrator tasks edit --allow",
		    who, by) :
		    text_format("%s for [%s]: neither has allowed_paths; the setting ambiguous, or orchestrator tasks edit --allow, "
		    "changes that", who, by);
		break;
	case HOLD_FAILED:
		s = text_format("%s for [%s], which has failed; orchestrator tasks reopen %s gives it another try", who, by, by);
		break;
	case HOLD_DEPENDS:
		s = text_format("%s for %s first; orchestrator tasks edit --depends-on changes that", who, others);
		break;
	case HOLD_SOURCE:
		s = text_format("%s: %s; bd show has the details", who, by[0] != '\0' ? by : "its source does not have it ready");
		break;
	case HOLD_LATER:
		s = text_format("%s to be dispatched again after a failure", who);
		break;
	case HOLD_ACCOUNT:
		s = text_for_account(f, who);
		break;
	case HOLD_PAUSED:
	case HOLD_STOPPED:
	case HOLD_SESSION:
	case HOLDS:
		break;
	}
	free(who);
	return s;
}

static void
fill(struct hold_lines *h, struct executor *f, bool waiting, const char *only)
{
	struct held held[HOLDS];

	memset(held, 0, sizeof(held));
	for (int i = 0; i < HOLDS; i++)
		held[i].only = only;
	look_all_ready(f, held);
	if (waiting)
		look_waiting(f, held);
	for (int i = 0; i < HOLDS; i++) {
		if (held[i].n > 0)
			h->v[i] = text_of(f, (enum hold)i, &held[i]);
		text_free(&held[i].names);
		text_free(&held[i].others);
	}
}

void
hold_make_task(struct hold_lines *h, struct executor *f, const char *task)
{
	memset(h, 0, sizeof(*h));
	if (control_paused(f->o))
		h->v[HOLD_PAUSED] = text_format("no more sessions are started: execute is paused; orchestrator resume ends the pause");
	if (f->stopped != NULL)
		h->v[HOLD_STOPPED] = text_format("no more sessions are started: %s; orchestrator execute continues the list", f->stopped);
	fill(h, f, true, task);
}

void
hold_make(struct hold_lines *h, struct executor *f)
{
	hold_make_task(h, f, NULL);
	look_sessions(f, h);
}

void
hold_release(struct hold_lines *h)
{
	for (int i = 0; i < HOLDS; i++)
		free(h->v[i]);
	memset(h, 0, sizeof(*h));
}

void
hold_print(const struct hold_lines *h)
{
	struct text t = { 0 };

	for (int i = 0; i < HOLDS; i++) {
		if (h->v[i] == NULL)
			continue;
		text_clear(&t);
		text_line(&t, h->v[i], strlen(h->v[i]));
		show_note("held back", t.buf);
	}
	text_free(&t);
}

struct json *
hold_json(const struct hold_lines *h)
{
	struct json *list = json_new_array();

	for (int i = 0; i < HOLDS; i++)
		if (h->v[i] != NULL)
			json_append(list, json_new_string(h->v[i]));
	return list;
}

/* What waits for a task is said when execute begins; pauses, parked accounts and tries are events of their own. */
void
hold_say(struct executor *f)
{
	struct hold_lines h = { 0 };

	if (f->loop->paused || f->stopped != NULL)
		return;
	fill(&h, f, !f->held_said, NULL);
	f->held_said = true;
	for (int i = 0; i < HOLDS; i++) {
		if (h.v[i] != NULL && !f->held[i] && i != HOLD_LATER)
			loop_say(f->loop, f->id, "held back", "%s", h.v[i]);
		f->held[i] = h.v[i] != NULL;
	}
	hold_release(&h);
}
