/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "orchestrator/execute/flow.h"
#include "orchestrator/execute/loop.h"
#include "orchestrator/session/spawn.h"
#include "orchestrator/source/task_link.h"
#include "orchestrator/view/show.h"
#include "proto/base/clock.h"
#include "proto/base/fault.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/json/record.h"
#include "proto/sys/file.h"
#include "proto/sys/watch.h"

#define GRACE	(5 * CLOCK_S)	/* for whoever made a session to start its worker */

static void
wait_grace(struct sess *s)
{
	if (!s->grace)
		watch_timer(LOOP_TIMER_GRACE, clock_now() + GRACE);
	s->grace = true;
}

static void
say_closed(struct loop *l, const struct sess *s, const struct questions *qs)
{
	const struct question	*q;

	for (size_t i = 0; i < s->open.n; i++) {
		if ((q = questions_find(qs, s->open.v[i])) == NULL || q->status == QUESTION_OPEN)
			continue;
		if (q->status == QUESTION_ANSWERED)
			loop_say(l, s->e.id, "answered", "%s by %s", q->id, q->by);
		else
			loop_say(l, s->e.id, question_status_name(q->status), "%s: %s", q->id,
			    q->reason);
	}
}

/* Questions that are open; a policy sees those that were not when looked at before. */
static void
look_questions(struct loop *l, struct sess *s, bool ask)
{
	struct questions	 qs = { 0 };
	const struct question	**fresh, *q;
	struct strings		 open = { 0 }, unwritten = { 0 };
	char			 why[RECORD_ERR], line[80];
	size_t			 n = 0;
	int			 fd;

	if ((fd = file_open_dir(AT_FDCWD, s->e.path)) == -1)
		return;
	if (questions_load(fd, &qs, why, sizeof(why)) == -1)
		log_warnx("%s: %s", s->e.id, why);
	close(fd);
	if ((fresh = calloc(qs.n + 1, sizeof(*fresh))) == NULL)
		err(EX_OSERR, NULL);
	say_closed(l, s, &qs);
	for (q = qs.q; q < qs.q + qs.n; q++) {
		if (q->status != QUESTION_OPEN || !ask)
			continue;
		strings_add(&open, q->id);
		if (!strings_has(&s->open, q->id)) {
			text_first_line(line, sizeof(line), q->text);
			loop_say(l, s->e.id, "asked", "%s (%s): %s", q->id, role_name(q->role),
			    line);
		} else if (!strings_has(&s->unwritten, q->id))
			continue;
		fresh[n++] = q;
	}
	strings_free(&s->open);
	s->open = open;
	s->fresh = false;
	if (n > 0)
		policy_ask(&l->policy, &s->e, fresh, n, &unwritten);
	strings_free(&s->unwritten);
	s->unwritten = unwritten;
	if (unwritten.n > 0)	/* a full disk, say: once more, after a while */
		wait_grace(s);
	free(fresh);
	questions_release(&qs);
}

static void
say_status(struct loop *l, const struct sess *s, const struct entry *now, bool first)
{
	const struct state	*st = &now->state;
	const char		*reason = st->reason;

	if (now->error != NULL) {
		if (s->e.error == NULL || strcmp(s->e.error, now->error) != 0)
			loop_say(l, now->id, "unreadable", "%s", now->error);
		return;
	}
	if (!first && s->e.error == NULL && s->e.state.status == st->status)
		return;
	if (!first)	/* what had ended before was seen to when execute began */
		task_link_close(now->path, now->id, st->status);
	if (strcmp(reason, status_name(st->status)) == 0)
		reason = "";
	loop_say(l, now->id, status_name(st->status), "%s%s%s", reason,
	    reason[0] != '\0' && st->detail[0] != '\0' ? ": " : "", st->detail);
}

/* The worker brings a silent agent back, or waits for its account; said as its log says it. */
static void
say_recovery(struct loop *l, const struct sess *s, const struct entry *now, bool first)
{
	const struct state	*st = &now->state, *was = &s->e.state;
	long long		 n = (long long)st->rescue.attempts;
	char			 line[256], buf[CLOCK_TEXT];

	if (first || now->error != NULL || s->e.error != NULL)
		return;
	if (st->parked_until != 0 && st->parked_until != was->parked_until)
		loop_say(l, now->id, "parked", "its agent's account is at its limit; it goes on at %s",
		    clock_text(st->parked_until, buf, sizeof(buf)));
	if (st->rescue.attempts > was->rescue.attempts) {
		snprintf(line, sizeof(line), "%s: %s - initiating recovery", now->id,
		    strcmp(st->rescue.cause, "stalled") == 0 ? "stall detected" : "context exhausted");
		loop_note(l, now->id, st->rescue.cause, line);
		snprintf(line, sizeof(line), "Attempting recovery for %s (attempt %lld)", now->id, n);
		loop_note(l, now->id, "recovering", line);
	}
	if (!st->rescue.under_way && n > 0 &&
	    (was->rescue.under_way || n > was->rescue.attempts) && status_live(st->status)) {
		snprintf(line, sizeof(line), "%s: Recovery successful (attempt %lld)", now->id, n);
		loop_note(l, now->id, "recovered", line);
	}
}

