/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "proto/base/clock.h"
#include "proto/base/text.h"
#include "proto/json/json.h"

#define LIT(s) s, sizeof(s) - 1

struct hostile { const char *text; size_t len; const char *why; };

static const struct hostile refused[] = {
	{ LIT(""), "ends too early" },
	{ LIT("  "), "ends too early" },
	{ LIT("NaN"), "a value is expected" },
	{ LIT("[Infinity]"), "a value is expected" },
	{ LIT("-Infinity"), "not a number" },
	{ LIT("1e400"), "number out of range" },
	{ LIT("[-1.0e999]"), "number out of range" },
	{ LIT("{'a':1}"), "double quotes" },
	{ LIT("['a']"), "a value is expected" },
	{ LIT("-01"), "leading zero" },
	{ LIT("[00]"), "leading zero" },
	{ LIT("+1"), "a value is expected" },
	{ LIT("[.5]"), "a value is expected" },
	{ LIT("[1.]"), "decimal point" },
	{ LIT("[1e]"), "exponent" },
	{ LIT("0x10"), "something follows" },
	{ LIT("\"a\tb\""), "control character" },
	{ LIT("\"a\nb\""), "control character" },
	{ LIT("{\"a\x01\":1}"), "control character" },
	{ LIT("{\"a\":1,\"a\":2}"), "duplicate key \"a\"" },
	{ LIT("{\"verdict\":0,\"\\u0076erdict\":1}"), "duplicate key" },
	{ LIT("[{\"b\":{\"a\":1},\"c\":{\"x\":1,\"a\":2,\"x\":3}}]"), "duplicate key \"x\"" },
	{ LIT("{\"\":1,\"\":2}"), "duplicate key" },
	{ LIT("{\"\177\302\233\":1,\"\177\302\233\":2}"), "duplicate key \"\\177\\" },
	{ LIT("\"\\u0000\""), "\\u0000" },
	{ LIT("{\"a\\u0000b\":1}"), "\\u0000" },
	{ LIT("\"\\ud800\""), "lone surrogate" },
	{ LIT("\"\\udc00\\ud800\""), "lone surrogate" },
	{ LIT("\"\\ud800x\""), "lone surrogate" },
	{ LIT("\"\\ud800\\u0041\""), "lone surrogate" },
	{ LIT("\"\xed\xa0\x80\""), "invalid UTF-8" },
	{ LIT("\"\xc0\xaf\""), "invalid UTF-8" },
	{ LIT("\"\xf4\x90\x80\x80\""), "invalid UTF-8" },
	{ LIT("\"\xff\""), "invalid UTF-8" },
	{ LIT("\"\xe2\x82\""), "invalid UTF-8" },
	{ LIT("9223372036854775808"), "integer out of range" },
	{ LIT("-9223372036854775809"), "integer out of range" },
	{ LIT("[99999999999999999999999999]"), "integer out of range" },
	{ LIT("{}\0{}"), "something follows" },
	{ LIT("{\"a\":1}\0"), "something follows" },
	{ LIT("1 2"), "something follows" },
	{ LIT("{} x"), "something follows" },
	{ LIT("\xef\xbb\xbf{}"), "byte order mark" },
	{ LIT("[1,]"), "a value is expected" },
	{ LIT("{\"a\":1,}"), "double quotes" },
	{ LIT("{,}"), "double quotes" },
	{ LIT("{\"a\" 1}"), "':' is expected" },
	{ LIT("[1 2]"), "',' or ']'" },
	{ LIT("{\"a\":1]"), "',' or '}'" },
	{ LIT("tru"), "unknown word" },
	{ LIT("truex"), "something follows" },
	{ LIT("True"), "a value is expected" },
	{ LIT("null"), "null where a value" },
	{ LIT("\"\\x41\""), "unknown escape" },
	{ LIT("\"\\u12g4\""), "hexadecimal" },
	{ LIT("\"abc"), "ends too early" },
	{ LIT("// no\n1"), "a value is expected" },
	{ LIT("/* no */1"), "a value is expected" },
	{ LIT("\f1"), "a value is expected" },
};

static void
each_hostile_input_is_refused_with_a_reason(void **state)
{
	char err[256];

	(void)state;
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		err[0] = '\0';
		if (json_parse(refused[i].text, refused[i].len, 0, err, sizeof(err)) != NULL)
			fail_msg("taken: %s", refused[i].text);
		if (strstr(err, refused[i].why) == NULL || strncmp(err, "line ", 5) != 0)
			fail_msg("%s: wrong reason: %s", refused[i].text, err);
	}
}

