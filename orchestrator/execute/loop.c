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
#include "orchestrator/view/show.h"
#include "proto/base/clock.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/json/record.h"
#include "proto/sys/watch.h"

#define CACHE_DELAY	(200 * CLOCK_MS)
#define CACHE_SHARE	20	/* it waits so many times as long as it took to write it */

void
loop_changed(struct loop *l)
{
	if (!l->dirty)
		watch_timer(LOOP_TIMER_CACHE, clock_now() + l->cache_delay);
	l->dirty = true;
	if (l->flow != NULL)
		flow_manifest_changed(l->flow);
}

void
loop_cache(struct loop *l)
{
	int64_t	began = clock_now(), took;

	cache_write(l->o, &l->table);
	took = clock_now() - began;
	l->cache_delay = took * CACHE_SHARE > CACHE_DELAY ? took * CACHE_SHARE : CACHE_DELAY;
	l->dirty = false;
}

bool
loop_listed(const struct loop *l, const struct entry *e)
{
	return l->flow != NULL && tasklist_find(&l->flow->list, e->state.item) != TASK_NONE;
}

/* A retry makes good for the attempts before it. */
void
loop_merged(struct loop *l, const struct entry *e, const char *commit)
{
	l->merged++;
	loop_report_merged(l, e);
	for (size_t i = l->lost.n; i-- > 0;)
		if (strcmp(l->lost.v[i], e->state.item) == 0) {
			free(l->lost.v[i]);
			l->lost.v[i] = l->lost.v[--l->lost.n];
		}
	loop_say(l, e->id, "merged", "%.12s", commit);
}

void
loop_add(struct loop *l, const char *id, bool starting)
{
	struct sess	*s;
	char		*path;
	int		 watch;

	if (!session_id_valid(id) || table_find(&l->table, id) != NULL)
		return;
	path = text_format("%s/%s", l->o->sessions, id);
	watch = watch_dir(path, false);
	if (watch != -1 || errno != ENOENT) {
		if (watch == -1)
			log_warn("%s: not watched", path);
		s = table_add(&l->table, id, watch);
		s->action = ACTION_OVER;
		attend(l, s, starting);
	}
	free(path);
}

void
loop_gone(struct loop *l, struct sess *s)
{
	struct entry	 e;
	char		*path;

	if (s == l->merging)
		return;
	path = text_format("%s/%s", l->o->archive, s->e.id);
	if (entry_load(&e, path, true) == -1) {
		loop_say(l, s->e.id, "gone", "its session directory was removed");
		strings_add(&l->lost, s->e.state.item);
	} else {
		if (e.state.status != STATUS_MERGED)
			strings_add(&l->lost, e.state.item);
		else
			loop_merged(l, &e, e.state.merged);
		entry_release(&e);
	}
	free(path);
	loop_forget(l, s);
}

void
loop_forget(struct loop *l, struct sess *s)
{
	queue_drop(l, s);
	queue_unblock(l, s);
	l->pending -= schedule_pending(s->action);
	if (l->flow != NULL)
		l->flow->look = true;
	if (s->watch != -1)
		watch_undir(s->watch);
	table_remove(&l->table, s);
	loop_changed(l);
}

static int
add_one(void *arg, const char *id)
{
	loop_add(arg, id, true);
	return 0;
}

/* The oldest one is merged first, wherever it lies in the directory. */
static void
add_all(struct loop *l)
{
	l->gathering = true;
	registry_each(l->o->sessions, add_one, l);
	l->gathering = false;
	queue_next(l);
}

static void
rescan(struct loop *l)
{
	struct sess	*s, *next;

	for (s = TAILQ_FIRST(&l->table.all); s != NULL; s = next) {
		next = TAILQ_NEXT(s, all);
		attend(l, s, false);
	}
	add_all(l);
}

