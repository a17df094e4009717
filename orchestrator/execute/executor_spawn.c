/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "orchestrator/execute/executor.h"
#include "orchestrator/execute/loop.h"
#include "orchestrator/session/spawn.h"
#include "orchestrator/source/tasks.h"
#include "orchestrator/workspace/claim.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/clock.h"
#include "proto/base/fault.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/sys/child.h"
#include "proto/sys/watch.h"

#define JOIN	(5 * CLOCK_S)	/* time before the maker of a session is checked again */

static int
spawn_child(void *arg)
{
	struct executor *f = arg;
	struct dispatched made;
	int status;

	executor_note_begin(f);
	fault_set(0);
	if ((status = executor_dispatch(f, &f->spawning, &made)) == 0)
		strlcpy(f->note->session, made.session, sizeof(f->note->session));
	f->note->fault = fault_code();
	return status;
}

static int64_t
earlier(int64_t a, int64_t b)
{
	return a == 0 || (b != 0 && b < a) ? b : a;
}

/* The wall clock may be set, and it does not stop as timers do. */
static void
check_until(struct executor *f)
{
	int64_t left = f->opts.until - clock_wall();

	if (f->opts.until == 0 || f->stopped != NULL)
		return;
	if (left <= 0)
		executor_stop(f, "the time given with --until has come");
	else
		watch_timer(&f->until_timer, clock_now() + left * CLOCK_MS);
}

void
executor_turn(struct executor *f)
{
	struct pick p;
	bool found;

	check_until(f);
	if (f->pid != 0)
		return;
	if (executor_load(f) != 0) {
		executor_stop(f, "the list can't be read");
		return;
	}
	if (executor_refresh(f))
		return;
	executor_phase_say(f);
	executor_ask(f);
	/* Most events of sessions change nothing here. */
	found = f->look && executor_pick(f, &p);
	if (f->look && !found)
		hold_say(f);
	f->look = false;
	if (!found) {
		watch_timer(&f->look_timer,
		    earlier(earlier(f->wake, f->owed ? f->refresh_at : 0), f->ask_again));
		return;
	}
	f->spawning = p;
	memset(f->note, 0, sizeof(*f->note));
	if ((f->pid = child_call(spawn_child, f)) == -1) {
		f->note->fault = errno;
		snprintf(f->note->why, sizeof(f->note->why), "can't start a process: %s",
		    strerror(errno));
		executor_reaped(f, EX_OSERR << 8);
		/* no end of a child causes the next turn */
		f->wake = f->stopped != NULL ? 0 : clock_now();
		watch_timer(&f->look_timer, f->wake);
	}
}

bool
executor_busy(const struct executor *f)
{
	return f->pid > 0 || f->refresh_pid > 0 || f->owed ||
	    (f->stopped == NULL && (f->wake != 0 || (f->loop->paused && executor_ready(f))));
}

bool
executor_join(struct executor *f)
{
	bool coming = false;

	for (size_t k = 0; k < f->nactive; k++) {
		const char *session = f->list.v[f->active[k]].session;

		if (table_find(&f->loop->table, session) != NULL)
			continue;
		/* check this first: once the making is over, the directory exists */
		coming |= claim_under_way(f->o->workspace, session);
		loop_add(f->loop, session, false);
	}
	if (coming)
		watch_timer(&f->look_timer, earlier(f->ask_again, clock_now() + JOIN));
	return coming;
}

struct fail { size_t i; const char *why; };

static int
fail_task(struct tasklist *l, void *arg)
{
	const struct fail *fail = arg;
	struct task *t = &l->v[fail->i];

	if (t->status != TASK_PENDING)
		return 1;
	task_enter(t, TASK_IN_PROGRESS, tasks_author(), NULL);
	task_enter(t, TASK_FAILED, tasks_author(), fail->why);
	return 0;
}

