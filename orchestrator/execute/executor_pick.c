/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "orchestrator/execute/executor.h"
#include "orchestrator/execute/loop.h"
#include "orchestrator/session/accounts.h"
#include "proto/base/alloc.h"
#include "proto/base/clock.h"

/* Adds tasks that share the session of the one going out, unless that would overtake a waiting task. */
static void
add_group(const struct taskgraph *g, struct work *waits, size_t nwaits, const struct work *running,
    size_t nrunning, const struct limits *limits, bool (*skip)(void *, size_t), void *arg,
    struct pick *p)
{
	const struct task *v[EXECUTOR_LOOKED_AT] = { &g->list->v[p->v[0]] };
	size_t at[EXECUTOR_LOOKED_AT] = { p->v[0] }, of[EXECUTOR_LOOKED_AT], m = 1;
	size_t i = taskgraph_after(g, p->v[0]);
	struct work w;

	for (; m + nwaits < EXECUTOR_LOOKED_AT && i != TASK_NONE; i = taskgraph_after(g, i)) {
		if (skip != NULL && skip(arg, i))
			continue;
		w = executor_work(&g->list->v[i]);
		if (admit_beside(&w, running, nrunning, limits) &&
		    admit_beside(&w, waits, nwaits, limits)) {
			at[m] = i;
			v[m++] = &g->list->v[i];
		} else
			waits[nwaits++] = w;
	}
	group_make(v, m, of);
	for (size_t k = 1; k < m; k++)
		if (of[k] == of[0] && p->n < GROUP_MAX)
			p->v[p->n++] = at[k];
}

bool
executor_choose(const struct taskgraph *g, const struct work *running, size_t nrunning,
    const struct limits *limits, bool group, bool (*skip)(void *, size_t), void *arg,
    struct pick *p)
{
	struct work ready[EXECUTOR_LOOKED_AT];
	size_t n = 0, i;

	if (!admit_room(running, nrunning, limits))
		return false;
	i = taskgraph_next(g);
	for (size_t k = 0; k < EXECUTOR_LOOKED_AT && i != TASK_NONE; k++) {
		if (skip == NULL || !skip(arg, i)) {
			ready[n++] = executor_work(&g->list->v[i]);
			if (admit_may(ready, n - 1, running, nrunning, limits)) {
				*p = (struct pick){ .v = { i }, .n = 1 };
				if (group)
					add_group(g, ready, n - 1, running, nrunning, limits, skip,
					    arg, p);
				return true;
			}
		}
		i = taskgraph_after(g, i);
	}
	return false;
}

/* Is the session only waiting for its merge? */
static bool
is_idle(const struct executor *f, const char *session)
{
	const struct session_row *s = f->loop == NULL ? NULL : table_find(&f->loop->table, session);
	struct entry e;
	bool idle = false;

	if (s != NULL)
		return !status_live(s->e.state.status) && s->e.error == NULL;
	if (executor_entry(f->o, session, &e) == 0) {
		idle = !status_live(e.state.status) && e.error == NULL;
		entry_release(&e);
	}
	return idle;
}

/* A session takes one place, whatever its number of tasks. */
static size_t
collect_own(const struct executor *f, struct work *w)
{
	bool known = f->pid == 0;
	size_t n = 0;

	for (size_t k = 0; k < f->nactive; k++) {
		size_t i = f->active[k];
		const struct task *t = &f->list.v[i];

		w[n] = executor_work(t);
		w[n].alone |= f->t[i].alone;
		w[n++].idle = executor_follows(&f->list, t) || is_idle(f, t->session);
		known |= i == f->spawning.v[0];
	}
	for (size_t k = 0; !known && k < f->spawning.n; k++) {
		w[n] = executor_work(&f->list.v[f->spawning.v[k]]);
		w[n].alone |= f->t[f->spawning.v[k]].alone;
		w[n++].idle = k > 0;
	}
	return n;
}

