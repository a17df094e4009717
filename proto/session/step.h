/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROTO_STEP_H
#define PROTO_STEP_H

/* The steps of a session, by the names that they have in files.  Everything here is pure. */

/* The step of a session within its two phases; "step" in state.json. */
enum step {
	STEP_SETUP,	/* private git directory, checkout, setup commands */
	STEP_RESOLVE,	/* the target is merged into the approved work, with any conflicts */
	STEP_IMPLEMENT,	/* implementer works */
	STEP_COMMIT,	/* the implementer's changes are committed, and its commits imported */
	STEP_GATES,	/* gates on the commit */
	STEP_SUMMARY,	/* summary.md, status completed */
	STEP_PRESENT,	/* phase 2: the implementer presents */
	STEP_REVIEW,	/* reviewer judges */
	STEP_RESPOND,	/* the implementer concedes or defends */
	STEP_DECIDE,	/* tech-lead decides */
	STEP_REGATE,	/* gates again, after the tech-lead's commit */
	STEP_PERSON,	/* a person judges */
	STEP_VERDICT,	/* review.json, status, the line in output.log */
	STEP_END,
	STEP_COUNT
};

const char *step_name(enum step);
int step_parse(const char *);	/* -1: unknown */
/* 1 for running, 2 for reviewing; derived from the step. */
int step_phase(enum step);

#endif
