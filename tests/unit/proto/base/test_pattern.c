/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/base/pattern.h"

static int
found(const char *expression, const char *text)
{
	char why[160] = "";
	struct pattern *p = pattern_new(expression, why, sizeof(why));
	int found;

	if (p == NULL)
		fail_msg("%s: %s", expression, why);
	found = pattern_found(p, text);
	pattern_free(p);
	return found;
}

static void
a_text_is_searched_for_an_expression(void **state)
{
	(void)state;
	assert_int_equal(found("colou?r", "Which colour?"), 1);
	assert_int_equal(found("^colou?r", "Which colour?"), 0);
	assert_int_equal(found("(red|blue)$", "red or blue"), 1);
	assert_int_equal(found("[[:digit:]]{2}", "in 10 days"), 1);
	assert_int_equal(found("\\bday\\b", "in 10 days"), 0);
	assert_int_equal(found("(?i)WHICH", "Which?"), 1);
	assert_int_equal(found("^gr.n$", "gr\303\274n"), 1);
	assert_int_equal(found("", ""), 1);
}

static void
what_is_not_utf8_is_searched_too(void **state)
{
	(void)state;
	assert_int_equal(found("colour", "\377\376 colour"), 1);
	assert_int_equal(found("colour", "col\377our"), 0);
}

static void
an_expression_that_is_none_is_refused_with_the_place(void **state)
{
	char why[160];

	(void)state;
	assert_null(pattern_new("ab(c", why, sizeof(why)));
	assert_non_null(strstr(why, "parenthesis, at byte 4"));
	assert_null(pattern_new("[", why, sizeof(why)));
	assert_null(pattern_new("\\C", why, sizeof(why)));
}

/* Each of them exhausts the memory, or the stack, in glibc's regcomp. */
static void
no_expression_takes_all_memory(void **state)
{
	static const char *const rows[] = { "a++++++++++++++++++++++++++++++++++++++++",
		"((((a+)+)+)+)+", "((a{1,255}){1,255}){1,255}", "a{1,30000}{1,30000}" };
	char why[160], many[60001];
	struct pattern *p;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		p = pattern_new(rows[i], why, sizeof(why));
		assert_true(p == NULL || pattern_found(p, "aaaaaaaa") != -1);
		pattern_free(p);
	}
	memset(many, '(', sizeof(many) - 1);
	many[sizeof(many) - 1] = '\0';
	assert_null(pattern_new(many, why, sizeof(why)));
	memset(many, '|', sizeof(many) - 1);
	pattern_free(pattern_new(many, why, sizeof(why)));
}

static void
a_search_that_takes_too_long_is_given_up(void **state)
{
	char text[64];

	(void)state;
	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(found("^(a|a)*$", text), 1);
	assert_int_equal(found("^(a|a)*b(?=c)[^d]", text), 0);	/* no b: decided immediately */
	text[sizeof(text) - 2] = 'b';
	assert_int_equal(found("^(a|a)*$", text), -1);
}

/* Each possible start is cheap. */
static void
a_search_is_given_up_wherever_it_begins(void **state)
{
	char *text = malloc(64 << 10);

	(void)state;
	assert_non_null(text);
	memset(text, 'a', (64 << 10) - 1);
	text[(64 << 10) - 1] = '\0';
	assert_int_equal(found("\\w.*\\d", text), -1);
	assert_int_equal(found(".*.*[bc]", text), -1);
	assert_int_equal(found("a{5}", text), 1);
	free(text);
}

static void
lines_are_no_limits(void **state)
{
	(void)state;
	assert_int_equal(found("Overwrite.*production", "Overwrite the file\nin production?"), 1);
	assert_int_equal(found("file$", "file\nin production"), 0);
	assert_int_equal(found("file$", "file\n"), 0);
	assert_int_equal(found("^in", "file\nin production"), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_text_is_searched_for_an_expression),
		cmocka_unit_test(what_is_not_utf8_is_searched_too),
		cmocka_unit_test(an_expression_that_is_none_is_refused_with_the_place),
		cmocka_unit_test(no_expression_takes_all_memory),
		cmocka_unit_test(a_search_that_takes_too_long_is_given_up),
		cmocka_unit_test(a_search_is_given_up_wherever_it_begins),
		cmocka_unit_test(lines_are_no_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
