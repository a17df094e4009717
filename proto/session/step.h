/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROTO_STEP_H
#define PROTO_STEP_H

/* The steps of a session, by the names that they have in files.  Everything here is pure. */

/* Where in the two phases a session is; on disk in state.json as "step". */
enum step {
	STEP_SETUP,	/* private git directory, checkout, setup commands */
	STEP_RESOLVE,	/* the target is merged into what was approved, conflicts and all */
	STEP_IMPLEMENT,	/* implementer works */
	STEP_COMMIT,	/* what it left is committed, its commits imported */
	STEP_GATES,	/* gates on the commit */
	STEP_SUMMARY,	/* summary.md, status completed */
	STEP_PRESENT,	/* phase 2: implementer presents */
	STEP_REVIEW,	/* reviewer judges */
	STEP_RESPOND,	/* implementer concedes or defends */
	STEP_DECIDE,	/* tech-lead decides */
	STEP_REGATE,	/* gates again, after the tech-lead's commit */
	STEP_VERDICT,	/* review.json, status, the line in output.log */
	STEP_END,
	STEP_COUNT
};

const char *step_name(enum step);
int step_parse(const char *);	/* -1: unknown */
/* 1 for running, 2 for reviewing; derived from the step. */
int step_phase(enum step);

#endif
