/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "orchestrator/execute/schedule.h"

#define LIVE(s)		((s) == STATUS_PENDING || (s) == STATUS_RUNNING || \
	(s) == STATUS_WAITING || (s) == STATUS_COMPLETED || (s) == STATUS_REVIEWING)

struct row {
	const char	 *what;
	struct situation  s;
	enum action	  expected;
};

#define R	.readable = true

static const struct row rows[] = {
	{ "a dead worker is started again when execute starts",
	    { R, .status = STATUS_RUNNING, .begun = true, .starting = true }, ACTION_START },
	{ "a session nobody has begun is started as well",
	    { R, .status = STATUS_PENDING, .starting = true }, ACTION_START },
	{ "the third restart is made",
	    { R, .status = STATUS_REVIEWING, .begun = true, .starting = true,
	    .recoveries = SCHEDULE_RESTARTS - 1 }, ACTION_START },
	{ "a fourth one is not",
	    { R, .status = STATUS_REVIEWING, .begun = true, .starting = true,
	    .recoveries = SCHEDULE_RESTARTS }, ACTION_GIVE_UP },
	{ "a death that is seen is declared at once",
	    { R, .status = STATUS_RUNNING, .begun = true }, ACTION_DIED },
	{ "also that of a worker which had not written its state yet",
	    { R, .status = STATUS_PENDING, .begun = true }, ACTION_DIED },
	{ "also while a question is open",
	    { R, .status = STATUS_WAITING, .begun = true, .questions = true }, ACTION_DIED },
	{ "a parked session is not dead",
	    { R, .status = STATUS_WAITING, .begun = true, .parked = true }, ACTION_NONE },
	{ "a parked session is not started without an answer, also when execute starts",
	    { R, .status = STATUS_WAITING, .begun = true, .parked = true, .starting = true,
	    .recoveries = SCHEDULE_RESTARTS }, ACTION_NONE },
	{ "the policies see the questions of a parked session",
	    { R, .status = STATUS_WAITING, .begun = true, .parked = true, .questions = true }, ACTION_ANSWER },
	{ "a parked session is started with its answer, however often it was started",
	    { R, .status = STATUS_WAITING, .begun = true, .parked = true, .answered = true, .questions = true,
	    .recoveries = SCHEDULE_RESTARTS }, ACTION_START },
	{ "a parked session with its answer waits while as many sessions run as may",
	    { R, .status = STATUS_WAITING, .begun = true, .parked = true, .answered = true, .full = true }, ACTION_FULL },
	{ "the policies see the questions of a parked session, however many sessions run",
	    { R, .status = STATUS_WAITING, .begun = true, .parked = true, .questions = true, .full = true }, ACTION_ANSWER },
	{ "a worker that parks its session is left to end",
	    { R, .status = STATUS_WAITING, .begun = true, .alive = true, .parked = true, .answered = true }, ACTION_NONE },
	{ "a new session has time to get its worker",
	    { R, .status = STATUS_PENDING }, ACTION_GRACE },
	{ "the policies see new questions",
	    { R, .status = STATUS_WAITING, .alive = true, .begun = true, .questions = true },
	    ACTION_ANSWER },
	{ "without one the worker is left to work",
	    { R, .status = STATUS_RUNNING, .alive = true, .begun = true }, ACTION_NONE },
	{ "a worker that lives is not started twice",
	    { R, .status = STATUS_RUNNING, .alive = true, .begun = true, .starting = true },
	    ACTION_NONE },
	{ "approved: the worker may still write its last line",
	    { R, .status = STATUS_APPROVED, .alive = true, .begun = true }, ACTION_NONE },
	{ "approved and over: merged",
	    { R, .status = STATUS_APPROVED, .begun = true }, ACTION_MERGE },
	{ "approved while another merge is under way: queued",
	    { R, .status = STATUS_APPROVED, .begun = true, .merge_busy = true }, ACTION_QUEUE },
	{ "approved, but merging it was refused: held",
	    { R, .status = STATUS_APPROVED, .begun = true, .blocked = true }, ACTION_HELD },
	{ "approved and merged by another command: left to it",
	    { R, .status = STATUS_APPROVED, .begun = true, .busy = true }, ACTION_NONE },
	{ "a merge on record is completed",
	    { R, .status = STATUS_APPROVED, .begun = true, .merging = true }, ACTION_MERGE },
	{ "what a merge gave back to be resolved gets its worker again, at any time",
	    { R, .status = STATUS_RUNNING, .begun = true, .given_back = true,
	    .recoveries = SCHEDULE_RESTARTS }, ACTION_START },
	{ "not while that merge still has it",
	    { R, .status = STATUS_RUNNING, .begun = true, .busy = true, .given_back = true },
	    ACTION_NONE },
	{ "nor when a worker has it already",
	    { R, .status = STATUS_RUNNING, .begun = true, .alive = true, .given_back = true },
	    ACTION_NONE },
	{ "a conflict is the end",
	    { R, .status = STATUS_CONFLICT, .begun = true }, ACTION_OVER },
	{ "unless the item is to be dispatched again",
	    { R, .status = STATUS_CONFLICT, .begun = true, .retry = true }, ACTION_MERGE },
	{ "which waits for its turn",
	    { R, .status = STATUS_CONFLICT, .begun = true, .retry = true, .merge_busy = true },
	    ACTION_QUEUE },
	{ "and is not tried for ever",
	    { R, .status = STATUS_CONFLICT, .begun = true, .retry = true, .blocked = true },
	    ACTION_HELD },
	{ "merged but not put away: completed",
	    { R, .status = STATUS_MERGED, .begun = true }, ACTION_MERGE },
	{ "an end that another command is declaring is not declared twice",
	    { R, .status = STATUS_RUNNING, .begun = true, .busy = true }, ACTION_NONE },
	{ "an unreadable state of a live worker: its business",
	    { .alive = true, .begun = true }, ACTION_NONE },
	{ "an unreadable state without a worker: nothing can be done",
	    { .begun = true, .starting = true }, ACTION_OVER },
};