static void
the_error_names_the_line(void **state)
{
	static const char text[] = "{\n \"a\": 1,\n \"a\": 2\n}\n";
	char err[256];

	(void)state;
	assert_null(json_parse(text, strlen(text), 0, err, sizeof(err)));
	assert_string_equal(err, "line 3: duplicate key \"a\"");
}

static void
what_rfc_8259_allows_is_taken(void **state)
{
	static const char *const good[] = {
		"0", "-0", "-1", "1.5", "1e5", "1E+5", "-0.0", "0e1", "\"\"", "[]", "{}",
		" \t\r\n[ 1 , 2 ] ", "true", "false", "[null]", "9223372036854775807",
		"-9223372036854775808", "1e-400", "\"\\ud83d\\ude00\"", "\"\x7f\"",
		"\"\xf0\x9f\x98\x80\"", "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "{\"a\":{\"a\":{\"a\":1}}}",
		"{\"\":0}", "{\"a\":1,\"A\":2}",
	};
	char err[256] = "";
	struct json *j;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		if ((j = json_parse(good[i], strlen(good[i]), 0, err, sizeof(err))) == NULL)
			fail_msg("refused: %s: %s", good[i], err);
		json_free(j);
	}
}

static struct json *
nested(size_t depth)
{
	struct text t = { 0 };
	struct json *j;
	char err[256];

	for (size_t i = 0; i < depth; i++)
		text_puts(&t, i % 2 ? "[" : "{\"a\":");
	text_puts(&t, "1");
	for (size_t i = depth; i-- > 0;)
		text_puts(&t, i % 2 ? "]" : "}");
	j = json_parse(t.buf, t.len, 0, err, sizeof(err));
	if (j == NULL)
		assert_non_null(strstr(err, "too deep"));
	text_free(&t);
	return (j);
}

static void
depth_32_is_taken_and_33_and_a_million_are_not(void **state)
{
	struct json *j;
	char *text;

	(void)state;
	assert_non_null(j = nested(32));
	free(text = json_text(j, true, NULL));
	json_free(j);
	assert_null(nested(33));
	assert_null(nested(1000000));
}

/* The time for 4 MiB of one kind, which must not grow quadratically. */
static int64_t
time_of(const char *open, const char *fmt, const char *close, size_t size)
{
	struct text t = { 0 };
	const struct json *v;
	struct json *j;
	char err[256] = "";
	int64_t start;
	unsigned i;

	text_puts(&t, open);
	for (i = 0; t.len < size && i < 200000; i++) {
		if (i > 0)
			text_puts(&t, ",");
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		text_printf(&t, fmt, i);
#pragma GCC diagnostic pop
	}
	text_puts(&t, close);
	start = clock_now();
	if ((j = json_parse(t.buf, t.len, 0, err, sizeof(err))) == NULL)
		fail_msg("%s", err);
	assert_int_equal(json_count(j), i);
	for (size_t n = 0; json_key(j, n, &v) != NULL; n++)
		assert_int_equal(json_integer(v, -1), n);
	start = clock_now() - start;
	json_free(j);
	text_free(&t);
	return (start);
}

static void
four_mebibytes_take_linear_time(void **state)
{
	(void)state;
	assert_true(time_of("{", "\"a-rather-long-key-%u\":%1$u", "}", 4u << 20) < 10 * CLOCK_S);
	assert_true(time_of("[", "\"a string of some length %u\"", "]", 4u << 20) < 10 * CLOCK_S);
	assert_true(time_of("[", "{\"k\":%u,\"l\":1}", "]", 1u << 20) < 10 * CLOCK_S);
}

static void
more_values_than_the_cap_are_refused(void **state)
{
	struct text t = { 0 };
	char err[256] = "";

	(void)state;
	text_puts(&t, "[0");
	for (int i = 0; i < 300000; i++)
		text_puts(&t, ",0");
	text_puts(&t, "]");
	assert_null(json_parse(t.buf, t.len, 0, err, sizeof(err)));
	assert_non_null(strstr(err, "too many values"));
	text_free(&t);
}

