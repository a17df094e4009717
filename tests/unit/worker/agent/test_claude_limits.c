/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/scratch.h"

#include "worker/agent/agent.h"

#define REJECTED(at)	"{\"type\":\"rate_limit_event\",\"rate_limit_info\":{" \
			    "\"status\":\"rejected\"" at "}}"
#define ERROR(more)	"{\"type\":\"result\",\"is_error\":true,\"result\":\"x\"" more "}"
#define WELL(more)	"{\"type\":\"result\",\"is_error\":false,\"result\":\"prompt is too long\"" more "}"
#define RESETS		",\"resetsAt\":1778565600"

/* One line, another, and the resulting cause. */
static void
the_client_says_that_there_is_no_room_or_no_account(void **state)
{
	static const struct {
		const char	*first, *second;
		bool		 error, full;
		int64_t		 parked;
	} rows[] = {
		{ "", ERROR(",\"terminal_reason\":\"prompt_too_long\""), true, true, 0 },
		{ "", WELL(",\"stop_reason\":\"model_context_window_exceeded\""), true, true, 0 },
		{ "", WELL(",\"terminal_reason\":\"completed\""), false, false, 0 },
		{ REJECTED(RESETS), ERROR(",\"api_error_status\":429"), true, false, 1778565600000 },
		{ REJECTED(""), ERROR(""), true, false, -1 },
		{ "", ERROR(",\"api_error_status\":429"), true, false, -1 },
		{ "", ERROR(",\"api_error_status\":400"), true, false, 0 },
		{ REJECTED(RESETS), WELL(""), false, false, 0 },
		{ REJECTED(",\"resetsAt\":9223372036854775807"), ERROR(""), true, false, -1 },
		{ "{\"type\":\"rate_limit_event\",\"rate_limit_info\":{\"status\":\"allowed_warning\""
		    RESETS "}}", ERROR(""), true, false, 0 },
		{ "{\"type\":\"rate_limit_event\"}", ERROR(""), true, false, 0 },
		{ "{\"type\":\"rate_limit_event\",\"rate_limit_info\":[1]}", ERROR(""), true, false, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct agent_run run = { .role = ROLE_IMPLEMENTER };
		struct text out = { 0 };

		adapter_claude.line(&run, rows[i].first, strlen(rows[i].first), &out);
		adapter_claude.line(&run, rows[i].second, strlen(rows[i].second), &out);
		adapter_claude.finish(&run, 0);
		if (run.error != rows[i].error || run.full != rows[i].full ||
		    run.parked != rows[i].parked)
			fail_msg("row %zu: error %d, full %d, parked %lld", i, run.error, run.full,
			    (long long)run.parked);
		text_free(&run.result);
		text_free(&out);
	}
}

static void
a_refused_key_ends_the_run_at_its_first_retry(void **state)
{
	static const struct { const char *status; bool stop; } rows[] = { { "401", true }, { "403", true }, { "529", false },
		{ "null", false } };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct agent_run run = { .role = ROLE_IMPLEMENTER };
		struct text out = { 0 };
		char line[160];

		snprintf(line, sizeof(line), "{\"type\":\"system\",\"subtype\":\"api_retry\",\"attempt\":1,\"error_status\":%s,"
		    "\"error\":\"authentication_failed\"}", rows[i].status);
		adapter_claude.line(&run, line, strlen(line), &out);
		assert_int_equal(run.stop, rows[i].stop);
		adapter_claude.finish(&run, 15);
		assert_true(run.error);
		assert_int_equal(strstr(run.error_text, "refuses the account (status 4") != NULL, rows[i].stop);
		text_free(&out);
	}
}

/* As 2.0.77 says it. */
static void
a_maximum_of_turns_is_an_error_whatever_is_error_says(void **state)
{
	const char *line = "{\"type\":\"result\",\"subtype\":\"error_max_turns\",\"is_error\":false,\"num_turns\":2}";
	struct agent_run run = { .role = ROLE_IMPLEMENTER };
	struct text out = { 0 };

	(void)state;
	adapter_claude.line(&run, line, strlen(line), &out);
	adapter_claude.finish(&run, 0);
	assert_true(run.error);
	assert_string_equal(run.error_text, "error_max_turns");
	assert_true(run.broken);
	assert_false(run.down);
	text_free(&run.result);
	text_free(&out);
}

static void
a_run_that_broke_off_can_go_on(void **state)
{
	static const struct { const char *line; int status; bool broken, down; } rows[] = {
		{ ERROR(",\"terminal_reason\":\"api_error\",\"api_error_status\":529"), 256, true, true },
		{ ERROR(",\"terminal_reason\":\"api_error\",\"api_error_status\":500"), 256, true, true },
		{ ERROR(",\"terminal_reason\":\"api_error\",\"api_error_status\":null"), 256, true, true },
		{ ERROR(",\"terminal_reason\":\"api_error\",\"api_error_status\":400"), 256, false, false },
		{ "{\"type\":\"system\",\"subtype\":\"init\",\"session_id\":\"x\"}", 9, true, false },
		{ "", 9, false, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct agent_run run = { .role = ROLE_IMPLEMENTER };
		struct text out = { 0 };

		adapter_claude.line(&run, rows[i].line, strlen(rows[i].line), &out);
		adapter_claude.finish(&run, rows[i].status);
		if (!run.error || run.broken != rows[i].broken || run.down != rows[i].down)
			fail_msg("row %zu: error %d, broken %d, down %d", i, run.error, run.broken, run.down);
		text_free(&run.result);
		text_free(&out);
	}
}

static void
the_tools_that_the_client_refused_are_named(void **state)
{
	static const struct { const char *denials, *refused; } rows[] = {
		{ "[]", "" },
		{ "7", "" },
		{ "[{\"tool_name\":\"Bash\",\"tool_input\":{}}]", "1 tool call: Bash" },
		{ "[{\"tool_name\":\"Bash\"},{\"tool_name\":\"Write\"},{\"tool_name\":\"Bash\"}]", "3 tool calls: Bash, Write" },
		{ "[7,{\"tool_name\":\"\"}]", "2 tool calls" },
		{ "[{\"tool_name\":\"a\\nb\"}]", "1 tool call: a" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct agent_run run = { .role = ROLE_IMPLEMENTER };
		struct text out = { 0 };
		char line[256];

		snprintf(line, sizeof(line), "{\"type\":\"result\",\"is_error\":false,\"permission_denials\":%s}", rows[i].denials);
		adapter_claude.line(&run, line, strlen(line), &out);
		assert_string_equal(run.refused, rows[i].refused);
		text_free(&run.result);
		text_free(&out);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_client_says_that_there_is_no_room_or_no_account),
		cmocka_unit_test(a_refused_key_ends_the_run_at_its_first_retry),
		cmocka_unit_test(a_run_that_broke_off_can_go_on),
		cmocka_unit_test(the_tools_that_the_client_refused_are_named),
		cmocka_unit_test(a_maximum_of_turns_is_an_error_whatever_is_error_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
