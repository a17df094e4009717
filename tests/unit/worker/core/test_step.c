/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "worker/core/step.h"

struct expected {
	enum step	 step;
	enum event	 event;
	enum step	 next;
	enum status	 status;
	enum verdict	 verdict;
	const char	*decided_by;
};

/* Every possible pair; all others must fail as "internal". */
static const struct expected table[] = {
	{ STEP_SETUP, EVENT_DONE, STEP_IMPLEMENT, STATUS_RUNNING, VERDICT_NONE, NULL },
	{ STEP_SETUP, EVENT_FAILED, STEP_END, STATUS_FAILED, VERDICT_NONE, NULL },
	{ STEP_RESOLVE, EVENT_DONE, STEP_IMPLEMENT, STATUS_RUNNING, VERDICT_NONE, NULL },
	{ STEP_RESOLVE, EVENT_FAILED, STEP_END, STATUS_FAILED, VERDICT_NONE, NULL },
	{ STEP_IMPLEMENT, EVENT_DONE, STEP_COMMIT, STATUS_RUNNING, VERDICT_NONE, NULL },
	{ STEP_IMPLEMENT, EVENT_FAILED, STEP_END, STATUS_FAILED, VERDICT_NONE, NULL },
	{ STEP_COMMIT, EVENT_DONE, STEP_GATES, STATUS_RUNNING, VERDICT_NONE, NULL },
	{ STEP_COMMIT, EVENT_GATE_FAILED, STEP_IMPLEMENT, STATUS_RUNNING, VERDICT_NONE, NULL },
	{ STEP_COMMIT, EVENT_UNCHANGED, STEP_VERDICT, STATUS_RUNNING, VERDICT_REJECTED, "unchanged" },
	{ STEP_COMMIT, EVENT_FAILED, STEP_END, STATUS_FAILED, VERDICT_NONE, NULL },
	{ STEP_GATES, EVENT_DONE, STEP_SUMMARY, STATUS_RUNNING, VERDICT_NONE, NULL },
	{ STEP_GATES, EVENT_GATE_FAILED, STEP_IMPLEMENT, STATUS_RUNNING, VERDICT_NONE, NULL },
	{ STEP_GATES, EVENT_FAILED, STEP_END, STATUS_FAILED, VERDICT_NONE, NULL },
	{ STEP_SUMMARY, EVENT_DONE, STEP_PRESENT, STATUS_REVIEWING, VERDICT_NONE, NULL },
	{ STEP_SUMMARY, EVENT_TOLD, STEP_IMPLEMENT, STATUS_RUNNING, VERDICT_NONE, NULL },
	{ STEP_SUMMARY, EVENT_FAILED, STEP_END, STATUS_FAILED, VERDICT_NONE, NULL },
	{ STEP_PRESENT, EVENT_DONE, STEP_REVIEW, STATUS_REVIEWING, VERDICT_NONE, NULL },
	{ STEP_PRESENT, EVENT_FAILED, STEP_END, STATUS_FAILED, VERDICT_NONE, NULL },
	{ STEP_REVIEW, EVENT_APPROVED, STEP_VERDICT, STATUS_REVIEWING, VERDICT_APPROVED, "reviewer" },
	{ STEP_REVIEW, EVENT_REJECTED, STEP_RESPOND, STATUS_REVIEWING, VERDICT_NONE, NULL },
	{ STEP_REVIEW, EVENT_FAILED, STEP_END, STATUS_FAILED, VERDICT_NONE, NULL },
	{ STEP_RESPOND, EVENT_CONCEDED, STEP_IMPLEMENT, STATUS_RUNNING, VERDICT_NONE, NULL },
	{ STEP_RESPOND, EVENT_DEFENDED, STEP_DECIDE, STATUS_REVIEWING, VERDICT_NONE, NULL },
	{ STEP_RESPOND, EVENT_FAILED, STEP_END, STATUS_FAILED, VERDICT_NONE, NULL },
	{ STEP_DECIDE, EVENT_APPROVED, STEP_VERDICT, STATUS_REVIEWING, VERDICT_APPROVED, NULL },
	{ STEP_DECIDE, EVENT_APPROVED_CHANGED, STEP_REGATE, STATUS_REVIEWING, VERDICT_NONE, NULL },
	{ STEP_DECIDE, EVENT_REJECTED, STEP_VERDICT, STATUS_REVIEWING, VERDICT_REJECTED, NULL },
	{ STEP_DECIDE, EVENT_FAILED, STEP_END, STATUS_FAILED, VERDICT_NONE, NULL },
	{ STEP_REGATE, EVENT_DONE, STEP_DECIDE, STATUS_REVIEWING, VERDICT_NONE, NULL },
	{ STEP_REGATE, EVENT_GATE_FAILED, STEP_VERDICT, STATUS_REVIEWING, VERDICT_REJECTED, "gates" },
	{ STEP_REGATE, EVENT_FAILED, STEP_END, STATUS_FAILED, VERDICT_NONE, NULL },
	{ STEP_PERSON, EVENT_APPROVED, STEP_VERDICT, STATUS_REVIEWING, VERDICT_APPROVED, "person" },
	{ STEP_PERSON, EVENT_REJECTED, STEP_VERDICT, STATUS_REVIEWING, VERDICT_REJECTED, "person" },
	{ STEP_PERSON, EVENT_CONCEDED, STEP_IMPLEMENT, STATUS_RUNNING, VERDICT_NONE, NULL },
	{ STEP_PERSON, EVENT_FAILED, STEP_END, STATUS_FAILED, VERDICT_NONE, NULL },
	{ STEP_VERDICT, EVENT_APPROVED, STEP_END, STATUS_APPROVED, VERDICT_NONE, NULL },
	{ STEP_VERDICT, EVENT_REJECTED, STEP_END, STATUS_REJECTED, VERDICT_NONE, NULL },
	{ STEP_VERDICT, EVENT_FAILED, STEP_END, STATUS_FAILED, VERDICT_NONE, NULL },
};

