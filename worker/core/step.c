/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proto/base/array.h"
#include "worker/core/step.h"

/* How the next step is chosen when the facts matter, too. */
enum choice { FIXED, AFTER_SUMMARY, AFTER_PRESENT, AFTER_GATE_FAILURE, AFTER_CONCESSION };

struct row {
	bool		 used;
	enum choice	 choice;
	struct step_move move;
};

#define GO(s, st)	{ .used = true, .move = { .next = (s), .status = (st) } }
#define FAIL(why)	{ .used = true, .move = { .next = STEP_END, .status = STATUS_FAILED, .reason = (why) } }
#define CHOOSE(c)	{ .used = true, .choice = (c) }
#define JUDGE(v, by)	{ .used = true, .move = { .next = STEP_VERDICT, .status = STATUS_REVIEWING, \
			    .verdict = (v), .decided_by = (by) } }

static const struct row rows[][EVENT_COUNT] = {
	[STEP_SETUP] = {
		[EVENT_DONE] = GO(STEP_IMPLEMENT, STATUS_RUNNING),
		[EVENT_FAILED] = FAIL(NULL),
	},
	[STEP_RESOLVE] = {
		[EVENT_DONE] = GO(STEP_IMPLEMENT, STATUS_RUNNING),
		[EVENT_FAILED] = FAIL(NULL),
	},
	[STEP_IMPLEMENT] = {
		[EVENT_DONE] = GO(STEP_COMMIT, STATUS_RUNNING),
		[EVENT_FAILED] = FAIL(NULL),
	},
	[STEP_COMMIT] = {
		[EVENT_DONE] = GO(STEP_GATES, STATUS_RUNNING),
		[EVENT_GATE_FAILED] = CHOOSE(AFTER_GATE_FAILURE),
		[EVENT_UNCHANGED] = { .used = true, .move = { .next = STEP_VERDICT, .status = STATUS_RUNNING,
		    .verdict = VERDICT_REJECTED, .decided_by = "unchanged" } },
		[EVENT_FAILED] = FAIL(NULL),
	},
	[STEP_GATES] = {
		[EVENT_DONE] = GO(STEP_SUMMARY, STATUS_RUNNING),
		[EVENT_GATE_FAILED] = CHOOSE(AFTER_GATE_FAILURE),
		[EVENT_FAILED] = FAIL(NULL),
	},
	[STEP_SUMMARY] = {
		[EVENT_DONE] = CHOOSE(AFTER_SUMMARY),
		[EVENT_TOLD] = GO(STEP_IMPLEMENT, STATUS_RUNNING),
		[EVENT_FAILED] = FAIL(NULL),
	},
	[STEP_PRESENT] = {
		[EVENT_DONE] = CHOOSE(AFTER_PRESENT),
		[EVENT_FAILED] = FAIL(NULL),
	},
	[STEP_REVIEW] = {
		[EVENT_APPROVED] = JUDGE(VERDICT_APPROVED, "reviewer"),
		[EVENT_REJECTED] = GO(STEP_RESPOND, STATUS_REVIEWING),
		[EVENT_FAILED] = FAIL(NULL),
	},
	[STEP_RESPOND] = {
		[EVENT_CONCEDED] = CHOOSE(AFTER_CONCESSION),
		[EVENT_DEFENDED] = GO(STEP_DECIDE, STATUS_REVIEWING),
		[EVENT_FAILED] = FAIL(NULL),
	},
	[STEP_DECIDE] = {
		[EVENT_APPROVED] = JUDGE(VERDICT_APPROVED, NULL),
		[EVENT_APPROVED_CHANGED] = GO(STEP_REGATE, STATUS_REVIEWING),
		[EVENT_REJECTED] = JUDGE(VERDICT_REJECTED, NULL),
		[EVENT_FAILED] = FAIL(NULL),
	},
	[STEP_REGATE] = {
		[EVENT_DONE] = GO(STEP_DECIDE, STATUS_REVIEWING),
		[EVENT_GATE_FAILED] = JUDGE(VERDICT_REJECTED, "gates"),
		[EVENT_FAILED] = FAIL(NULL),
	},
	[STEP_PERSON] = {
		[EVENT_APPROVED] = JUDGE(VERDICT_APPROVED, "person"),
		[EVENT_REJECTED] = JUDGE(VERDICT_REJECTED, "person"),
		[EVENT_CONCEDED] = { .used = true, .move = { .next = STEP_IMPLEMENT, .status = STATUS_RUNNING, .rework = true } },
		[EVENT_FAILED] = FAIL(NULL),
	},
	[STEP_VERDICT] = {
		[EVENT_APPROVED] = GO(STEP_END, STATUS_APPROVED),
		[EVENT_REJECTED] = GO(STEP_END, STATUS_REJECTED),
		[EVENT_FAILED] = FAIL(NULL),
	},
	[STEP_END] = { { .used = false } },
};
ARRAY_WHOLE(rows, STEP_COUNT);

static struct step_move
choose(enum choice choice, const struct step_facts *f)
{
	static const struct step_move again = { .next = STEP_IMPLEMENT, .status = STATUS_RUNNING };

	switch (choice) {
	case AFTER_SUMMARY:
		if (f->review == REVIEW_COUNCIL)
			return (struct step_move){ .next = STEP_PRESENT, .status = STATUS_REVIEWING };
		return (struct step_move){ .next = STEP_VERDICT, .status = STATUS_COMPLETED,
			.verdict = VERDICT_APPROVED,
			.decided_by = f->review == REVIEW_NONE ? "nobody" : "gates" };
	case AFTER_PRESENT:
		return (struct step_move){ .next = f->no_reviewer ? STEP_PERSON : STEP_REVIEW, .status = STATUS_REVIEWING };
	case AFTER_GATE_FAILURE:
		if (f->gate_tries <= f->gate_tries_max)
			return again;
		return (struct step_move){ .next = STEP_END, .status = STATUS_FAILED,
			.reason = "gate" };
	case AFTER_CONCESSION:
		if (f->round <= f->rounds)
			return (struct step_move){ .next = STEP_IMPLEMENT,
				.status = STATUS_RUNNING, .rework = true };
		return (struct step_move){ .next = STEP_VERDICT, .status = STATUS_REVIEWING,
			.verdict = VERDICT_REJECTED, .decided_by = "rounds" };
	case FIXED:
		break;
	}
	return again;
}

struct step_move
step_next(enum step step, enum event event, const struct step_facts *facts)
{
	const struct row *row = &rows[step][event];
	struct step_move move;

	if (!row->used)
		return (struct step_move){ .next = STEP_END, .status = STATUS_FAILED,
			.reason = "internal" };
	move = row->choice != FIXED ? choose(row->choice, facts) : row->move;
	/* what all others approve goes to the person */
	if (move.verdict == VERDICT_APPROVED && facts->person && step != STEP_PERSON)
		return (struct step_move){ .next = STEP_PERSON, .status = STATUS_REVIEWING };
	return move;
}

enum step
step_recover(enum status status, enum step step)
{
	switch (status_traits(status)->resume) {
	case RESUME_SETUP:
		return STEP_SETUP;
	case RESUME_SUMMARY:	/* where council and gates differ */
		return step == STEP_VERDICT || step == STEP_PRESENT ? step : STEP_SUMMARY;
	case RESUME_STEP:
		return step;
	case RESUME_NOT:
		break;
	}
	return STEP_END;
}
