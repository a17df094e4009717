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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_client_says_that_there_is_no_room_or_no_account),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
