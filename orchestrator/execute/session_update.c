/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "orchestrator/execute/executor.h"
#include "orchestrator/execute/loop.h"
#include "orchestrator/merge/merging.h"
#include "orchestrator/session/answer.h"
#include "orchestrator/session/room.h"
#include "orchestrator/source/task_link.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/text.h"

#define TURNS	3	/* a second turn handles the effects of the first */

/* The executor retries its tasks itself. */
static bool
retry_due(const struct loop *l, const struct session_row *s)
{
	return s->e.state.status == STATUS_CONFLICT && !loop_listed(l, &s->e) &&
	    (l->executor == NULL || l->executor->stopped == NULL) && !l->paused && merging_retry_due(&s->e);
}

static enum action
decide(const struct loop *l, const struct session_row *s, bool starting)
{
	bool			answered = s->e.state.parked && answer_waits(&s->e);
	struct situation	w = {
		.readable = s->e.error == NULL,
		.status = s->e.state.status,
		.alive = s->e.alive,
		.busy = s->e.busy,
		.begun = s->e.begun,
		.parked = s->e.state.parked,
		.answered = answered,
		.full = answered && !s->e.alive && loop_full(l),
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

enum found { FOUND_GONE, FOUND_NOTHING, FOUND_NEWS };

/* Reads the session again.  was: what was known before (no path: nothing); the caller releases it. */
static enum found
read_again(const struct loop *l, struct session_row *s, struct entry *was)
{
	struct entry	 now;
	char		*path = text_format("%s/%s", l->o->sessions, s->e.id);
	int		 rc = entry_load(&now, path, false);

	free(path);
	if (rc == -1)
		return FOUND_GONE;
	/* A session does not become pending again: its directory is being removed. */
	if (s->e.path != NULL && now.error == NULL && now.state.status == STATUS_PENDING &&
	    s->e.error == NULL && s->e.state.status != STATUS_PENDING) {
		entry_release(&now);
		return FOUND_NOTHING;
	}
	*was = s->e;
	s->e = now;
	return FOUND_NEWS;
}

/* Passes what was read to the task list, the item and the queue. */
static void
take_in(struct loop *l, struct session_row *s, const struct entry *was)
{
	const struct entry	*now = &s->e;
	bool			 known = was->path != NULL && was->error == NULL, readable = now->error == NULL;
	bool			 live = readable && status_live(now->state.status);

	/* The number of running sessions changed, or an account is usable again, so another task may start. */
	if (!known || !readable || live != status_live(was->state.status) ||
	    (now->state.parked_until == 0 && was->state.parked_until != 0))
		loop_look(l);
	if (known && room_taken(was) && !room_taken(now))
		loop_room(l);
	/* Sessions that had ended before were handled when execute began. */
	if (was->path != NULL && readable && (!known || now->state.status != was->state.status))
		task_link_close(now->path, now->id, now->state.status);
	/* The next approval requires another merge. */
	if (live)
		queue_unblock(l, s);
	loop_watch_answers(s, live && now->state.parked);	/* before they are looked for */
	s->unstarted = s->unstarted && !now->alive;
	s->fresh = live || (readable && s->open.n > 0);
}

void
session_update(struct loop *l, struct session_row *s)
{
	bool		starting = s->starting;
	struct entry	was;
	enum action	a;
	enum found	found;

	s->starting = false;
	s->stale = true;
	/* The merging child owns the session until it is reaped. */
	if (s == l->merging)
		return;
	loop_changed(l);
	for (int turn = 0; turn < TURNS; turn++) {
		if ((found = read_again(l, s, &was)) == FOUND_GONE) {
			loop_gone(l, s);
			return;
		}
		if (found == FOUND_NEWS) {
			take_in(l, s, &was);
			session_say(l, &was, &s->e);
			entry_release(&was);
		}
		a = decide(l, s, starting && turn == 0);
		if (a != ACTION_QUEUE && a != ACTION_MERGE)
			queue_drop(l, s);
		l->pending += schedule_pending(a);
		l->pending -= schedule_pending(s->action);
		l->full += a == ACTION_FULL;
		l->full -= s->action == ACTION_FULL;
		if (a == ACTION_FULL && l->counted && !s->held)
			loop_say(l, s->e.id, "held back", "it is answered, and continues once another session has ended");
		s->held = a == ACTION_FULL && l->counted;
		s->action = a;
		if (!session_act(l, s, a))
			break;
	}
	if (s->action != ACTION_ANSWER)
		session_closed(l, s);
}
