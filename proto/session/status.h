/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROTO_STATUS_H
#define PROTO_STATUS_H

/*
 * The statuses of a session: one row per status, with everything that the programs need to know about
 * it.  man/orchestrator-session.5, STATUS, is canonical.  Everything here is pure.
 *
 * Code asks for a trait (status_live, status_ended, status_done, ...) and not for a list of statuses,
 * so a new status needs only a new row.
 */

#include <stdbool.h>
#include <stddef.h>

/* Where a worker that finds the status on disk continues; NOT: the status is not live. */
enum status_resume { RESUME_NOT, RESUME_SETUP, RESUME_STEP, RESUME_SUMMARY };
/* Groups of orchestrator status, in the order in which they are shown. */
enum status_group { GROUP_ACTIVE, GROUP_QUESTIONS, GROUP_REVIEW, GROUP_READY, GROUP_ENDED, GROUP_COUNT };
/* What the end of the session means for its task. */
enum status_outcome {
	OUTCOME_NONE,		/* the session has not ended */
	OUTCOME_DONE,
	OUTCOME_BLOCKED,	/* by other work that was merged */
	OUTCOME_DECLINED,	/* by a person or a reviewer */
	OUTCOME_FAILED,
	OUTCOME_COUNT
};
/* Does execute dispatch the item again by itself? */
enum status_again { AGAIN_NO, AGAIN_SET, AGAIN_YES };	/* SET: if on_conflict says so */

/*  name (STATUS_...)	in files		resume   group      outcome   again verdict   may become */
#define STATUSES(ROW) \
	ROW(PENDING,	"pending",		SETUP,   ACTIVE,    NONE,     NO,   NONE,     TO(RUNNING) | TO_BAD_END) \
	ROW(RUNNING,	"running",		STEP,    ACTIVE,    NONE,     NO,   NONE, \
	    TO(WAITING) | TO(COMPLETED) | TO(REJECTED) | TO_BAD_END) \
	ROW(WAITING,	"waiting",		STEP,    QUESTIONS, NONE,     NO,   NONE,     TO(RUNNING) | TO(REVIEWING) | TO_BAD_END) \
	ROW(COMPLETED,	"completed",		SUMMARY, REVIEW,    NONE,     NO,   NONE,     TO(REVIEWING) | TO_JUDGED | TO_BAD_END) \
	ROW(REVIEWING,	"reviewing",		STEP,    REVIEW,    NONE,     NO,   NONE, \
	    TO(WAITING) | TO(RUNNING) | TO_JUDGED | TO_BAD_END) \
	ROW(APPROVED,	"approved",		NOT,     READY,     NONE,     NO,   APPROVED, \
	    TO(RUNNING) | TO(REJECTED) | TO_MERGE_END | TO(CANCELLED)) \
	ROW(REJECTED,	"rejected",		NOT,     ENDED,     DECLINED, YES,  REJECTED, TO(RUNNING) | TO(MERGED)) \
	ROW(CONFLICT,	"conflict",		NOT,     ENDED,     BLOCKED,  SET,  NONE,     TO(RUNNING) | TO(MERGED)) \
	ROW(MERGED,	"merged",		NOT,     ENDED,     DONE,     NO,   APPROVED, 0) \
	ROW(FAILED,	"failed",		NOT,     ENDED,     FAILED,   YES,  NONE,     TO(RUNNING) | TO(MERGED)) \
	ROW(FAILED_TIMEOUT, "failed-timeout",	NOT,     ENDED,     FAILED,   YES,  NONE,     TO(RUNNING) | TO(MERGED)) \
	ROW(UNKNOWN,	"unknown",		NOT,     ENDED,     FAILED,   NO,   NONE,     TO(RUNNING) | TO(MERGED)) \
	ROW(STALE,	"stale",		NOT,     ENDED,     FAILED,   YES,  NONE,     TO(RUNNING) | TO(MERGED)) \
	ROW(CANCELLED,	"cancelled",		NOT,     ENDED,     DECLINED, NO,   NONE,     TO(RUNNING) | TO(MERGED))

#define STATUS_ENUM(name, ...)	STATUS_##name,
enum status { STATUSES(STATUS_ENUM) STATUS_COUNT };
#undef STATUS_ENUM

enum verdict { VERDICT_NONE, VERDICT_APPROVED, VERDICT_REJECTED, VERDICT_COUNT };
const char *verdict_name(enum verdict);	/* "none", "approved", "rejected" */
int verdict_parse(const char *);	/* -1: unknown */

struct status_traits {
	const char	*name;		/* in files */
	enum status_resume	 resume;
	enum status_group group;
	enum status_outcome	 outcome;
	enum status_again	 again;
	enum verdict	 verdict;	/* verdict of the session */
	unsigned int	 follows;	/* one bit for each status that may follow */
};
const struct status_traits *status_traits(enum status);

const char *status_name(enum status);
int status_parse(const char *);		/* -1: unknown */
/* Is from -> to in the table of orchestrator-session(5)? */
bool status_legal(enum status from, enum status to);
/* Is a worker running it, or could one be? */
bool status_live(enum status);
/* Does nothing more happen by itself?  True for every status except the live ones and approved. */
bool status_ended(enum status);
/* Has it ended with a merge? */
bool status_done(enum status);
/* Has it ended without a merge?  Then its task may be done again, or its work adopted. */
bool status_undone(enum status);
/* Was its commit approved?  It may be merged by now. */
bool status_approved(enum status);

#endif
