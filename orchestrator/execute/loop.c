/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "orchestrator/execute/cache.h"
#include "orchestrator/execute/flow.h"
#include "orchestrator/execute/loop.h"
#include "orchestrator/source/task_link.h"
#include "orchestrator/source/tasks.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/clock.h"
#include "proto/base/log.h"
#include "proto/json/json.h"
#include "proto/sys/watch.h"

#define CACHE_DELAY	(200 * CLOCK_MS)
#define CACHE_SHARE	20	/* waits this many times as long as writing took */

void
loop_cache(struct loop *l)
{
	int64_t	began = clock_now(), took;

	cache_write(l->o, &l->table);
	took = clock_now() - began;
	l->cache_delay = took * CACHE_SHARE > CACHE_DELAY ? took * CACHE_SHARE : CACHE_DELAY;
	l->dirty = false;
}

static void
cache_due(void *l)
{
	loop_cache(l);
}

static void
look_due(void *arg)
{
	struct flow	*f = arg;

	f->look = true;
}

static void
manifest_due(void *f)
{
	flow_manifest_write(f, false);
}

static int
add_one(void *arg, const char *id)
{
	loop_add(arg, id, true);
	return 0;
}

static void
add_all(struct loop *l)
{
	registry_each(l->o->sessions, add_one, l);
}

static void
rescan(struct loop *l)
{
	struct sess	*s;

	TAILQ_FOREACH(s, &l->table.all, all)
		loop_due(l, s, false);
	add_all(l);
}

/* New sessions whose worker has not been started in all that time. */
static void
grace_over(void *arg)
{
	struct loop	*l = arg;
	struct sess	*s;

	TAILQ_FOREACH(s, &l->table.all, all) {
		if (s->grace && (s->action == ACTION_START || s->action == ACTION_GRACE || s->action == ACTION_DIED ||
		    s->action == ACTION_GIVE_UP || s->action == ACTION_ANSWER))
			loop_due(l, s, s->action == ACTION_GRACE);
		s->grace = false;
	}
}

static void
sessions_event(void *arg, const struct watch_event *ev)
{
	struct loop	*l = arg;
	struct sess	*s = table_find(&l->table, ev->name);

	if (s == NULL)
		loop_add(l, ev->name, false);
	else
		loop_due(l, s, false);
}

static void
reap(struct loop *l)
{
	pid_t	pid;
	int	status;

	/* Workers are children too: they continue without execute, and their lock tells the rest. */
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		if (pid == l->merge_pid)
			queue_reaped(l, status);
		else if (l->flow != NULL && pid == l->flow->pid)
			flow_reaped(l->flow, status);
		else if (l->flow != NULL && pid == l->flow->refresh_pid)
			flow_refreshed(l->flow, status);
		else
			policy_reaped(&l->policy, pid);
}

/* Handles due sessions, then begins the next merge, which may fail immediately. */
static void
settle(struct loop *l)
{
	struct sess	*s;

	do {
		while ((s = TAILQ_FIRST(&l->due)) != NULL) {
			TAILQ_REMOVE(&l->due, s, due_link);
			s->due = false;
			attend(l, s);
		}
		queue_next(l);
	} while (!TAILQ_EMPTY(&l->due));
}

int
loop_event(struct loop *l, const struct watch_event *ev)
{
	switch (ev->kind) {
	case WATCH_RESCAN:
		rescan(l);
		break;
	case WATCH_SIGNAL:
		if (ev->signo == SIGINT && l->flow != NULL && !l->flow->interrupted) {
			l->flow->interrupted = true;
			flow_stop(l->flow, "interrupted");
		} else if (ev->signo != SIGCHLD)
			return ev->signo;
		reap(l);
		break;
	case WATCH_FILE:
	case WATCH_GONE:
	case WATCH_TIMER:
	case WATCH_FD:
		break;
	}
	settle(l);
	return 0;
}

