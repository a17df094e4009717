/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WORKER_STEP_H
#define WORKER_STEP_H

/*
 * The session's state machine, pure: what comes after a step ended with an
 * event.  cmd_run.c carries out a step and asks here; nothing else decides.
 */

#include <stdbool.h>

#include "proto/session/status.h"
#include "proto/session/step.h"
#include "proto/settings/settings.h"

enum event {
	EVENT_DONE,		/* the step did what it is for */
	EVENT_FAILED,		/* it could not; a reason is on record */
	EVENT_GATE_FAILED,	/* gates, regate: a gate did not pass; commit: a conflict is left */
	EVENT_APPROVED,		/* review, decide */
	EVENT_APPROVED_CHANGED,	/* decide: approved, with a commit of the tech-lead's */
	EVENT_REJECTED,		/* review, decide */
	EVENT_CONCEDED,		/* respond: the implementer agrees with the findings */
	EVENT_DEFENDED,		/* respond: it does not */
	EVENT_COUNT
};

struct step_facts {
	enum review_mode review;
	long	round;		/* of review, from 1 */
	long	rounds;		/* rounds of rework allowed */
	long	gate_tries;	/* times gates have failed in this round, with this one */
	long	gate_tries_max;
};

struct step_move {
	enum step	 next;
	enum status	 status;	/* to be in when the next step begins */
	enum verdict	 verdict;	/* set when next is STEP_VERDICT */
	const char	*decided_by;	/* then: whose decision it is */
	const char	*reason;	/* of a failure that the step itself did not name, or NULL */
	bool		 rework;	/* a new round begins */
};

/* Every pair is defined; one that can't happen is a failure with reason "internal". */
struct step_move step_next(enum step, enum event, const struct step_facts *);

/* Where a run that finds this on disk goes on (orchestrator-session(5), RECOVERY). */
enum step step_recover(enum status, enum step);

#endif
