/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proto/sys/boot.h"
#include "tests/unit/scratch.h"

#include "proto/base/clock.h"
#include "proto/base/text.h"

static void
check_line(const char *in, size_t len, const char *out)
{
	struct text t = { 0 };

	text_line(&t, in, len);
	assert_string_equal(t.buf, out);
	assert_int_equal(t.len, strlen(out));
	text_free(&t);
}

#define CHECK_LINE(in, out)	check_line(in, sizeof(in) - 1, out)

static void
controls_become_visible(void **state)
{
	(void)state;
	CHECK_LINE("", "");
	CHECK_LINE("a\tb \xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80", "a\tb \xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80");
	CHECK_LINE("\033[2J", "\\033[2J");
	CHECK_LINE("a\0b\r\n\x7f", "a\\000b\\015\\012\\177");
	CHECK_LINE("\xc2\x9b" "31m", "\\u009b31m");
	CHECK_LINE("\xe2\x80\xae" "evil\xe2\x81\xa6", "\\u202eevil\\u2066");
	CHECK_LINE("\xe2\x80\x8f\xd8\x9c", "\\u200f\\u061c");
}

static void
invalid_utf8_becomes_octal(void **state)
{
	(void)state;
	CHECK_LINE("\xff", "\\377");
	CHECK_LINE("\x9b", "\\233");
	CHECK_LINE("x\xc3", "x\\303");
	CHECK_LINE("\xc0\x80", "\\300\\200");			/* overlong */
	CHECK_LINE("\xed\xa0\x80", "\\355\\240\\200");		/* surrogate */
	CHECK_LINE("\xf4\x90\x80\x80", "\\364\\220\\200\\200");	/* over U+10FFFF */
	CHECK_LINE("\xe2\x82z", "\\342\\202z");
	assert_true(text_utf8_valid("a\xc3\xa9", 3));
	assert_false(text_utf8_valid("a\xc3\xa9", 2));
	assert_false(text_utf8_valid("\xed\xa0\x80", 3));
}

static void
texts_grow_and_format(void **state)
{
	struct text t = { 0 };
	int i;

	(void)state;
	for (i = 0; i < 1000; i++)
		text_printf(&t, "%d,", i);
	assert_int_equal(t.len, 10 * 2 + 90 * 3 + 900 * 4);
	assert_int_equal(strlen(t.buf), t.len);
	text_clear(&t);
	assert_string_equal(t.buf, "");
	text_printf(&t, "%0500d", 7);
	assert_int_equal(t.len, 500);
	text_free(&t);
	assert_null(t.buf);
}

static void
a_nul_does_not_end_a_text(void **state)
{
	struct text t = { 0 };

	(void)state;
	text_add_string(&t, "\0a\0\0b", 5);
	assert_string_equal(t.buf, "\357\277\275a\357\277\275\357\277\275b");
	text_free(&t);
}

static void
lines_are_trimmed_and_cut_between_characters(void **state)
{
	char s[] = "text \r\n\t ", line[4];

	(void)state;
	assert_int_equal(text_trim(s, strlen(s)), 4);
	assert_string_equal(s, "text");
	text_first_line(line, sizeof(line), "ab\xe2\x82\xac");
	assert_string_equal(line, "ab");
	text_first_line(line, sizeof(line), "a\r\nb");
	assert_string_equal(line, "a");
	text_first_line(line, sizeof(line), "");
	assert_string_equal(line, "");
	text_first_line(line, sizeof(line), "\n \tab\n");
	assert_string_equal(line, "ab");
}

static void
templates_are_expanded_once(void **state)
{
	static const struct text_var vars[] = { { "a", "{b}" }, { "b", "B" }, { "ab", "AB" } };
	struct text t = { 0 };

	(void)state;
	text_expand(&t, "{a} {b} {ab} {c} { {{b}} {b", vars, 3);
	assert_string_equal(t.buf, "{b} B AB {c} { {B} {b");
	text_free(&t);
}

