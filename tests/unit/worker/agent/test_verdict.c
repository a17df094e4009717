/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/scratch.h"

#include "proto/base/text.h"
#include "proto/json/json.h"
#include "proto/session/caps.h"
#include "worker/agent/verdict.h"

static char err[256];

#define NONE	VERDICT_NONE
#define YES	VERDICT_APPROVED
#define NO	VERDICT_REJECTED

/* channel, said, failed -> verdict; every row. */
static const struct { enum channel channel; enum verdict said; bool failed; enum verdict verdict; } table[] = {
	{ CHANNEL_MESSAGE, NONE, false, NONE }, { CHANNEL_MESSAGE, NONE, true, NONE },
	{ CHANNEL_MESSAGE, YES, false, YES }, { CHANNEL_MESSAGE, YES, true, NO },
	{ CHANNEL_MESSAGE, NO, false, NO }, { CHANNEL_MESSAGE, NO, true, NO },
	{ CHANNEL_EXIT, NONE, false, YES }, { CHANNEL_EXIT, NONE, true, NO },
	{ CHANNEL_EXIT, YES, false, YES }, { CHANNEL_EXIT, YES, true, NO },
	{ CHANNEL_EXIT, NO, false, NO }, { CHANNEL_EXIT, NO, true, NO },
	{ CHANNEL_RESULT, NONE, false, NONE }, { CHANNEL_RESULT, NONE, true, NONE },
	{ CHANNEL_RESULT, YES, false, YES }, { CHANNEL_RESULT, YES, true, NONE },
	{ CHANNEL_RESULT, NO, false, NO }, { CHANNEL_RESULT, NO, true, NONE },
};

static void
each_channel_has_its_verdicts(void **state)
{
	const char *how;

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct hearing h = { .channel = table[i].channel, .said = table[i].said,
			.failed = table[i].failed, .exited = true };

		how = NULL;
		assert_int_equal(verdict_of(&h, &how), table[i].verdict);
		assert_true(how != NULL && strlen(how) < 64);
	}
}

static void
what_does_not_agree_is_a_rejection(void **state)
{
	const char *how;

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct hearing h = { .channel = table[i].channel, .said = table[i].said,
			.failed = table[i].failed, .exited = true, .contradicted = true };

		assert_int_equal(verdict_of(&h, &how), NO);
		h.contradicted = false;
		h.beside = true;
		assert_int_equal(verdict_of(&h, &how), NO);
	}
}

static void
a_killed_command_has_no_exit_status_to_be_its_verdict(void **state)
{
	struct hearing h = { .channel = CHANNEL_EXIT, .failed = true };
	const char *how;

	(void)state;
	assert_int_equal(verdict_of(&h, &how), NONE);
	h.said = YES;
	assert_int_equal(verdict_of(&h, &how), NONE);
}

static struct ruling
take(const char *text)
{
	struct json *o = json_parse(text, strlen(text), 0, err, sizeof(err));
	struct ruling r = { 0 };

	assert_non_null(o);
	ruling_take(&r, o);
	json_free(o);
	return r;
}

static void
a_ruling_is_a_verdict_or_a_question(void **state)
{
	struct ruling r = take("{\"verdict\":\"rejected\",\"reason\":\"line 1\"}");

	(void)state;
	assert_int_equal(r.verdict, NO);
	assert_string_equal(r.reason, "line 1");
	ruling_release(&r);
	r = take("{\"verdict\":\"approved\"}");
	assert_int_equal(r.verdict, YES);
	assert_null(r.reason);
	ruling_release(&r);
	r = take("{\"verdict\":\"question\",\"question\":\"Which?\",\"options\":[\"a\",\"b\"]}");
	assert_int_equal(r.verdict, NONE);
	assert_string_equal(r.question, "Which?");
	assert_int_equal(r.options.n, 2);
	ruling_release(&r);
}

static void
what_fits_nothing_is_no_ruling(void **state)
{
	static const char *const texts[] = { "{}", "[]", "\"approved\"", "{\"verdict\":\"APPROVED\"}",
		"{\"verdict\":true}", "{\"verdict\":[\"approved\"]}", "{\"verdict\":\"question\"}",
		"{\"verdict\":\"question\",\"question\":\" \"}", "{\"reason\":\"approved\"}" };

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct ruling r = take(texts[i]);

		assert_int_equal(r.verdict, NONE);
		assert_null(r.question);
		ruling_release(&r);
	}
}

static void
two_rulings_that_differ_contradict_each_other(void **state)
{
	static const char *const said[] = { "{\"verdict\":\"approved\"}", "{\"verdict\":\"rejected\"}" };
	struct json *o[] = { json_parse(said[0], strlen(said[0]), 0, err, sizeof(err)),
		json_parse(said[1], strlen(said[1]), 0, err, sizeof(err)) };
	struct ruling r = { 0 };

	(void)state;
	ruling_take(&r, o[0]);
	ruling_take(&r, o[0]);
	assert_false(r.contradicted);
	ruling_take(&r, o[1]);
	assert_true(r.contradicted);
	ruling_take(&r, o[1]);
	assert_true(r.contradicted);
	ruling_release(&r);
	ruling_take(&r, o[0]);
	ruling_take(&r, NULL);
	assert_int_equal(r.verdict, NONE);	/* the last result counts */
	ruling_release(&r);
	json_free(o[0]);
	json_free(o[1]);
}

static void
a_long_reason_is_cut_between_characters(void **state)
{
	size_t len = SESSION_MAX_TEXT + 16;
	char *text = malloc(len + 64), *p;
	struct ruling r;

	(void)state;
	p = stpcpy(text, "{\"verdict\":\"rejected\",\"reason\":\"x");
	for (size_t i = 0; i < len / 2; i++)
		p = stpcpy(p, "\xc3\xa4");
	strcpy(p, "\"}");
	r = take(text);
	assert_true(strlen(r.reason) <= SESSION_MAX_TEXT);
	assert_true(text_utf8_valid(r.reason, strlen(r.reason)));
	ruling_release(&r);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_channel_has_its_verdicts),
		cmocka_unit_test(what_does_not_agree_is_a_rejection),
		cmocka_unit_test(a_killed_command_has_no_exit_status_to_be_its_verdict),
		cmocka_unit_test(a_ruling_is_a_verdict_or_a_question),
		cmocka_unit_test(what_fits_nothing_is_no_ruling),
		cmocka_unit_test(two_rulings_that_differ_contradict_each_other),
		cmocka_unit_test(a_long_reason_is_cut_between_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
