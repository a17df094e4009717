/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "orchestrator/flow.h"
#include "orchestrator/loop.h"
#include "orchestrator/plan.h"
#include "orchestrator/source.h"
#include "proto/clock.h"
#include "proto/log.h"
#include "proto/record.h"
#include "proto/streams.h"

int
flow_open(struct flow *f, struct orch *o, const char *list)
{
	struct settings s;
	int rv;

	memset(f, 0, sizeof(*f));
	f->o = o;
	f->began = clock_now();
	f->began_wall = clock_wall();
	f->note = mmap(NULL, sizeof(*f->note), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
	    -1, 0);
	if (f->note == MAP_FAILED)
		err(EX_OSERR, NULL);
	source_recover(o);
	strlcpy(f->id, list, sizeof(f->id));
	if ((rv = plan_settings(o, &s)) != 0) {
		munmap(f->note, sizeof(*f->note));
		return rv;
	}
	f->limits.max = (size_t)s.max_parallel;
	f->limits.trust = s.trust_ambiguous;
	f->attempts = s.attempts;
	f->breaker.many = s.breaker;
	settings_release(&s);
	return 0;
}

static void
forget_list(struct flow *f)
{
	taskgraph_release(&f->graph);
	tasklist_release(&f->list);
	memset(&f->list, 0, sizeof(f->list));
	f->nactive = 0;
}

void
flow_release(struct flow *f)
{
	forget_list(f);
	for (size_t i = 0; i < f->nt; i++)
		free(f->t[i].failed_as);
	free(f->t);
	free(f->active);
	free(f->stopped);
	munmap(f->note, sizeof(*f->note));
}

static void
take_in(struct flow *f)
{
	bool first = f->nt == 0;

	f->t = recallocarray(f->t, f->nt, f->list.n + 1, sizeof(*f->t));
	f->active = reallocarray(f->active, f->list.n + 1, sizeof(*f->active));
	if (f->t == NULL || f->active == NULL)
		err(EX_OSERR, NULL);
	f->nt = f->list.n + 1;
	for (size_t i = 0; i < f->list.n; i++) {
		flow_settle(f, i, first);
		if (f->list.v[i].status == TASK_IN_PROGRESS && f->list.v[i].session[0] != '\0')
			f->active[f->nactive++] = i;
	}
}

int
flow_load(struct flow *f)
{
	char *path = tasks_path(f->o->workspace, f->id), why[RECORD_ERR];
	struct stat st;
	int rv = 0;

	memset(&st, 0, sizeof(st));
	if (stat(path, &st) == 0 && st.st_ino == f->seen.st_ino && st.st_size == f->seen.st_size &&
	    memcmp(&st.st_mtim, &f->seen.st_mtim, sizeof(st.st_mtim)) == 0)
		goto done;
	forget_list(f);
	memset(&f->seen, 0, sizeof(f->seen));
	if ((rv = tasks_load(f->o->workspace, f->id, &f->list)) != 0)
		goto done;
	if (taskgraph_make(&f->graph, &f->list, why, sizeof(why)) == -1) {
		log_warnx("task list %s: %s", f->id, why);
		rv = EX_DATAERR;
		goto done;
	}
	taskgraph_rank(&f->graph);
	f->seen = st;
	f->feed = feed_of(&f->list);
	f->look = true;
	take_in(f);
done:
	free(path);
	return rv;
}

struct work
flow_work(const struct task *t)
{
	return (struct work){ .paths = &t->item.allowed_paths, .alone = !t->parallelizable,
		.trusted = strcmp(t->phase, stream_phase_name(STREAM_PARALLEL)) == 0 };
}

size_t
flow_choose(const struct taskgraph *g, const struct work *running, size_t nrunning,
    const struct limits *limits, bool (*skip)(void *, size_t), void *arg)
{
	struct work ready[FLOW_LOOKED_AT];
	size_t n = 0, i;

	if (!admit_room(running, nrunning, limits))
		return TASK_NONE;
	i = taskgraph_next(g);
	for (size_t k = 0; k < FLOW_LOOKED_AT && i != TASK_NONE; k++) {
		if (skip == NULL || !skip(arg, i)) {
			ready[n++] = flow_work(&g->list->v[i]);
			if (admit_may(ready, n - 1, running, nrunning, limits))
				return i;
		}
		i = taskgraph_after(g, i);
	}
	return TASK_NONE;
}

/* Does the session only wait for its merge? */
static bool
is_idle(const struct flow *f, const char *session)
{
	const struct sess *s = f->loop == NULL ? NULL : table_find(&f->loop->table, session);
	struct entry e;
	bool idle = false;

	if (s != NULL)
		return !status_live(s->e.state.status) && s->e.error == NULL;
	if (flow_entry(f->o, session, &e) == 0) {
		idle = !status_live(e.state.status) && e.error == NULL;
		entry_release(&e);
	}
	return idle;
}

static size_t
collect_running(const struct flow *f, struct work *w)
{
	bool known = f->pid == 0;
	size_t n = 0;

	for (size_t k = 0; k < f->nactive; k++) {
		const struct task *t = &f->list.v[f->active[k]];

		w[n] = flow_work(t);
		w[n++].idle = is_idle(f, t->session);
		known |= f->active[k] == f->spawning;
	}
	if (!known)
		w[n++] = flow_work(&f->list.v[f->spawning]);
	return n;
}

/* One that is being dispatched, or whose dispatch failed a moment ago. */
static bool
not_now(void *arg, size_t i)
{
	struct flow *f = arg;
	const struct flow_task *t = &f->t[i];

	if (f->pid != 0 && i == f->spawning)
		return true;
	if (f->pause != NULL && strcmp(f->list.v[i].phase, f->pause) == 0) {
		f->paused = true;
		return true;
	}
	if (t->not_before <= clock_now())
		return false;
	if (f->wake == 0 || t->not_before < f->wake)
		f->wake = t->not_before;
	return true;
}

size_t
flow_pick(struct flow *f)
{
	struct work *running;
	size_t n, i;

	f->wake = 0;
	f->paused = false;
	if (f->stopped != NULL || taskgraph_next(&f->graph) == TASK_NONE)
		return TASK_NONE;
	if ((running = calloc(f->nactive + 1, sizeof(*running))) == NULL)
		err(EX_OSERR, NULL);
	n = collect_running(f, running);
	i = flow_choose(&f->graph, running, n, &f->limits, not_now, f);
	free(running);
	return i;
}

void
flow_stop(struct flow *f, const char *why)
{
	if (f->stopped != NULL)
		return;
	f->stopped = text_format("%s", why);
	f->wake = 0;
	if (f->loop != NULL)
		loop_say(f->loop, f->id, "stopping", "%s; what runs goes on to its end", why);
}