static void
a_value_does_not_end_the_element_that_it_stands_in(void **state)
{
	static const struct { const char *template, *value, *expected; } rows[] = {
		{ "<a>{x}</a>", "</a>", "<a><\\/a></a>" },
		{ "<a id=\"1\"><b>{x}</b></a>", "</b></ A ></c></ab>", "<a id=\"1\"><b><\\/b><\\/ A ></c></ab></b></a>" },
		{ "{x}<a></a>", "</a>", "</a><a></a>" },
		{ "<a></a>{x}", "</a>", "<a></a></a>" },
		{ "<a>{x}<b></b></a>", "</b></a></", "<a></b><\\/a></<b></b></a>" },
	};
	struct text_var var = { "x", NULL };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct text t = { 0 };

		var.value = rows[i].value;
		text_expand(&t, rows[i].template, &var, 1);
		assert_string_equal(t.buf, rows[i].expected);
		text_free(&t);
	}
}

static void
the_nearest_word_is_found(void **state)
{
	static const char *const words[] = { "gates", "target", "review", "rounds" };

	(void)state;
	assert_string_equal(text_nearest("gate", words, 4), "gates");
	assert_string_equal(text_nearest("reveiw", words, 4), "review");
	assert_null(text_nearest("zzzzzz", words, 4));
	assert_null(text_nearest("", words, 4));
}

static void
print_keeps_newlines_only_where_asked(void **state)
{
	char *out = NULL;
	size_t len;
	FILE *fp = open_memstream(&out, &len);

	(void)state;
	assert_non_null(fp);
	text_print(fp, "a\nb\033\n", true);
	text_print(fp, "a\nb", false);
	fclose(fp);
	assert_string_equal(out, "a\nb\\033\na\\012b");
	free(out);
}

static void
times_are_written_and_read_back(void **state)
{
	char buf[CLOCK_TEXT], id[64];

	(void)state;
	assert_string_equal(clock_text(INT64_C(1769850000123), buf, sizeof(buf)),
	    "2026-01-31T09:00:00.123Z");
	assert_int_equal(clock_parse(buf), INT64_C(1769850000123));
	assert_string_equal(clock_text(INT64_C(951868799999), buf, sizeof(buf)),
	    "2000-02-29T23:59:59.999Z");
	assert_string_equal(clock_text(INT64_C(4107542400000), buf, sizeof(buf)),
	    "2100-03-01T00:00:00.000Z");
	assert_int_equal(clock_parse("2100-02-29T00:00:00.000Z"), -1);
	assert_int_equal(clock_parse("9999-12-31T23:59:59.999Z"), INT64_C(253402300799999));
	assert_int_equal(clock_parse("1970-01-01T00:00:00.000Z"), 0);
	assert_int_equal(clock_parse("2026-13-01T00:00:00.000Z"), -1);
	assert_int_equal(clock_parse("2026-02-31T09:00:00.123Z"), -1);
	assert_int_equal(clock_parse("2026-01-31T09:00:60.123Z"), -1);
	assert_int_equal(clock_parse("2026-01-31 09:00:00.123Z"), -1);
	assert_int_equal(clock_parse("2026-01-31T09:00:00Z"), -1);
	assert_int_equal(clock_parse(NULL), -1);
	assert_string_equal(clock_age(41000, buf, sizeof(buf)), "41s");
	assert_string_equal(clock_age(180000, buf, sizeof(buf)), "3m");
	assert_string_equal(clock_age(7200000, buf, sizeof(buf)), "2h");
	assert_string_equal(clock_age(INT64_C(5) * 86400000, buf, sizeof(buf)), "5d");
	setenv("TZ", "ABC-5:30", 1);
	tzset();
	assert_string_equal(clock_local(INT64_C(1769850000000), INT64_C(1769850060000), buf, sizeof(buf)), "14:30");
	assert_string_equal(clock_local(INT64_C(1769850000000), INT64_C(1769950000000), buf, sizeof(buf)), "2026-01-31 14:30");
	unsetenv("TZ");
	tzset();
	boot_id(id, sizeof(id));
	assert_int_equal(strlen(id), 36);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(controls_become_visible),
		cmocka_unit_test(invalid_utf8_becomes_octal),
		cmocka_unit_test(texts_grow_and_format),
		cmocka_unit_test(a_nul_does_not_end_a_text),
		cmocka_unit_test(lines_are_trimmed_and_cut_between_characters),
		cmocka_unit_test(templates_are_expanded_once),
		cmocka_unit_test(a_value_does_not_end_the_element_that_it_stands_in),
		cmocka_unit_test(the_nearest_word_is_found),
		cmocka_unit_test(print_keeps_newlines_only_where_asked),
		cmocka_unit_test(times_are_written_and_read_back),
	};

	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
