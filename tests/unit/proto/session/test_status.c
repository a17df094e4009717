/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/scratch.h"

#include "proto/base/array.h"
#include "proto/session/status.h"

/* Rows: from; columns: to, in the order of enum status. */
static const char *const legal[] = {
	/*			   PRWCRARCMFTUSX */
	[STATUS_PENDING]	= ".x.......xxxxx",
	[STATUS_RUNNING]	= "..xx..x..xxxxx",
	[STATUS_WAITING]	= ".x..x....xxxxx",
	[STATUS_COMPLETED]	= "....xxx..xxxxx",
	[STATUS_REVIEWING]	= ".xx..xx..xxxxx",
	[STATUS_APPROVED]	= ".x....xxxx...x",
	[STATUS_REJECTED]	= ".x......x.....",
	[STATUS_CONFLICT]	= ".x......x.....",
	[STATUS_MERGED]		= "..............",
	[STATUS_FAILED]		= ".x......x.....",
	[STATUS_FAILED_TIMEOUT]	= ".x......x.....",
	[STATUS_UNKNOWN]	= ".x......x.....",
	[STATUS_STALE]		= ".x......x.....",
	[STATUS_CANCELLED]	= ".x......x.....",
};
ARRAY_WHOLE(legal, STATUS_COUNT);

static void
every_status_has_a_name_of_its_own(void **state)
{
	(void)state;
	for (int s = 0; s < STATUS_COUNT; s++) {
		assert_true(status_name(s) != NULL && status_name(s)[0] != '\0');
		assert_int_equal(status_parse(status_name(s)), s);
	}
	assert_string_equal(status_name(STATUS_FAILED_TIMEOUT), "failed-timeout");
	assert_string_equal(status_name(STATUS_COUNT), "?");
	assert_int_equal(status_parse("Running"), -1);
	assert_int_equal(status_parse(""), -1);
	assert_int_equal(status_parse(NULL), -1);
}

/* The traits of a status agree with each other. */
static void
every_row_of_the_table_is_whole(void **state)
{
	(void)state;
	for (int s = 0; s < STATUS_COUNT; s++) {
		const struct status_traits *t = status_traits(s);
		bool live = status_live(s), ended = status_ended(s);
		bool fits = live + ended + (s == STATUS_APPROVED) == 1 &&
		    live == (t->group < GROUP_READY) && ended == (t->group == GROUP_ENDED) &&
		    ended == status_done(s) + status_undone(s) &&
		    (t->again == AGAIN_NO || status_undone(s)) && (!status_done(s) || status_approved(s)) &&
		    (t->verdict == VERDICT_NONE || !live) && (s == STATUS_PENDING) == (t->resume == RESUME_SETUP);

		if (!fits)
			fail_msg("the row of %s contradicts itself", t->name);
		/* a live session can end badly; an ended one continues as running, or is merged by hand, or not at all */
		for (int to = 0; to < STATUS_COUNT; to++)
			if (live ? status_traits(to)->outcome == OUTCOME_FAILED && !status_legal(s, to) :
			    ended && status_legal(s, to) != ((to == STATUS_RUNNING || to == STATUS_MERGED) && status_undone(s)))
				fail_msg("%s -> %s", t->name, status_name(to));
	}
}

static void
every_pair_of_statuses_is_as_in_the_table(void **state)
{
	int from, to;

	(void)state;
	for (from = 0; from < STATUS_COUNT; from++)
		for (to = 0; to < STATUS_COUNT; to++)
			if (status_legal(from, to) != (legal[from][to] == 'x'))
				fail_msg("%s -> %s", status_name(from), status_name(to));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_status_has_a_name_of_its_own),
		cmocka_unit_test(every_row_of_the_table_is_whole),
		cmocka_unit_test(every_pair_of_statuses_is_as_in_the_table),
	};

	return cmocka_run_group_tests_name("status", tests, NULL, NULL);
}
