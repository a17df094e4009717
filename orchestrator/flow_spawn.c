/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "orchestrator/flow.h"
#include "orchestrator/loop.h"
#include "orchestrator/retry.h"
#include "proto/child.h"
#include "proto/clock.h"
#include "proto/log.h"
#include "proto/watch.h"

/* Was it a session of this task? Another list, or somebody, may have had an item of its id. */
static bool
had_session(const struct task *t, const char *session)
{
	for (size_t i = t->nhistory; i-- > 0;)
		if (strcmp(t->history[i].by, session) == 0)
			return true;
	return strcmp(t->session, session) == 0;
}

int
flow_dispatch(struct flow *f, size_t i, struct dispatched *made)
{
	const struct task *t = &f->list.v[i];
	struct item item = t->item;
	struct dispatch d = { .item = &item, .agent_type = item.agent_type, .attempt = 1,
		.list = f->id };
	struct entry e;
	int status;

	item.raw = NULL;	/* it has the members of a task */
	if (registry_newest(f->o, item.id, &e) == -1)
		return dispatch_item(f->o, &d, made);
	if ((status_ended(e.state.status) || entry_dead(&e)) && e.state.status != STATUS_MERGED &&
	    e.error == NULL && had_session(t, e.id))
		status = retry_session(f->o, &e, f->id, &item, NULL, made);
	else {
		if (e.state.status != STATUS_MERGED)
			d.attempt = (int)e.state.attempt + 1;
		status = dispatch_item(f->o, &d, made);
	}
	entry_release(&e);
	return status;
}

static struct flow_note *noted;	/* log_to gives no argument */

static void
take_note(const char *line)
{
	if (noted->why[0] != '\0')
		strlcat(noted->why, "; ", sizeof(noted->why));
	strlcat(noted->why, line, sizeof(noted->why));
}

/* Ctrl-C is for execute, which may want to let this one finish. */
void
flow_note_begin(struct flow *f)
{
	setpgid(0, 0);
	noted = f->note;
	log_to(take_note);
}

static int
spawn_child(void *arg)
{
	struct flow *f = arg;
	struct dispatched made;
	int status;

	flow_note_begin(f);
	if ((status = flow_dispatch(f, f->spawning, &made)) == 0)
		strlcpy(f->note->session, made.session, sizeof(f->note->session));
	return status;
}

static int64_t
earlier(int64_t a, int64_t b)
{
	return a == 0 || (b != 0 && b < a) ? b : a;
}

void
flow_turn(struct flow *f)
{
	size_t i;

	if (f->pid != 0)
		return;
	if (flow_load(f) != 0) {
		flow_stop(f, "the list can't be read");
		return;
	}
	if (flow_refresh(f))
		return;
	/* Most events of sessions change nothing here. */
	i = f->look ? flow_pick(f) : TASK_NONE;
	f->look = false;
	if (i == TASK_NONE) {
		watch_timer(LOOP_TIMER_FLOW, earlier(f->wake, f->owed ? f->refresh_at : 0));
		return;
	}
	f->spawning = i;
	memset(f->note, 0, sizeof(*f->note));
	if ((f->pid = child_call(spawn_child, f)) == -1) {
		snprintf(f->note->why, sizeof(f->note->why), "can't start a process: %s",
		    strerror(errno));
		flow_reaped(f, EX_OSERR << 8);
	}
}

bool
flow_busy(const struct flow *f)
{
	return f->pid > 0 || f->refresh_pid > 0 || f->owed ||
	    (f->wake != 0 && f->stopped == NULL);
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

static void
try_again(struct flow *f, size_t i, const char *why)
{
	struct flow_task *t = &f->t[i];
	struct fail fail = { .i = i };
	char *reason;

	if (++t->tries <= FLOW_TRIES) {
		t->not_before = clock_now() + (FLOW_BACKOFF << (t->tries - 1));
		loop_say(f->loop, f->id, "not dispatched", "task %s, which is tried again: %s",
		    f->list.v[i].item.id, why);
		return;
	}
	loop_say(f->loop, f->id, "not dispatched", "task %s: %s", f->list.v[i].item.id, why);
	reason = text_format("not dispatched: %.*s", TASK_MAX_REASON / 2, why);
	fail.why = reason;
	t->final = true;
	t->tries = 0;
	taskgraph_enter(&f->graph, i, TASK_FAILED);
	if (tasks_change(f->o->workspace, f->id, fail_task, &fail) > 1)
		flow_stop(f, "the list can't be written");
	else if (f->fail_fast)
		flow_stop(f, "a task has failed");
	free(reason);
}

void
flow_reaped(struct flow *f, int status)
{
	struct flow_note *n = f->note;
	size_t i = f->spawning;
	int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;

	f->pid = 0;
	f->look = true;
	n->why[sizeof(n->why) - 1] = n->session[sizeof(n->session) - 1] = '\0';
	if (code == 0) {
		if (n->why[0] != '\0')
			log_warnx("%s", n->why);
		f->t[i].tries = 0;
		loop_say(f->loop, n->session, "dispatched", "task %s", f->list.v[i].item.id);
		loop_add(f->loop, n->session, false);
		return;
	}
	if (n->why[0] == '\0')
		child_status_text(status, n->why, sizeof(n->why));
	/* The list says so now; the next one goes. */
	if (code == EX_NEGATIVE) {
		loop_say(f->loop, f->id, "not dispatched", "task %s: %s", f->list.v[i].item.id,
		    n->why);
		return;
	}
	/* It would be the same for every task. */
	if (code == EX_CONFIG) {
		log_warnx("%s", n->why);
		flow_stop(f, "the settings do not allow a dispatch");
		return;
	}
	if (flow_load(f) == 0 && (taskgraph_ready(&f->graph, i)))
		try_again(f, i, n->why);
}
