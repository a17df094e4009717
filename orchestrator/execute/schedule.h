/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_SCHEDULE_H
#define ORCHESTRATOR_SCHEDULE_H

/*
 * What execute does with a session, decided from what is known of it alone.
 * Pure; tests/unit/orchestrator/execute/test_schedule.c walks the table.
 */

#include <stdbool.h>
#include <stdint.h>

#include "proto/session/status.h"

#define SCHEDULE_RESTARTS	3	/* of a worker that died, over the session's life */

struct situation {
	bool		 readable;	/* state.json could be read */
	enum status	 status;
	bool		 alive;		/* a worker holds the lock */
	bool		 busy;		/* an orchestrator holds it */
	bool		 begun;		/* a worker held it at some time */
	bool		 questions;	/* open questions nobody has looked at yet */
	bool		 merging;	/* a merge is on record */
	bool		 given_back;	/* by a merge, to be resolved; no worker has taken it up */
	bool		 retry;		/* had a conflict, and is to be dispatched again by execute */
	int64_t		 recoveries;
	bool		 starting;	/* execute has just started, or the grace of a new session is over */
	bool		 merge_busy;	/* another merge is under way */
	bool		 blocked;	/* its merge was tried, and nothing has changed since */
};

enum action {
	ACTION_NONE,	/* a worker or another command is at it: wait for its next event */
	ACTION_GRACE,	/* new and without a worker: its maker has a moment to start one */
	ACTION_START,	/* start a worker */
	ACTION_DIED,	/* declare it failed: died */
	ACTION_GIVE_UP,	/* the same: it was started again too often */
	ACTION_ANSWER,	/* let the policies see its questions */
	ACTION_QUEUE,	/* to be merged, when the merge under way is over */
	ACTION_MERGE,	/* merge it now, complete its merge, or dispatch its item again */
	ACTION_HELD,	/* approved, but its merge is blocked */
	ACTION_OVER,	/* nothing more happens */
	ACTION_COUNT
};

enum action schedule(const struct situation *);
/* Does execute stay because of a session with this action? */
bool schedule_pending(enum action);

#endif
