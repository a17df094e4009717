/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/scratch.h"

#include "proto/base/strings.h"
#include "proto/base/text.h"
#include "proto/json/json.h"
#include "worker/agent/acp.h"
#include "worker/agent/acp_words.h"
#include "worker/agent/agent.h"
#include "worker/agent/prose.h"

static char err[256];

static struct json *
parse(const char *text)
{
	struct json *o = json_parse(text, strlen(text), 0, err, sizeof(err));

	assert_non_null(o);
	return o;
}

static void
an_error_is_one_line_with_its_details(void **state)
{
	static const struct { const char *error, *text; } table[] = {
		{ "{\"code\":-32603,\"message\":\"Internal error\",\"data\":\"disk\\nfull\"}", "work: Internal error: disk" },
		{ "{\"message\":\"Internal error\",\"data\":{\"details\":\"401 no key\"}}", "work: Internal error: 401 no key" },
		{ "{\"code\":1}", "work:" },
	};
	char line[64];

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct json *o = parse(table[i].error);

		acp_error_text(o, "work", line, sizeof(line));
		text_trim(line, strlen(line));
		assert_string_equal(line, table[i].text);
		json_free(o);
	}
}

static void
a_client_that_takes_words_says_so(void **state)
{
	static const struct { const char *result; bool steers; } table[] = {
		{ "{\"_meta\":{\"steering\":{\"supported\":true}}}", true },
		{ "{\"agentCapabilities\":{\"_meta\":{\"steering\":{\"supported\":true}}}}", true },
		{ "{\"_meta\":{\"steering\":{\"supported\":false}}}", false },
		{ "{\"_meta\":{\"steering\":true}}", false },
		{ "{}", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct json *o = parse(table[i].result);

		assert_int_equal(acp_steers(o), table[i].steers);
		json_free(o);
	}
}

static void
words_are_sent_when_a_tool_has_ended(void **state)
{
	static const struct { const char *update; bool sent; } table[] = {
		{ "{\"status\":\"pending\"}", false },
		{ "{\"status\":\"in_progress\"}", false },
		{ "{}", false },
		{ "{\"status\":\"completed\"}", true },
		{ "{\"status\":\"failed\"}", true },
	};
	struct acp_words a = { .steers = true };

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct agent_run run = { .words = text_format("Use \"tabs\""), .conversation = "c1" };
		struct json *o = parse(table[i].update);

		acp_words_steer(&a, &run, o);
		assert_int_equal(run.passed == WORDS_SENT, table[i].sent);
		assert_int_equal(run.talk.out.len > 0, table[i].sent);
		acp_words_steer(&a, &run, o);	/* and once */
		if (table[i].sent)
			assert_ptr_equal(strchr(run.talk.out.buf, '\n'), run.talk.out.buf + run.talk.out.len - 1);
		json_free(o);
		text_free(&run.talk.out);
		free(run.words);
	}
}

static void
a_limit_of_the_account_is_found_at_any_depth(void **state)
{
	static const struct { const char *error; bool limit; } table[] = {
		{ "{\"data\":{\"errorKind\":\"rate_limit\"}}", true },
		{ "{\"data\":{\"codex_error_info\":{\"response_too_many_failed_attempts\":{\"http_status_code\":429}}}}", true },
		{ "{\"code\":429,\"message\":\"Quota\"}", true },
		{ "{\"code\":401,\"message\":\"Key\"}", false },
		{ "{\"data\":{\"errorKind\":\"server_error\"}}", false },
	};

	(void)state;
	assert_false(acp_error_limit(NULL));
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct json *o = parse(table[i].error);

		assert_int_equal(acp_error_limit(o), table[i].limit);
		json_free(o);
	}
}

static void
tokens_are_read_from_each_client_form(void **state)
{
	static const struct { const char *result; int64_t in, out; } table[] = {
		{ "{\"usage\":{\"inputTokens\":10,\"outputTokens\":2,\"cachedReadTokens\":5,\"cachedWriteTokens\":3}}", 18, 2 },
		{ "{\"_meta\":{\"quota\":{\"token_count\":{\"input_tokens\":7,\"output_tokens\":1}}}}", 7, 1 },
		{ "{\"usage\":{\"inputTokens\":\"many\"}}", 0, 0 },
		{ "{}", 0, 0 },
	};
	int64_t in, out;

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct json *o = parse(table[i].result);

		acp_usage(o, &in, &out);
		assert_int_equal(in, table[i].in);
		assert_int_equal(out, table[i].out);
		json_free(o);
	}
}

static void
several_questions_of_a_form_are_one_question_without_options(void **state)
{
	struct json *o = parse("{\"message\":\"Two things\",\"requestedSchema\":{\"properties\":{"
	    "\"a\":{\"title\":\"Colour\",\"enum\":[\"red\",\"blue\"]},\"b\":{\"title\":\"Size\",\"enum\":[\"big\"]}}}}");
	struct strings options = { 0 };
	char *text = NULL;

	(void)state;
	acp_question(o, &text, &options);
	assert_string_equal(text, "Two things\nColour\nSize\n- red\n- blue\n- big");
	assert_int_equal(options.n, 0);
	free(text);
	json_free(o);
	o = parse("{}");
	text = NULL;
	acp_question(o, &text, &options);
	assert_true(strlen(text) > 0);
	free(text);
	json_free(o);
}

static void
no_option_that_allows_more_than_once_is_chosen(void **state)
{
	struct json *o = parse("[{\"optionId\":\"a\",\"kind\":\"allow_always\",\"name\":\"A\"},"
	    "{\"optionId\":\"r\",\"kind\":\"reject_once\"}]"), *reply;
	const char *outcome;

	(void)state;
	reply = acp_permit(o);
	outcome = json_str(json_get(reply, "outcome"), "outcome");
	assert_string_equal(outcome, "cancelled");
	json_free(reply);
	json_free(o);
}

static void
a_final_message_may_be_a_question(void **state)
{
	static const struct { const char *message, *question; size_t options; } table[] = {
		{ "Done.", NULL, 0 },
		{ "", NULL, 0 },
		{ "Is it?\n\nIt is.", NULL, 0 },
		{ "I looked.\n\nWhich one?\n", "I looked.\n\nWhich one?", 0 },
		{ "I looked.\n\nQUESTION: Which one\nof these?\n- red\n2. blue", "Which one\nof these?", 2 },
		{ "QUESTION:\n\nIt is done.", NULL, 0 },
		{ "QUESTION:", NULL, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct strings options = { 0 };
		char *question = NULL;

		assert_int_equal(prose_question(table[i].message, &question, &options), table[i].question != NULL);
		if (table[i].question != NULL)
			assert_string_equal(question, table[i].question);
		assert_int_equal(options.n, table[i].options);
		free(question);
		strings_free(&options);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_error_is_one_line_with_its_details),
		cmocka_unit_test(a_client_that_takes_words_says_so),
		cmocka_unit_test(words_are_sent_when_a_tool_has_ended),
		cmocka_unit_test(a_limit_of_the_account_is_found_at_any_depth),
		cmocka_unit_test(tokens_are_read_from_each_client_form),
		cmocka_unit_test(several_questions_of_a_form_are_one_question_without_options),
		cmocka_unit_test(no_option_that_allows_more_than_once_is_chosen),
		cmocka_unit_test(a_final_message_may_be_a_question),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
