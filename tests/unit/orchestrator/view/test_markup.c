/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "orchestrator/view/markup.h"
#include "proto/base/text.h"

static void
check(const char *s, const char *expected)
{
	struct text t = { 0 };

	markup_puts(&t, s);
	assert_string_equal(t.buf, expected);
	text_free(&t);
}

static void
no_text_becomes_markup(void **state)
{
	(void)state;
	check("", "");
	check("plain", "plain");
	check("<a href=\"x\">&'", "&lt;a href=&quot;x&quot;&gt;&amp;&#39;");
	check("]]>", "]]&gt;");
	check("a&lt;", "a&amp;lt;");
}

static void
what_xml_does_not_allow_is_visible_or_replaced(void **state)
{
	(void)state;
	check("\033[31m\001\177", "\\033[31m\\001\\177");
	check("\377\300\200", "\\377\\300\\200");
	check("\xef\xbf\xbe\xef\xbf\xbf\xef\xbf\xbd", "??\xef\xbf\xbd");
	check("\xef\xbf", "\\357\\277");
	check("\xe2\x80\xae", "\\u202e");
}

static void
long_lines_and_many_lines_are_cut(void **state)
{
	const struct markup_limit limit = { 2, 4 };
	struct text t = { 0 };

	(void)state;
	assert_int_equal(markup_lines(&t, "a\n12345\nb\nc", 11, &limit), 2);
	assert_string_equal(t.buf, "a\n1234...\n");
	text_clear(&t);
	assert_int_equal(markup_lines(&t, "123\xc3\xa4", 5, &limit), 0);
	assert_string_equal(t.buf, "123...\n");
	text_clear(&t);
	assert_int_equal(markup_lines(&t, "1234\n", 5, &limit), 0);
	assert_string_equal(t.buf, "1234\n");
	text_free(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_text_becomes_markup),
		cmocka_unit_test(what_xml_does_not_allow_is_visible_or_replaced),
		cmocka_unit_test(long_lines_and_many_lines_are_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