/* Returns the signal that ends it, 0 to continue, -1 when the wait fails. */
static int
turn(struct loop *l)
{
	struct watch_event	ev;

	if (watch_next(&ev) == -1) {
		log_warn("waiting for events");
		return -1;
	}
	return loop_event(l, &ev);
}

/* Is anything still to come?  Sends out tasks. */
static bool
goes_on(struct loop *l)
{
	struct flow	*f = l->flow;
	bool		 coming;

	if (f == NULL)
		return l->pending > 0;
	flow_turn(f);
	if (l->pending > 0 || flow_busy(f))
		return true;
	/* Another command may have ended a session without noting it, or may be making one. */
	task_link_recover(l->o);
	flow_turn(f);
	coming = flow_join(f);
	settle(l);
	return coming || l->pending > 0 || flow_busy(f);
}

static void
watch_list(struct loop *l)
{
	char	*path = tasks_path(l->o->workspace, l->flow->id);

	*strrchr(path, '/') = '\0';
	if (watch_dir(&l->flow->list_watch, path, false) == -1)
		log_warn("%s: not watched", path);
	free(path);
	l->flow->loop = l;
	flow_watch_source(l->flow);
	flow_manifest_begin(l->flow);
}

int
loop_begin(struct loop *l, struct orch *o, struct flow *f)
{
	memset(l, 0, sizeof(*l));
	l->o = o;
	l->flow = f;
	l->cache_delay = CACHE_DELAY;
	l->cache = (struct watch_timer){ .fire = cache_due, .arg = l };
	l->grace = (struct watch_timer){ .fire = grace_over, .arg = l };
	l->watch = (struct watch){ .fire = sessions_event, .arg = l };
	if (f != NULL) {
		f->look_timer = (struct watch_timer){ .fire = look_due, .arg = f };
		f->manifest_timer = (struct watch_timer){ .fire = manifest_due, .arg = f };
		f->list_watch = (struct watch){ .fire = flow_list_changed, .arg = f };
	}
	TAILQ_INIT(&l->due);
	table_init(&l->table);
	policy_init(&l->policy);
	if (queue_init(l) == -1 || watch_dir(&l->watch, o->sessions, false) == -1) {
		log_warn("%s", o->sessions);
		loop_end(l);
		return EX_OSERR;
	}
	queue_recover(l);
	add_all(l);
	settle(l);
	if (f != NULL)
		watch_list(l);
	return 0;
}

void
loop_end(struct loop *l)
{
	watch_timer(&l->cache, 0);
	watch_timer(&l->grace, 0);
	if (l->flow != NULL) {
		watch_timer(&l->flow->look_timer, 0);
		watch_timer(&l->flow->until_timer, 0);
		watch_timer(&l->flow->manifest_timer, 0);
		watch_undir(&l->flow->wake_watch);
		watch_undir(&l->flow->list_watch);
		watch_undir(&l->flow->ask_watch);
	}
	watch_undir(&l->watch);
	json_free(l->done);
	strings_free(&l->lost);
	table_release(&l->table);
	if (l->merge_note != NULL)
		munmap(l->merge_note, sizeof(*l->merge_note));
}

int
loop_run(struct orch *o, struct flow *f)
{
	struct loop	l;
	int		signo = 0, rv;

	if ((rv = loop_begin(&l, o, f)) != 0)
		return rv;
	while (signo == 0 && goes_on(&l))
		signo = turn(&l);
	policy_stop(&l.policy);
	queue_stop(&l);
	if (signo > 0) {
		log_info("stopped by signal %d; the workers keep running", signo);
		rv = 128 + signo;
	} else if (signo == -1)
		rv = EX_OSERR;
	else if (f == NULL && l.merged + l.table.n + l.lost.n == 0) {
		if (!o->json)
			puts("no sessions; orchestrator dispatch ITEM starts one");
		rv = 0;
	} else
		rv = loop_report(&l);
	loop_cache(&l);
	if (f != NULL && signo != 0)
		flow_manifest_write(f, false);
	loop_end(&l);
	return rv;
}
