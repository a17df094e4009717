/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "orchestrator/execute/live_parts.h"

static const struct asked two[] = { { "session-tax-1", "tax", "q-aaaaaa" }, { "session-more-1", "q-bbbbbb", "q-bbbbbb" } };

static void
check(size_t n, const char *line, const struct asked *meant, const char *answer)
{
	const char *rest;

	assert_ptr_equal(live_meant(two, n, line, &rest), meant);
	assert_string_equal(rest, answer);
}

static void
the_only_question_gets_the_whole_line(void **state)
{
	(void)state;
	check(1, "2", &two[0], "2");
	check(1, "two words", &two[0], "two words");
	check(1, "taxes are high", &two[0], "taxes are high");
	check(1, "tax", &two[0], "tax");
	check(1, "tax 1", &two[0], "tax 1");
	check(1, "q-aaaaaa 1", &two[0], "q-aaaaaa 1");
}

static void
a_name_at_the_beginning_chooses_the_question(void **state)
{
	(void)state;
	check(2, "tax 1", &two[0], "1");
	check(2, "tax   a text", &two[0], "a text");
	check(2, "q-aaaaaa 1", &two[0], "1");
	check(2, "q-bbbbbb 1", &two[1], "1");
}

static void
without_a_name_none_of_several_is_answered(void **state)
{
	(void)state;
	check(2, "1", NULL, "1");
	check(2, "tax", NULL, "tax");
	check(0, "1", NULL, "1");
}

static void
a_question_is_the_same_by_session_and_id(void **state)
{
	const struct asked other = { "session-more-1", "tax", "q-aaaaaa" }, later = { "session-tax-1", "tax", "q-cccccc" };

	(void)state;
	assert_true(live_among(two, 2, &two[1]));
	assert_false(live_among(two, 1, &two[1]));
	assert_false(live_among(two, 2, &other));
	assert_false(live_among(two, 2, &later));
	assert_false(live_among(NULL, 0, &two[0]));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_only_question_gets_the_whole_line),
		cmocka_unit_test(a_name_at_the_beginning_chooses_the_question),
		cmocka_unit_test(without_a_name_none_of_several_is_answered),
		cmocka_unit_test(a_question_is_the_same_by_session_and_id),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
