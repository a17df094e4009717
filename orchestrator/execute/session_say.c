/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "orchestrator/execute/loop.h"
#include "orchestrator/session/show_entry.h"
#include "proto/base/clock.h"
#include "proto/record/question.h"

static void
say_status(const struct loop *l, const struct entry *was, const struct entry *now)
{
	const struct state	*st = &now->state;
	const char		*reason = st->reason;

	if (now->error != NULL) {
		if (was->error == NULL || strcmp(was->error, now->error) != 0)
			loop_say(l, now->id, "unreadable", "%s", now->error);
		return;
	}
	if (was->path != NULL && was->error == NULL && was->state.status == st->status)
		return;
	if (strcmp(reason, status_name(st->status)) == 0)
		reason = "";
	loop_say(l, now->id, status_name(st->status), "%s%s%s", reason,
	    reason[0] != '\0' && st->detail[0] != '\0' ? ": " : "", st->detail);
}

/* The worker recovers a silent agent, waits for its account, or has reached a level of a budget; reported in the words of its log. */
static void
say_recovery(const struct loop *l, const struct entry *before, const struct entry *now)
{
	const struct state	*st = &now->state, *was = &before->state;
	long long		 n = (long long)st->rescue.attempts;
	char			 line[256], buf[CLOCK_TEXT];

	if (before->path == NULL || now->error != NULL || before->error != NULL)
		return;
	if (st->parked_until != 0 && st->parked_until != was->parked_until)
		loop_say(l, now->id, "parked", "its agent's account is at its limit; the session continues at %s",
		    clock_local(st->parked_until, clock_wall(), buf, sizeof(buf)));
	if (st->notice[0] != '\0' && strcmp(st->notice, was->notice) != 0)
		loop_say(l, now->id, "budget", "%s", st->notice);
	if (st->rescue.attempts > was->rescue.attempts) {
		snprintf(line, sizeof(line), "⚠ %s: %s - initiating recovery", st->item,
		    strcmp(st->rescue.cause, "stalled") == 0 ? "stall detected" :
		    strcmp(st->rescue.cause, "broken-off") == 0 ? "broken off" : "context exhausted");
		loop_note(l, now->id, st->rescue.cause, line);
		snprintf(line, sizeof(line), "⚠ Attempting recovery for %s (attempt %lld)", st->item, n);
		loop_note(l, now->id, "recovering", line);
	}
	if (!st->rescue.under_way && n > 0 &&
	    (was->rescue.under_way || n > was->rescue.attempts) && status_live(st->status)) {
		snprintf(line, sizeof(line), "✓ %s: Recovery successful (attempt %lld)", st->item, n);
		loop_note(l, now->id, "recovered", line);
	}
}

/* How far a session with several tasks is. */
static void
say_progress(const struct loop *l, const struct entry *was, const struct entry *now)
{
	char	*bar;

	if (was->path == NULL || was->error != NULL || now->error != NULL || now->state.tasks_total == 0 ||
	    now->state.tasks_done <= was->state.tasks_done)
		return;
	bar = show_progress(now);
	loop_note(l, now->id, "progress", bar);
	free(bar);
}

static void
say_blocked(const struct loop *l, const struct entry *was, const struct entry *now)
{
	const char	*before = was->path != NULL && was->error == NULL ? was->state.blocked : NULL;
	const char	*after = now->error == NULL ? now->state.blocked : NULL;

	if (after != NULL && (before == NULL || strcmp(before, after) != 0))
		loop_say(l, now->id, "blocked", "%s", after);
}

static void
say_paused(const struct loop *l, const struct entry *was, const struct entry *now)
{
	if (now->paused && (was->path == NULL || !was->paused))
		loop_say(l, now->id, "paused", "it waits before its next step until orchestrator resume %s", now->state.item);
	else if (was->path != NULL && was->paused && !now->paused && now->error == NULL && status_live(now->state.status))
		loop_say(l, now->id, "resumed", "%s", "");
}

/* Messages from people to the implementer. */
static void
say_messages(const struct loop *l, const struct entry *was, const struct entry *now)
{
	const struct state	*st = &now->state, *before = &was->state;

	if (was->path == NULL || was->error != NULL || now->error != NULL)
		return;
	if (st->messages.received > before->messages.received)
		loop_say(l, now->id, "message", "received for the agent, %jd in all", (intmax_t)st->messages.received);
	if (st->messages.heard > before->messages.heard)
		loop_say(l, now->id, "delivered", "%jd of %jd messages", (intmax_t)st->messages.heard,
		    (intmax_t)st->messages.received);
}

static void
say_step(const struct loop *l, const struct entry *was, const struct entry *now)
{
	if (now->error == NULL && status_live(now->state.status) && (was->path == NULL || was->error != NULL ||
	    was->state.step != now->state.step))
		loop_more(l, now->id, "step", step_name(now->state.step));
}

void
session_say(const struct loop *l, const struct entry *was, const struct entry *now)
{
	say_paused(l, was, now);
	say_recovery(l, was, now);
	say_progress(l, was, now);
	say_blocked(l, was, now);
	say_messages(l, was, now);
	say_status(l, was, now);
	say_step(l, was, now);
}

void
session_say_closed(const struct loop *l, const struct session_row *s, const struct questions *qs)
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
