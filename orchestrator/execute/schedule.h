/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_SCHEDULE_H
#define ORCHESTRATOR_SCHEDULE_H

/*
 * What execute does with a session, decided only from its known state.  Pure;
 * tests/unit/orchestrator/execute/test_schedule.c checks the table.
 */

#include <stdbool.h>
#include <stdint.h>

#include "proto/session/status.h"

#define SCHEDULE_RESTARTS	3	/* restarts of a dead worker during the session's life */

struct situation {
	bool		 readable;	/* state.json could be read */
	enum status	 status;
	bool		 alive;		/* a worker holds the lock */
	bool		 busy;		/* an orchestrator holds the lock */
	bool		 begun;		/* a worker has held it before */
	bool		 parked;	/* its worker has ended to wait for an answer ... */
	bool		 answered;	/* ... which is there */
	bool		 full;		/* as many sessions have a worker as max_parallel allows */
	bool		 questions;	/* open questions that were not checked yet */
	bool		 merging;	/* a merge is recorded */
	bool		 given_back;	/* handed back by a merge; no worker has continued it */
	bool		 retry;		/* had a conflict, and execute must dispatch it again */
	int64_t		 recoveries;
	bool		 starting;	/* execute has just started, or the grace period of a new session is over */
	bool		 merge_busy;	/* another merge is under way */
	bool		 blocked;	/* its merge was tried, and nothing has changed since */
};

enum action {
	ACTION_NONE,	/* a worker or another command is handling it: wait for its next event */
	ACTION_GRACE,	/* new and without a worker: give its maker a moment to start one */
	ACTION_START,	/* start a worker */
	ACTION_FULL,	/* parked, and answered: start a worker once another session has ended */
	ACTION_DIED,	/* declare it failed: died */
	ACTION_GIVE_UP,	/* the same: it was restarted too often */
	ACTION_ANSWER,	/* pass its questions to the policies */
	ACTION_QUEUE,	/* merge it after the current merge */
	ACTION_MERGE,	/* merge it now, complete its merge, or dispatch its item again */
	ACTION_HELD,	/* approved, but its merge is blocked */
	ACTION_OVER,	/* nothing more happens */
	ACTION_COUNT
};

enum action schedule(const struct situation *);
/* Must execute stay because of a session with this action? */
bool schedule_pending(enum action);

#endif