/* Schedules the next try: soon, or when nothing else runs.  false: none is left. */
static bool
another_try(struct executor *f, size_t i, const char *why)
{
	struct executor_task *t = &f->t[i];
	const char *id = f->list.v[i].item.id;

	t->tries++;
	if (t->alone)
		return false;
	executor_manifest_error(f, id, why, false);
	if (t->tries <= EXECUTOR_TRIES) {
		t->not_before = clock_now() + (EXECUTOR_BACKOFF << (t->tries - 1));
		loop_say(f->loop, f->id, "not dispatched", "task %s: will retry: %s", id, why);
	} else {
		t->last = true;
		f->nlast++;
		loop_say(f->loop, f->id, "not dispatched", "task %s: will retry when "
		    "nothing else runs: %s", id, why);
	}
	return true;
}

static void
try_again(struct executor *f, size_t i, const char *why)
{
	struct executor_task *t = &f->t[i];
	struct fail fail = { .i = i };
	char *reason;

	if (another_try(f, i, why))
		return;
	/* Every task would fail in the same way, so this task is not to blame. */
	if (fault_passes(f->note->fault)) {
		log_warnx("task %s: %s", f->list.v[i].item.id, why);
		executor_manifest_error(f, f->list.v[i].item.id, why, true);
		executor_stop(f, "nothing can be dispatched here; fix this, then start execute again");
		return;
	}
	loop_say(f->loop, f->id, "escalated", "task %s could not be dispatched %u times; repair it, then "
	    "orchestrator tasks reopen %s: %s", f->list.v[i].item.id, t->tries,
	    f->list.v[i].item.id, why);
	executor_manifest_error(f, f->list.v[i].item.id, why, true);
	reason = text_format("not dispatched: %.*s", TASK_MAX_REASON / 2, why);
	fail.why = reason;
	t->final = true;
	t->alone = false;
	t->tries = 0;
	taskgraph_enter(&f->graph, i, TASK_FAILED);
	if (tasks_change(f->o->workspace, f->id, fail_task, &fail) > 1)
		executor_stop(f, "the list can't be written");
	else if (f->opts.fail_fast)
		executor_stop(f, "a task has failed");
	free(reason);
}

/* All tasks of the session, "a, b, c"; malloced. */
static char *
names(const struct executor *f, const struct pick *p)
{
	struct text t = { 0 };

	for (size_t k = 0; k < p->n; k++)
		text_printf(&t, "%s%s", k > 0 ? ", " : "", f->list.v[p->v[k]].item.id);
	return t.buf;
}

static void
sent(struct executor *f)
{
	const struct executor_note *n = f->note;
	char *tasks = names(f, &f->spawning);

	if (n->why[0] != '\0')
		log_warnx("%s", n->why);
	f->t[f->spawning.v[0]].tries = 0;
	loop_say(f->loop, n->session, "dispatched", "task%s %s", f->spawning.n > 1 ? "s" : "", tasks);
	free(tasks);
	loop_add(f->loop, n->session, false);
}

void
executor_reaped(struct executor *f, int status)
{
	struct executor_note *n = f->note;
	size_t i = f->spawning.v[0];
	int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;

	f->pid = 0;
	f->look = true;
	n->why[sizeof(n->why) - 1] = n->session[sizeof(n->session) - 1] = '\0';
	if (code == 0) {
		sent(f);
		return;
	}
	if (n->why[0] == '\0' && child_status_text(status, n->why, sizeof(n->why)) != 0)
		n->fault = fault_of_status(status);
	/* The list has recorded it; the next task goes out. */
	if (code == EX_NEGATIVE) {
		loop_say(f->loop, f->id, "not dispatched", "task %s: %s", f->list.v[i].item.id,
		    n->why);
		return;
	}
	/* Every task would fail in the same way. */
	if (code == EX_CONFIG) {
		log_warnx("%s", n->why);
		executor_stop(f, "the settings do not allow a dispatch");
		return;
	}
	if (executor_load(f) == 0 && (taskgraph_ready(&f->graph, i)))
		try_again(f, i, n->why);
}
