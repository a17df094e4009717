/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "orchestrator/execute/cache.h"
#include "orchestrator/execute/events.h"
#include "orchestrator/execute/executor.h"
#include "orchestrator/execute/live.h"
#include "orchestrator/execute/loop.h"
#include "orchestrator/execute/notice.h"
#include "orchestrator/session/accounts.h"
#include "orchestrator/source/task_link.h"
#include "orchestrator/view/page.h"
#include "orchestrator/view/show.h"
#include "orchestrator/workspace/control.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/clock.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/json/json.h"
#include "proto/sys/watch.h"

#define CACHE_DELAY	(200 * CLOCK_MS)
#define CACHE_SHARE	20	/* waits this many times as long as writing took */

void
loop_cache(struct loop *l)
{
	int64_t	began = clock_now(), took;

	cache_write(l);
	took = clock_now() - began;
	l->cache_delay = took * CACHE_SHARE > CACHE_DELAY ? took * CACHE_SHARE : CACHE_DELAY;
	l->dirty = false;
}

static void
cache_due(void *l)
{
	loop_cache(l);
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
	struct session_row	*s;

	TAILQ_FOREACH(s, &l->table.all, all)
		loop_due(l, s, false);
	add_all(l);
}

/* New sessions whose worker has not been started in all that time. */
static void
grace_over(void *arg)
{
	struct loop	*l = arg;
	struct session_row	*s;

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
	struct session_row	*s = table_find(&l->table, ev->name);

	if (s == NULL)
		loop_add(l, ev->name, false);
	else
		loop_due(l, s, false);
}

/* Is it a child of a list? */
static bool
reap_list(struct loop *l, pid_t pid, int status)
{
	for (struct executor *f = l->executor; f != NULL; f = f->next)
		if (pid == f->pid) {
			executor_reaped(f, status);
			loop_room(l);
			return true;
		} else if (pid == f->refresh_pid) {
			executor_refreshed(f, status);
			return true;
		}
	return false;
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
		else if (!reap_list(l, pid, status) && !live_reaped(l->live, pid, status) &&
		    !(l->notices != NULL && notices_reaped(l->notices, pid)))
			policy_reaped(&l->policy, pid);
}