#define N(a)	(sizeof(a) / sizeof((a)[0]))

static const struct step_facts council = { .review = REVIEW_COUNCIL, .round = 1, .rounds = 2,
	.gate_tries = 1, .gate_tries_max = 2 };

static const struct expected *
find(enum step step, enum event event)
{
	size_t i;

	for (i = 0; i < N(table); i++)
		if (table[i].step == step && table[i].event == event)
			return &table[i];
	return NULL;
}

static void
every_step_and_event_leads_where_the_table_says(void **state)
{
	const struct expected *x;
	struct step_move m;
	int step, event;

	(void)state;
	for (step = 0; step < STEP_COUNT; step++)
		for (event = 0; event < EVENT_COUNT; event++) {
			m = step_next((enum step)step, (enum event)event, &council);
			x = find((enum step)step, (enum event)event);
			if (x == NULL) {
				assert_int_equal(m.next, STEP_END);
				assert_int_equal(m.status, STATUS_FAILED);
				assert_string_equal(m.reason, "internal");
				continue;
			}
			assert_int_equal(m.next, x->next);
			assert_int_equal(m.status, x->status);
			assert_int_equal(m.verdict, x->verdict);
			if (x->decided_by == NULL)
				assert_null(m.decided_by);
			else
				assert_string_equal(m.decided_by, x->decided_by);
		}
}

static void
review_by_gates_alone_has_no_council(void **state)
{
	struct step_facts f = council;
	struct step_move m;

	(void)state;
	f.review = REVIEW_GATES;
	m = step_next(STEP_SUMMARY, EVENT_DONE, &f);
	assert_int_equal(m.next, STEP_VERDICT);
	assert_int_equal(m.status, STATUS_COMPLETED);
	assert_int_equal(m.verdict, VERDICT_APPROVED);
	assert_string_equal(m.decided_by, "gates");
	f.review = REVIEW_NONE;
	m = step_next(STEP_SUMMARY, EVENT_DONE, &f);
	assert_int_equal(m.next, STEP_VERDICT);
	assert_int_equal(m.verdict, VERDICT_APPROVED);
	assert_string_equal(m.decided_by, "nobody");
}

