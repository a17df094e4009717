/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proto/record/state.h"
#include "proto/settings/settings.h"
#include "worker/agent/agent.h"

static void
hear(struct agent_run *run, const char *event)
{
	struct text out = { 0 };

	adapter_claude.line(run, event, strlen(event), &out);
	text_free(&out);
}

static void
counts_beyond_all_reason_are_kept_within_what_a_record_takes(void **state)
{
	static char name[] = "claude";
	static const struct agent agent = { .name = name, .adapter = name };
	struct agent_run run = { .agent = &agent, .role = ROLE_IMPLEMENTER };

	(void)state;
	hear(&run, "{\"type\":\"result\",\"is_error\":false,\"modelUsage\":{"
	    "\"a\":{\"inputTokens\":9223372036854775807,\"cacheReadInputTokens\":9223372036854775807,"
	    "\"outputTokens\":-9223372036854775808},\"b\":{\"outputTokens\":-1}}}");
	assert_int_equal(run.input_tokens, STATE_MAX_USAGE);
	assert_int_equal(run.output_tokens, 0);
	hear(&run, "{\"type\":\"result\",\"is_error\":false,\"usage\":"
	    "{\"input_tokens\":9223372036854775807,\"output_tokens\":-7}}");
	assert_int_equal(run.input_tokens, STATE_MAX_USAGE);
	assert_int_equal(run.output_tokens, 0);
	text_free(&run.result);
}

static void
a_session_s_usage_is_summed_up_to_that(void **state)
{
	(void)state;
	assert_int_equal(state_usage(2, 3), 5);
	assert_int_equal(state_usage(2, -3), 2);
	assert_int_equal(state_usage(STATE_MAX_USAGE, 1), STATE_MAX_USAGE);
	assert_int_equal(state_usage(INT64_MAX, INT64_MAX), STATE_MAX_USAGE);
}

static void
responses_count_while_the_run_goes_on(void **state)
{
	static char name[] = "claude";
	static const struct agent agent = { .name = name, .adapter = name };
	struct agent_run run = { .agent = &agent, .role = ROLE_IMPLEMENTER, .partial = true };

	(void)state;
	hear(&run, "{\"type\":\"assistant\",\"message\":{\"id\":\"m1\",\"content\":[{\"type\":\"text\",\"text\":\"a\"}],"
	    "\"usage\":{\"input_tokens\":10,\"cache_read_input_tokens\":90,\"output_tokens\":1}}}");
	assert_false(run.between);
	hear(&run, "{\"type\":\"assistant\",\"message\":{\"id\":\"m1\",\"content\":[{\"type\":\"tool_use\"},{\"type\":\"tool_use\"}],"
	    "\"usage\":{\"input_tokens\":10,\"cache_read_input_tokens\":90,\"output_tokens\":1}}}");
	hear(&run, "{\"type\":\"stream_event\",\"event\":{\"type\":\"message_delta\",\"usage\":{\"output_tokens\":40}}}");
	assert_int_equal(run.seen_input, 100);
	assert_int_equal(run.seen_output, 40);
	hear(&run, "{\"type\":\"user\",\"message\":{\"content\":[{\"type\":\"tool_result\"}]}}");
	assert_false(run.between);
	hear(&run, "{\"type\":\"user\",\"message\":{\"content\":[{\"type\":\"tool_result\"}]}}");
	assert_true(run.between);
	hear(&run, "{\"type\":\"assistant\",\"message\":{\"id\":\"m2\",\"usage\":{\"input_tokens\":200}}}");
	assert_false(run.between);
	assert_int_equal(run.seen_input, 300);
	text_free(&run.result);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_beyond_all_reason_are_kept_within_what_a_record_takes),
		cmocka_unit_test(a_session_s_usage_is_summed_up_to_that),
		cmocka_unit_test(responses_count_while_the_run_goes_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