/* Tasks of other lists that execute works through run beside them too. */
static size_t
collect_running(const struct executor *f, struct work **w)
{
	const struct executor *first = f->loop == NULL ? f : f->loop->executor;
	size_t n = 0, most = 0;

	for (const struct executor *one = first; one != NULL; one = one->next)
		most += one->nactive + GROUP_MAX;
	*w = alloc_array(most, sizeof(**w));
	for (const struct executor *one = first; one != NULL; one = one->next)
		n += collect_own(one, *w + n);
	return n;
}

/* Answered sessions that wait for room go first.  A task of a list has its place already. */
static size_t
places_kept(const struct loop *l)
{
	const struct session_row *s;
	size_t n = 0;
	bool listed;

	if (l->full > 0)
		TAILQ_FOREACH(s, &l->table.all, all) {
			listed = false;
			for (const struct executor *one = l->executor; one != NULL; one = one->next)
				listed |= tasklist_find(&one->list, s->e.state.item) != TASK_NONE;
			n += s->action == ACTION_FULL && !listed;
		}
	return n;
}

size_t
executor_running(struct executor *f, struct work **w, struct limits *limits)
{
	size_t n = collect_running(f, w), taken = 0, kept = f->loop != NULL ? places_kept(f->loop) : 0;

	*limits = f->limits;
	f->by_load = SIZE_MAX;
	limits->max -= kept < limits->max ? kept : limits->max;
	if (f->settings.max_load == 0)
		return n;
	for (size_t i = 0; i < n; i++)
		taken += !(*w)[i].idle;
	f->by_load = capacity_by_load(capacity_load(), f->machine.processors, f->settings.max_load, taken);
	if (f->by_load < limits->max)
		limits->max = f->by_load;
	return n;
}

static bool
is_spawning(const struct executor *f, size_t i)
{
	for (size_t k = 0; f->pid != 0 && k < f->spawning.n; k++)
		if (f->spawning.v[k] == i)
			return true;
	return false;
}

/* Excludes a task that is being dispatched, or whose dispatch failed a moment ago. */
static bool
not_now(void *arg, size_t i)
{
	struct executor *f = arg;
	const struct executor_task *t = &f->t[i];

	if (is_spawning(f, i) || t->last)
		return true;
	if (f->opts.pause != NULL && strcmp(f->list.v[i].phase, f->opts.pause) == 0) {
		f->paused = true;
		return true;
	}
	if (t->not_before <= clock_now())
		return false;
	if (f->wake == 0 || t->not_before < f->wake)
		f->wake = t->not_before;
	return true;
}

/* Nothing runs: a task whose dispatch failed repeatedly gets its last try. */
static bool
pick_last(struct executor *f, struct pick *p)
{
	for (size_t i = 0; f->nlast > 0 && i < f->list.n; i++) {
		if (!f->t[i].last || !taskgraph_ready(&f->graph, i))
			continue;
		f->t[i].last = false;
		f->t[i].alone = true;
		f->nlast--;
		*p = (struct pick){ .v = { i }, .n = 1 };
		return true;
	}
	return false;
}

bool
executor_ready(const struct executor *f)
{
	return taskgraph_next(&f->graph) != TASK_NONE;
}

/* Is the account of new sessions at its limit?  If so, sets the list's timer to the reset. */
static bool
is_closed(struct executor *f)
{
	char *account;
	int64_t until = accounts_closed(f->o, &f->settings, &account);

	if (until == 0)
		return false;
	f->wake = clock_now() + (until - clock_wall()) * CLOCK_MS;
	free(account);
	return true;
}

bool
executor_pick(struct executor *f, struct pick *p)
{
	struct work *running;
	struct limits limits;
	size_t n;
	bool found;

	f->wake = 0;
	f->paused = false;
	if (f->stopped != NULL || (f->loop != NULL && f->loop->paused) || taskgraph_next(&f->graph) == TASK_NONE)
		return false;
	if (is_closed(f))
		return false;
	n = executor_running(f, &running, &limits);
	found = executor_choose(&f->graph, running, n, &limits, f->opts.group, not_now, f, p);
	free(running);
	return found || (n == 0 && f->pid == 0 && pick_last(f, p));
}