static void
comments_are_taken_only_when_asked_for(void **state)
{
	static const char text[] = "// one\n{ /* two\n */ \"a\": \"// no\" // three\n, \"b\":/**/2}//";
	char err[256] = "";
	struct json *j;

	(void)state;
	assert_null(json_parse(text, strlen(text), 0, err, sizeof(err)));
	j = json_parse(text, strlen(text), JSON_COMMENTS, err, sizeof(err));
	assert_non_null(j);
	assert_string_equal(json_str(j, "a"), "// no");
	assert_int_equal(json_int(j, "b", 0), 2);
	json_free(j);
	assert_null(json_parse(LIT("[1,]"), 0, err, sizeof(err)));
	j = json_parse(LIT("{\"a\":[1, 2, /* x */ ],\n \"b\":{}, // y\n}"), JSON_COMMENTS, err, sizeof(err));
	assert_int_equal(json_count(json_get(j, "a")), 2);
	json_free(j);
	assert_null(json_parse(LIT("[,]"), JSON_COMMENTS, err, sizeof(err)));
	assert_null(json_parse(LIT("[1,,]"), JSON_COMMENTS, err, sizeof(err)));
	assert_null(json_parse(LIT("{\"a\":1,\"a\":2,}"), JSON_COMMENTS, err, sizeof(err)));
	assert_null(json_parse(LIT("1 /* x"), JSON_COMMENTS, err, sizeof(err)));
	assert_string_equal(err, "line 1: comment without an end");
	assert_null(json_parse(LIT("1 /"), JSON_COMMENTS, err, sizeof(err)));
	assert_null(json_parse(LIT("{\n/*\n*/\n'a':1}"), JSON_COMMENTS, err, sizeof(err)));
	assert_memory_equal(err, "line 4:", 7);
}

static void
getters_never_abort(void **state)
{
	static const char text[] = "{\"s\":\"x\",\"i\":7,\"r\":1.5,\"b\":true,\"n\":null,\"a\":[1],"
	    "\"o\":{}}";
	static const char *const keys[] = { "s", "i", "r", "b", "n", "a", "o", "absent" };
	char err[256];
	struct json *j = json_parse(text, strlen(text), 0, err, sizeof(err));

	(void)state;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		const struct json *v = json_get(j, keys[i]);

		assert_true((json_str(j, keys[i]) != NULL) == (i == 0));
		assert_int_equal(json_int(j, keys[i], -1), i == 1 ? 7 : -1);
		assert_true(json_real(j, keys[i], -1) == (i == 1 ? 7 : i == 2 ? 1.5 : -1));
		assert_int_equal(json_bool(j, keys[i], false), i == 3);
		assert_null(json_get(v, "x"));
		assert_int_equal(json_count(v), i == 5 ? 1 : 0);
		assert_true((json_at(v, 0) != NULL) == (i == 5));
		assert_null(json_at(v, 1));
		assert_null(json_key(v, 0, NULL));
	}
	assert_null(json_key(j, 7, NULL));
	assert_string_equal(json_key(j, 6, NULL), "o");
	assert_string_equal(json_key(j, 0, NULL), "s");
	json_free(j);
}

static void
what_is_written_can_be_read(void **state)
{
	char err[256] = "", *text;
	size_t len;
	struct json *o = json_new_object(), *copy, *back;

	(void)state;
	json_put_str(o, "bad", "a\xff\xed\xa0\x80z\x1b/");
	json_put_strn(o, "nul", "a\0b", 3);
	json_put_str(o, "none", NULL);
	json_put(o, "real", json_new_real(0.1));
	json_put(o, "whole", json_new_real(3));
	json_put(o, "nan", json_new_real(0.0 / strtod("0", NULL)));
	json_put_int(o, "min", INT64_MIN);
	assert_non_null(json_key(o, 0, NULL));
	copy = json_copy(o);
	json_put_int(o, "min", 1);
	json_drop(o, "whole");
	text = json_text(copy, false, &len);
	assert_non_null(strstr(text, "\"real\":0.1,\"whole\":3.0,\"nan\":null"));
	back = json_parse(text, len, 0, err, sizeof(err));
	assert_non_null(back);
	assert_int_equal(json_int(back, "min", 0), INT64_MIN);
	assert_string_equal(json_str(back, "nul"), "a\xef\xbf\xbd" "b");
	assert_memory_equal(json_str(back, "bad"), "a\xef\xbf\xbd", 4);
	free(text);
	json_free(o);
	json_free(copy);
	json_free(back);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_hostile_input_is_refused_with_a_reason),
		cmocka_unit_test(the_error_names_the_line),
		cmocka_unit_test(what_rfc_8259_allows_is_taken),
		cmocka_unit_test(depth_32_is_taken_and_33_and_a_million_are_not),
		cmocka_unit_test(four_mebibytes_take_linear_time),
		cmocka_unit_test(more_values_than_the_cap_are_refused),
		cmocka_unit_test(comments_are_taken_only_when_asked_for),
		cmocka_unit_test(getters_never_abort),
		cmocka_unit_test(what_is_written_can_be_read),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
