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
}

static void
a_name_at_the_beginning_chooses_the_question(void **state)
{
	(void)state;
	check(2, "tax 1", &two[0], "1");
	check(2, "tax   a text", &two[0], "a text");
	check(2, "q-aaaaaa 1", &two[0], "1");
	check(2, "q-bbbbbb 1", &two[1], "1");
	check(1, "tax 1", &two[0], "1");
}

static void
without_a_name_none_of_several_is_answered(void **state)
{
	(void)state;
	check(2, "1", NULL, "1");
	check(2, "tax", NULL, "tax");
	check(0, "1", NULL, "1");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_only_question_gets_the_whole_line),
		cmocka_unit_test(a_name_at_the_beginning_chooses_the_question),
		cmocka_unit_test(without_a_name_none_of_several_is_answered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