static void
what_all_others_approve_goes_to_the_person(void **state)
{
	struct step_facts f = council;

	(void)state;
	f.person = true;
	assert_int_equal(step_next(STEP_PRESENT, EVENT_DONE, &f).next, STEP_REVIEW);
	assert_int_equal(step_next(STEP_REVIEW, EVENT_APPROVED, &f).next, STEP_PERSON);
	assert_int_equal(step_next(STEP_DECIDE, EVENT_APPROVED, &f).next, STEP_PERSON);
	assert_int_equal(step_next(STEP_DECIDE, EVENT_REJECTED, &f).next, STEP_VERDICT);
	assert_int_equal(step_next(STEP_PERSON, EVENT_APPROVED, &f).next, STEP_VERDICT);
	f.no_reviewer = true;
	assert_int_equal(step_next(STEP_PRESENT, EVENT_DONE, &f).next, STEP_PERSON);
	for (f.review = REVIEW_GATES; f.review <= REVIEW_NONE; f.review++) {
		assert_int_equal(step_next(STEP_SUMMARY, EVENT_DONE, &f).next, STEP_PERSON);
		assert_int_equal(step_next(STEP_SUMMARY, EVENT_DONE, &f).verdict, VERDICT_NONE);
	}
}

static void
a_gate_that_fails_too_often_fails_the_session(void **state)
{
	struct step_facts f = council;

	(void)state;
	f.gate_tries = 2;
	assert_int_equal(step_next(STEP_GATES, EVENT_GATE_FAILED, &f).next, STEP_IMPLEMENT);
	f.gate_tries = 3;
	assert_int_equal(step_next(STEP_GATES, EVENT_GATE_FAILED, &f).status, STATUS_FAILED);
	assert_int_equal(step_next(STEP_COMMIT, EVENT_GATE_FAILED, &f).status, STATUS_FAILED);
	f.gate_tries = 1;
	f.gate_tries_max = 0;
	assert_int_equal(step_next(STEP_GATES, EVENT_GATE_FAILED, &f).status, STATUS_FAILED);
}

static void
rework_ends_after_the_allowed_rounds_in_a_rejection(void **state)
{
	struct step_facts f = council;
	struct step_move m;

	(void)state;
	for (f.round = 1; f.round <= 2; f.round++) {
		m = step_next(STEP_RESPOND, EVENT_CONCEDED, &f);
		assert_int_equal(m.next, STEP_IMPLEMENT);
		assert_true(m.rework);
	}
	m = step_next(STEP_RESPOND, EVENT_CONCEDED, &f);
	assert_int_equal(m.next, STEP_VERDICT);
	assert_int_equal(m.verdict, VERDICT_REJECTED);
	assert_string_equal(m.decided_by, "rounds");
}

static void
every_change_of_status_that_a_step_makes_is_legal(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < N(table); i++) {
		if (table[i].status == STATUS_RUNNING && table[i].step == STEP_RESPOND)
			assert_true(status_legal(STATUS_REVIEWING, STATUS_RUNNING));
		if (table[i].next == STEP_END && table[i].step == STEP_VERDICT) {
			assert_true(status_legal(STATUS_REVIEWING, table[i].status));
			assert_true(status_legal(STATUS_COMPLETED, table[i].status));
		}
	}
}

static void
recovery_goes_on_where_the_manual_says(void **state)
{
	int step;

	(void)state;
	for (step = 0; step < STEP_END; step++) {
		assert_int_equal(step_recover(STATUS_PENDING, (enum step)step), STEP_SETUP);
		assert_int_equal(step_recover(STATUS_RUNNING, (enum step)step), step);
		assert_int_equal(step_recover(STATUS_WAITING, (enum step)step), step);
		assert_int_equal(step_recover(STATUS_REVIEWING, (enum step)step), step);
		assert_int_equal(step_recover(STATUS_APPROVED, (enum step)step), STEP_END);
		assert_int_equal(step_recover(STATUS_FAILED, (enum step)step), STEP_END);
		assert_int_equal(step_recover(STATUS_COMPLETED, (enum step)step),
		    step == STEP_VERDICT || step == STEP_PRESENT ? (enum step)step : STEP_SUMMARY);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_step_and_event_leads_where_the_table_says),
		cmocka_unit_test(review_by_gates_alone_has_no_council),
		cmocka_unit_test(what_all_others_approve_goes_to_the_person),
		cmocka_unit_test(a_gate_that_fails_too_often_fails_the_session),
		cmocka_unit_test(rework_ends_after_the_allowed_rounds_in_a_rejection),
		cmocka_unit_test(every_change_of_status_that_a_step_makes_is_legal),
		cmocka_unit_test(recovery_goes_on_where_the_manual_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
