/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "orchestrator/view/page.h"
#include "proto/base/text.h"

static void
check_cut(const char *line, size_t width, const char *expected)
{
	struct text t = { 0 };

	page_cut(&t, line, width);
	assert_string_equal(t.buf == NULL ? "" : t.buf, expected);
	text_free(&t);
}

static void
colours_take_no_column_and_wide_characters_two(void **state)
{
	(void)state;
	assert_int_equal(page_columns("abc"), 3);
	assert_int_equal(page_columns("\033[1;31mabc\033[m"), 3);
	assert_int_equal(page_columns("a█é"), 3);
	assert_int_equal(page_columns("a\tb"), 10);
	assert_int_equal(page_columns("✅⚫漢"), 6);
	assert_int_equal(page_columns("\xff"), 1);
}

static void
a_line_that_is_too_wide_is_cut_and_its_colour_ends(void **state)
{
	(void)state;
	check_cut("abcdef", 6, "abcdef");
	check_cut("abcdefg", 6, "abc...");
	check_cut("\033[31mabcdefg\033[m", 6, "\033[31mabc...\033[m");
	check_cut("ab漢字x", 6, "ab...");
	check_cut("abcdef", 2, "..");
	check_cut("", 5, "");
}

static void
a_column_is_as_wide_as_it_has_to_be(void **state)
{
	struct text t = { 0 };

	(void)state;
	page_column(&t, "ab", 4);
	page_column(&t, "abcdef", 5);
	assert_string_equal(t.buf, "ab  ab...");
	text_free(&t);
}

static void
check_item(const char *lead, const char *text, const char *command, size_t width, const char *expected)
{
	struct text t = { 0 };

	page_item(&t, &(struct page_item){ lead, text, command }, 2, width);
	assert_string_equal(t.buf, expected);
	text_free(&t);
}

static void
a_text_is_broken_between_words_below_its_beginning(void **state)
{
	(void)state;
	check_item("a: ", "one two three", NULL, 40, "a: one two three\n");
	check_item("a: ", "one two three", NULL, 10, "a: one two\n   three\n");
	check_item("a long lead: ", "one two", NULL, 16, "a long lead: one\n  two\n");
	check_item("a: ", "abcdefghijkl", NULL, 10, "a: abcdefg\n   hijkl\n");
	check_item("a: ", "", NULL, 10, "a: \n");
}

static void
a_command_follows_if_it_fits_and_is_whole_otherwise(void **state)
{
	(void)state;
	check_item("a: ", "text", "do it", 14, "a: text  do it\n");
	check_item("a: ", "text", "do it", 13, "a: text\n   do it\n");
	check_item("a: ", "text", "do it now", 10, "a: text\n do it now\n");
	check_item("a: ", "text", "do it now", 9, "a: text\ndo it now\n");
	check_item("a: ", "text", "do it now", 8, "a: text\ndo it...\n");
}

static void
no_text_is_wider_than_the_page(void **state)
{
	static const char *const texts[] = { "a 漢字漢字漢字 b", "word word-word-word w", "x  ", "✅✅✅✅✅" };
	char *line, *rest;
	struct text t;

	(void)state;
	for (size_t width = 4; width < 30; width++)
		for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
			t = (struct text){ 0 };
			page_item(&t, &(struct page_item){ " ? ", texts[i], "go" }, 2, width);
			rest = t.buf;
			while ((line = strsep(&rest, "\n")) != NULL)
				assert_true(page_columns(line) <= width);
			text_free(&t);
		}
}

static void
without_utf8_signs_have_their_likes_in_ascii(void **state)
{
	struct text t = { 0 };

	(void)state;
	page_ascii(&t, "├─ █░ ✓ é\xff · ok");
	assert_string_equal(t.buf, "|- #. + ?? - ok");
	text_free(&t);
}

static void
a_path_below_the_home_directory_is_short(void **state)
{
	static const char *const cases[][3] = {
		{ "/h/me/x", "/h/me", "~/x" }, { "/h/me", "/h/me", "~" }, { "/h/mean", "/h/me", "/h/mean" },
		{ "/x", "/", "/x" }, { "/x", NULL, "/x" },
	};
	char *path;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		path = page_path(cases[i][0], cases[i][1]);
		assert_string_equal(path, cases[i][2]);
		free(path);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(colours_take_no_column_and_wide_characters_two),
		cmocka_unit_test(a_line_that_is_too_wide_is_cut_and_its_colour_ends),
		cmocka_unit_test(a_column_is_as_wide_as_it_has_to_be),
		cmocka_unit_test(a_text_is_broken_between_words_below_its_beginning),
		cmocka_unit_test(a_command_follows_if_it_fits_and_is_whole_otherwise),
		cmocka_unit_test(no_text_is_wider_than_the_page),
		cmocka_unit_test(without_utf8_signs_have_their_likes_in_ascii),
		cmocka_unit_test(a_path_below_the_home_directory_is_short),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