/* New sessions whose worker nobody has started in all that time. */
static void
grace_over(struct loop *l)
{
	struct sess	*s, *next;

	for (s = TAILQ_FIRST(&l->table.all); s != NULL; s = next) {
		next = TAILQ_NEXT(s, all);
		if (s->grace) {
			s->grace = false;
			if (s->action == ACTION_START || s->action == ACTION_GRACE || s->action == ACTION_DIED ||
			    s->action == ACTION_GIVE_UP || s->action == ACTION_ANSWER)
				attend(l, s, s->action == ACTION_GRACE);
		}
	}
}

static void
file_event(struct loop *l, const struct watch_event *ev)
{
	static const char *const matters[] = {
		SESSION_FILE_STATE, SESSION_FILE_LOCK, SESSION_FILE_QUESTIONS, ""
	};
	struct sess	*s;

	if (ev->id == l->watch) {
		if ((s = table_find(&l->table, ev->name)) == NULL)
			loop_add(l, ev->name, false);
		else
			attend(l, s, false);
		return;
	}
	if (l->flow != NULL && ev->id == l->flow->wake_watch) {
		flow_woken(l->flow, ev->name);
		return;
	}
	if (l->flow != NULL && ev->id == l->flow->list_watch) {
		flow_list_changed(l->flow, ev->name);
		return;
	}
	if (l->flow != NULL && ev->id == l->flow->ask.watch && l->flow->ask.path != NULL) {
		l->flow->ask_due = true;
		return;
	}
	if ((s = table_watched(&l->table, ev->id)) == NULL)
		return;
	for (size_t i = 0; i < sizeof(matters) / sizeof(matters[0]); i++)
		if (ev->kind == WATCH_GONE || strcmp(ev->name, matters[i]) == 0) {
			attend(l, s, false);
			break;
		}
}

static void
reap(struct loop *l)
{
	pid_t	pid;
	int	status;

	/* Workers are children too: they go on without execute, and their lock says the rest. */
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

int
loop_event(struct loop *l, const struct watch_event *ev)
{
	switch (ev->kind) {
	case WATCH_FILE:
	case WATCH_GONE:
		file_event(l, ev);
		break;
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
	case WATCH_TIMER:
		if (ev->id == LOOP_TIMER_GRACE)
			grace_over(l);
		else if (ev->id == LOOP_TIMER_CACHE)
			loop_cache(l);
		else if (ev->id == LOOP_TIMER_MANIFEST && l->flow != NULL)
			flow_manifest_write(l->flow, false);
		else if (ev->id == LOOP_TIMER_POLICY)
			policy_start(&l->policy);
		else if (ev->id == LOOP_TIMER_FLOW && l->flow != NULL)
			l->flow->look = true;
		break;
	case WATCH_FD:
		break;
	}
	return 0;
}

/* Returns the signal that ends it, 0 to go on, -1 on an error of the wait. */
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

/* Is anything to come? Sends out what may go. */
static bool
goes_on(struct loop *l)
{
	struct flow	*f = l->flow;

	if (f == NULL)
		return l->pending > 0;
	flow_turn(f);
	if (l->pending > 0 || flow_busy(f))
		return true;
	/* Somebody else may have ended a session and not got to noting it, or be making one. */
	task_link_recover(l->o);
	flow_turn(f);
	if (flow_join(f))
		return true;
	return l->pending > 0 || flow_busy(f);
}

static void
watch_list(struct loop *l)
{
	char	*path = tasks_path(l->o->workspace, l->flow->id);

	*strrchr(path, '/') = '\0';
	if ((l->flow->list_watch = watch_dir(path, false)) == -1)
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
	table_init(&l->table);
	policy_init(&l->policy);
	if (queue_init(l) == -1 || (l->watch = watch_dir(o->sessions, false)) == -1) {
		log_warn("%s", o->sessions);
		loop_end(l);
		return EX_OSERR;
	}
	queue_recover(l);
	add_all(l);
	if (f != NULL)
		watch_list(l);
	return 0;
}

void
loop_end(struct loop *l)
{
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
		log_info("stopped by signal %d; the workers go on", signo);
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
