/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WORKER_STEP_H
#define WORKER_STEP_H

/*
 * The session's state machine, pure: the next step after a step and its
 * event.  cmd_run.c performs the steps and asks here; nothing else decides.
 */

#include <stdbool.h>

#include "proto/session/status.h"
#include "proto/session/step.h"
#include "proto/settings/settings.h"

enum event {
	EVENT_DONE,		/* the step did what it is for */
	EVENT_FAILED,		/* it could not; a reason is on record */
	EVENT_TOLD,		/* summary: a person has a message for the implementer */
	EVENT_UNCHANGED,	/* commit: what was rejected is as it was */
	EVENT_GATE_FAILED,	/* gates, regate: a gate did not pass; commit: a conflict is left */
	EVENT_APPROVED,		/* review, decide, person */
	EVENT_APPROVED_CHANGED,	/* decide: approved, with a commit by the tech-lead */
	EVENT_REJECTED,		/* review, decide, person */
	EVENT_CONCEDED,		/* respond: the implementer agrees with the findings; person: it gets remarks */
	EVENT_DEFENDED,		/* respond: the implementer disagrees */
	EVENT_COUNT
};

struct step_facts {
	enum review_mode review;
	long	round;		/* review round, from 1 */
	long	rounds;		/* rounds of rework allowed */
	long	gate_tries;	/* failures of gates in this round, including this one */
	long	gate_tries_max;
	bool	person;		/* a person judges, too, after all others */
	bool	no_reviewer;	/* and in place of the reviewer */
};

struct step_move {
	enum step	 next;
	enum status	 status;	/* status at the beginning of the next step */
	enum verdict	 verdict;	/* set when next is STEP_VERDICT */
	const char	*decided_by;	/* who decided, with verdict */
	const char	*reason;	/* reason of a failure that the step itself did not name, or NULL */
	bool		 rework;	/* Every pair is defined; an impossible one is a failure with the reason "internal". */
};

/* The step where a run that finds this on disk continues (orchestrator-session(5), RECOVERY). */
struct step_move step_next(enum step, enum event, const struct step_facts *);

/* The step in which a run that finds this on disk continues (orchestrator-session(5), RECOVERY). */
enum step step_recover(enum status, enum step);

#endif
