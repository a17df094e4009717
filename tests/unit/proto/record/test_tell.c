/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "proto/json/record.h"
#include "proto/record/tell.h"

static void
a_message_is_refused_from_the_review_on(void **state)
{
	static const struct { enum status status; enum step step; const char *why; } table[] = {
		{ STATUS_PENDING, STEP_SETUP, NULL },
		{ STATUS_RUNNING, STEP_IMPLEMENT, NULL },
		{ STATUS_WAITING, STEP_IMPLEMENT, NULL },
		{ STATUS_RUNNING, STEP_GATES, NULL },
		{ STATUS_RUNNING, STEP_SUMMARY, NULL },
		{ STATUS_COMPLETED, STEP_SUMMARY, "being reviewed" },
		{ STATUS_COMPLETED, STEP_VERDICT, "being reviewed" },
		{ STATUS_REVIEWING, STEP_PRESENT, "being reviewed" },
		{ STATUS_WAITING, STEP_REVIEW, "being reviewed" },
		{ STATUS_REVIEWING, STEP_RESPOND, "being reviewed" },
		{ STATUS_WAITING, STEP_PERSON, "person's judgement" },
		{ STATUS_APPROVED, STEP_END, "it is approved: orchestrator rework it gives" },
		{ STATUS_FAILED, STEP_IMPLEMENT, "it is failed" },
		{ STATUS_MERGED, STEP_END, "dispatch a new item" },
	};
	char *why;

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		why = tell_refusal(table[i].status, table[i].step, "it");
		if (table[i].why == NULL)
			assert_null(why);
		else
			assert_non_null(strstr(why != NULL ? why : "", table[i].why));
		free(why);
	}
}

static void
messages_are_written_as_they_were_read(void **state)
{
	static const char text[] = "{\"version\":1,\"session\":\"session-it-abc123\",\"messages\":["
	    "{\"id\":\"m-abc123\",\"status\":\"given\",\"text\":\"T\",\"run\":\"002\",\"given\":2,\"more\":7},"
	    "{\"id\":\"m-abc124\",\"status\":\"refused\",\"reason\":\"late\"}]}";
	static const char lacks[] = "{\"version\":1,\"messages\":[{\"id\":\"m-abc123\",\"status\":\"waiting\"}]}";
	struct tells a, b;
	char err[RECORD_ERR], *out;
	size_t len;

	(void)state;
	assert_int_equal(tells_parse(&a, text, strlen(text), err, sizeof(err)), 0);
	assert_int_equal(tells_open(&a), 1);
	assert_non_null(out = tells_text(&a, &len));
	assert_non_null(strstr(out, "\"more\": 7"));
	assert_int_equal(tells_parse(&b, out, len, err, sizeof(err)), 0);
	assert_int_equal(b.n, 2);
	assert_string_equal(b.v[0].text, "T");
	assert_int_equal(b.v[0].given, 2);
	assert_string_equal(tells_find(&b, "m-abc124")->reason, "late");
	free(out);
	tells_release(&a);
	tells_release(&b);
	assert_int_equal(tells_parse(&a, lacks, strlen(lacks), err, sizeof(err)), -1);
	assert_non_null(strstr(err, "text"));
}

static void
messages_have_a_bound(void **state)
{
	struct tells ts = { 0 };
	char *text = calloc(1, TELLS_TEXT_MAX + 1);

	(void)state;
	assert_non_null(text);
	memset(text, 'x', TELLS_TEXT_MAX);
	tells_add(&ts, "m-abc123", "person", text + 10, 1);
	assert_false(tells_full(&ts, 10));
	assert_true(tells_full(&ts, 11));
	for (size_t i = 1; i < TELLS_MAX; i++)
		tells_add(&ts, "m-abc124", "person", NULL, 1);
	assert_true(tells_full(&ts, 0));
	tells_release(&ts);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_message_is_refused_from_the_review_on),
		cmocka_unit_test(messages_are_written_as_they_were_read),
		cmocka_unit_test(messages_have_a_bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