/* Handles due sessions, then begins the next merge, which may fail immediately. */
static void
settle(struct loop *l)
{
	struct session_row	*s;

	do {
		while ((s = TAILQ_FIRST(&l->due)) != NULL) {
			TAILQ_REMOVE(&l->due, s, due_link);
			s->due = false;
			session_update(l, s);
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
		if (ev->signo == SIGINT && l->executor != NULL && !l->interrupted)
			loop_interrupt(l);
		else if (ev->signo != SIGCHLD)
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

	live_show(l->live);
	if (watch_next(&ev) == -1) {
		log_warn("waiting for events");
		return -1;
	}
	return live_event(l->live, &ev) ? 0 : loop_event(l, &ev);
}

/* Has any list work that another event brings on?  Sends out tasks. */
static bool
lists_turn(struct loop *l)
{
	bool	busy = false;

	LOOP_LISTS(l, f) {
		executor_turn(f);
		busy |= executor_busy(f);
	}
	return busy;
}

/* Is anything still to come? */
static bool
goes_on(struct loop *l)
{
	bool	busy;

	loop_control(l);
	if (l->executor == NULL)
		return l->pending > 0;
	busy = lists_turn(l);
	if (l->pending > 0 || busy) {
		loop_lists_ended(l);
		return true;
	}
	/* Another command may have ended a session without noting it, or may be making one. */
	task_link_recover(l->o);
	lists_turn(l);
	LOOP_LISTS(l, f)
		busy |= executor_join(f);
	settle(l);
	LOOP_LISTS(l, f)
		busy |= executor_busy(f);
	return busy || l->pending > 0;
}

int
loop_begin(struct loop *l, struct orch *o, struct executor *f)
{
	l->o = o;
	l->began_at = clock_wall();
	l->cache_delay = CACHE_DELAY;
	l->cache = (struct watch_timer){ .fire = cache_due, .arg = l };
	l->grace = (struct watch_timer){ .fire = grace_over, .arg = l };
	l->watch = (struct watch){ .fire = sessions_event, .arg = l };
	if (f != NULL)
		loop_list_add(l, f);
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
	l->counted = true;
	loop_room(l);
	settle(l);
	if (f != NULL)
		loop_list_begin(l, f);
	return 0;
}

void
loop_end(struct loop *l)
{
	watch_timer(&l->cache, 0);
	watch_timer(&l->grace, 0);
	loop_lists_release(l);
	watch_undir(&l->control);
	watch_undir(&l->accounts);
	watch_undir(&l->watch);
	json_free(l->done);
	strings_free(&l->lost);
	table_release(&l->table);
	if (l->merge_note != NULL)
		munmap(l->merge_note, sizeof(*l->merge_note));
}

static void
control_event(void *arg, const struct watch_event *ev)
{
	struct loop	*l = arg;

	(void)ev;
	l->asked = true;
}

/* An account at its limit keeps tasks back until its record changes. */
static void
accounts_event(void *arg, const struct watch_event *ev)
{
	if (accounts_changed(ev))
		loop_look(arg);
}

/* What is approved is merged, also if it is of no list that is worked through. */
static void
say_others(const struct loop *l, const char *list)
{
	const struct session_row	*s;
	struct text		 t = { 0 };

	TAILQ_FOREACH(s, &l->table.all, all)
		if (s->e.error == NULL && status_approved(s->e.state.status) && !loop_listed(l, &s->e))
			text_printf(&t, "%s%s", t.len > 0 ? ", " : "", s->e.state.item);
	if (t.len > 0)
		loop_say(l, list, "also merges", "%s: approved, and of no list that is executed", t.buf);
	text_free(&t);
}

int
loop_run(struct orch *o, struct executor *f, bool verbose)
{
	struct events	events;
	struct notices	notices;
	struct loop	l = { .notices = &notices, .verbose = verbose };
	char		*control;
	int		signo = 0, rv;

	events_open(&events, o);
	notices_open(&notices, o, &events);
	l.live = o->json ? NULL : live_open(&l);
	if ((rv = loop_begin(&l, o, f)) != 0) {
		live_close(l.live);
		notices_close(&notices);
		events_close(&events);
		return rv;
	}
	notices.before = false;
	l.events = &events;
	loop_keep(&l, strrchr(o->instance, '/') + 1, "began");
	if (f != NULL)
		say_others(&l, f->id);
	l.control = (struct watch){ .fire = control_event, .arg = &l };
	control = control_path(o);
	if (watch_dir(&l.control, control, false) == -1)
		log_warn("%s: not watched", control);
	free(control);
	l.accounts = (struct watch){ .fire = accounts_event, .arg = &l };
	(void)accounts_watch(o, &l.accounts);
	l.asked = true;
	loop_cache(&l);
	while (signo == 0 && goes_on(&l))
		signo = turn(&l);
	live_close(l.live);
	l.live = NULL;
	policy_stop(&l.policy);
	queue_stop(&l);
	if (signo > 0) {
		log_info("stopped by signal %d; the workers keep running", signo);
		rv = 128 + signo;
	} else if (signo == -1)
		rv = EX_OSERR;
	else if (l.executor == NULL && l.merged + l.table.n + l.lost.n == 0) {
		if (!o->json)
			show_item(&(struct page_item){ "", "no sessions; orchestrator dispatch ITEM starts one", NULL }, 0);
		rv = 0;
	} else
		rv = loop_report(&l);
	l.over = true;
	loop_cache(&l);
	LOOP_LISTS(&l, left)
		if (signo != 0)
			executor_manifest_write(left, false);
	loop_end(&l);
	notices_close(&notices);
	events_close(&events);
	return rv;
}