/* true when the session must be looked at again. */
static bool
start_worker(struct loop *l, struct sess *s)
{
	char	why[1024] = "";

	if (s->unstarted && s->grace)
		return false;
	s->unstarted = false;
	if (worker_spawn(l->o, s->e.path, why, sizeof(why)) != -1)
		loop_say(l, s->e.id, "started", "%s", s->e.begun ? "again, where it was" : "");
	else if (errno == EBUSY || fault_passing()) {	/* nobody's fault, and it passes */
		log_warnx("%s: no worker yet: %s", s->e.id, why);
		s->unstarted = true;
		wait_grace(s);
		return false;
	} else if (entry_declare(&s->e, STATUS_FAILED, "spawn", why) == -1)
		log_warnx("%s: no worker: %s", s->e.id, why);
	return true;
}

/* One that fails (a full disk) makes an event by itself: the next try has to wait. */
static void
declare_died(struct loop *l, struct sess *s, enum action a)
{
	char	why[128];

	if (s->grace)
		return;
	snprintf(why, sizeof(why), a == ACTION_DIED ? "the worker was killed in step %s" :
	    "the worker was killed in step %s, and was started again too often",
	    step_name(s->e.state.step));
	if (entry_declare(&s->e, STATUS_FAILED, "died", why) == 0)
		loop_say(l, s->e.id, "failed", "died: %s", why);
	else
		wait_grace(s);
}

/* The flow sees to its tasks itself. */
static bool
retry_due(const struct loop *l, const struct sess *s)
{
	return s->e.state.status == STATUS_CONFLICT && !loop_listed(l, &s->e) &&
	    (l->flow == NULL || l->flow->stopped == NULL) && merging_retry_due(&s->e);
}

static enum action
decide(const struct loop *l, const struct sess *s, bool starting)
{
	struct situation	w = {
		.readable = s->e.error == NULL,
		.status = s->e.state.status,
		.alive = s->e.alive,
		.busy = s->e.busy,
		.begun = s->e.begun,
		.questions = s->fresh,
		.merging = s->e.state.merging.target[0] != '\0',
		.given_back = state_given_back(&s->e.state),
		.retry = retry_due(l, s),
		.recoveries = s->e.state.recoveries,
		.starting = starting || s->unstarted,
		.merge_busy = l->merging != NULL,
		.blocked = s->blocked,
	};

	return schedule(&w);
}

/* Reads the session again. false: it is gone. */
static bool
look(struct loop *l, struct sess *s)
{
	struct entry	now;
	char		*path;
	bool		 first = s->e.path == NULL;

	path = text_format("%s/%s", l->o->sessions, s->e.id);
	if (entry_load(&now, path, false) == -1) {
		free(path);
		return false;
	}
	free(path);
	/* Nothing becomes pending again: somebody is just removing the directory. */
	if (!first && now.error == NULL && now.state.status == STATUS_PENDING &&
	    s->e.error == NULL && s->e.state.status != STATUS_PENDING) {
		entry_release(&now);
		return true;
	}
	/* One more that runs, or one less: then another task may go out. */
	if (l->flow != NULL && (first || now.error != NULL || s->e.error != NULL ||
	    status_live(now.state.status) != status_live(s->e.state.status)))
		l->flow->look = true;
	say_recovery(l, s, &now, first);
	say_status(l, s, &now, first);
	/* What it is approved for next is another merge. */
	if (now.error == NULL && status_live(now.state.status))
		queue_unblock(l, s);
	entry_release(&s->e);
	s->e = now;
	s->unstarted = s->unstarted && !now.alive;
	s->fresh = now.error == NULL && (status_live(now.state.status) || s->open.n > 0);
	return true;
}

/* What has to be done; true when the session must be looked at again after it. */
static bool
act(struct loop *l, struct sess *s, enum action a)
{
	switch (a) {
	case ACTION_START:
		return start_worker(l, s);
	case ACTION_DIED:
	case ACTION_GIVE_UP:
		declare_died(l, s, a);
		return true;
	case ACTION_GRACE:
		wait_grace(s);
		return false;
	case ACTION_ANSWER:
		look_questions(l, s, true);
		return false;
	case ACTION_QUEUE:
	case ACTION_MERGE:
		queue_add(l, s);
		return false;
	case ACTION_NONE:
	case ACTION_HELD:
	case ACTION_OVER:
	case ACTION_COUNT:
		break;
	}
	return false;
}

void
attend(struct loop *l, struct sess *s, bool starting)
{
	enum action	before, a;
	bool		again;

	/* Its child owns it until it is reaped. */
	if (s == l->merging)
		return;
	loop_changed(l);
	/* The second look is at what the first one has done. */
	for (int turn = 0; turn < 3; turn++) {
		if (!look(l, s)) {
			loop_gone(l, s);
			return;
		}
		before = s->action;
		a = decide(l, s, starting && turn == 0);
		if (a != ACTION_QUEUE && a != ACTION_MERGE)
			queue_drop(l, s);
		l->pending += schedule_pending(a);
		l->pending -= schedule_pending(before);
		s->action = a;
		again = act(l, s, a);
		if (!again)
			break;
	}
	if (s->open.n > 0 && s->action != ACTION_ANSWER)
		look_questions(l, s, false);
	queue_next(l);
}
