/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "orchestrator/view/typed.h"

/* Types the bytes into an empty line; entered: the last byte completes it. */
static void
check(const char *bytes, const char *line, bool entered)
{
	struct typed y = { 0 };
	bool end = false;

	for (; *bytes != '\0'; bytes++)
		end = typed_take(&y, *bytes);
	assert_string_equal(y.line.buf == NULL ? "" : y.line.buf, line);
	assert_int_equal(end, entered);
	text_free(&y.line);
}

static void
a_line_ends_with_enter(void **state)
{
	(void)state;
	check("", "", false);
	check("ab", "ab", false);
	check("ab\n", "ab", true);
	check("ab\r", "ab", true);
}

static void
what_was_typed_can_be_edited(void **state)
{
	(void)state;
	check("ab\b", "a", false);
	check("a\xc3\xbc\177", "a", false);
	check("\b\b", "", false);
	check("ab c\025d", "d", false);
	check("\025", "", false);
}

static void
keys_that_are_no_characters_are_left_out(void **state)
{
	(void)state;
	check("a\033[Ab", "ab", false);
	check("a\033[1;5Cb", "ab", false);
	check("a\033OPb", "ab", false);
	check("a\033xb", "ab", false);
	check("a\001\tb", "ab", false);
}

static void
a_line_does_not_grow_for_ever(void **state)
{
	struct typed y = { 0 };

	(void)state;
	for (unsigned i = 0; i < TYPED_MAX + 10; i++)
		(void)typed_take(&y, 'x');
	assert_int_equal(y.line.len, TYPED_MAX);
	text_free(&y.line);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_ends_with_enter),
		cmocka_unit_test(what_was_typed_can_be_edited),
		cmocka_unit_test(keys_that_are_no_characters_are_left_out),
		cmocka_unit_test(a_line_does_not_grow_for_ever),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