static void
each_row_of_the_table_decides_as_written(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (schedule(&rows[i].s) != rows[i].expected)
			fail_msg("%s: action %d, expected %d", rows[i].what,
			    (int)schedule(&rows[i].s), (int)rows[i].expected);
}

static void
ended_sessions_are_over_whatever_else_holds(void **state)
{
	(void)state;
	for (int st = 0; st < STATUS_COUNT; st++)
		for (int bits = 0; bits < 16; bits++) {
			struct situation s = {
				R, .status = (enum status)st, .begun = bits & 1,
				.questions = bits & 2, .starting = bits & 4,
				.merge_busy = bits & 8,
			};
			bool over = !LIVE(st) && st != STATUS_APPROVED && st != STATUS_MERGED;

			assert_int_equal(schedule(&s) == ACTION_OVER, over);
		}
}

static void
only_approved_or_merged_work_is_ever_merged(void **state)
{
	(void)state;
	for (int st = 0; st < STATUS_COUNT; st++)
		for (int bits = 0; bits < 64; bits++) {
			struct situation s = {
				R, .status = (enum status)st, .begun = bits & 1,
				.questions = bits & 2, .starting = bits & 4,
				.merge_busy = bits & 8, .alive = bits & 16,
				.blocked = bits & 32,
			};
			enum action a = schedule(&s);

			if (a == ACTION_MERGE || a == ACTION_QUEUE || a == ACTION_HELD) {
				assert_true(st == STATUS_APPROVED || st == STATUS_MERGED);
				assert_false(s.alive);
			}
		}
}

static void
execute_stays_for_everything_but_the_held_and_the_ended(void **state)
{
	(void)state;
	for (int a = 0; a < ACTION_COUNT; a++)
		assert_int_equal(schedule_pending((enum action)a),
		    a != ACTION_HELD && a != ACTION_OVER);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_row_of_the_table_decides_as_written),
		cmocka_unit_test(ended_sessions_are_over_whatever_else_holds),
		cmocka_unit_test(only_approved_or_merged_work_is_ever_merged),
		cmocka_unit_test(execute_stays_for_everything_but_the_held_and_the_ended),
	};

	return cmocka_run_group_tests_name("schedule", tests, NULL, NULL);
}
