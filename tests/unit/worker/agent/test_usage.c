/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/scratch.h"

#include "proto/record/state.h"
#include "worker/agent/agent.h"
#include "worker/agent/usage.h"

/* Runs of one role in a row: what the client told, and what the session has used after it. */
static void
figures_of_a_conversation_are_counted_once(void **state)
{
	static const struct {
		bool		 cumulative, resumed;
		int64_t		 in, out, cost;
		int64_t		 total_in, total_out, total_cost;
	} rows[] = {
		{ true, false, 2000, 100, 10000, 2000, 100, 10000 },
		{ true, true, 3000, 150, 15000, 3000, 150, 15000 },
		{ true, true, 0, 0, 0, 3000, 150, 15000 },		/* killed: the next one tells of it */
		{ true, true, 6000, 200, 30000, 6000, 200, 30000 },
		{ true, false, 1000, 50, 5000, 7000, 250, 35000 },	/* another conversation */
		{ true, true, 900, 50, 5000, 7900, 300, 40000 },	/* smaller: of the run alone */
		{ false, true, 2000, 50, 5000, 9900, 350, 45000 },
	};
	static struct state s;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct agent_run run = { .role = ROLE_REVIEWER, .cumulative = rows[i].cumulative,
			.resume = rows[i].resumed ? "id" : NULL, .input_tokens = rows[i].in, .output_tokens = rows[i].out,
			.cost_microusd = rows[i].cost };

		usage_add(&s, &run);
		if (s.input_tokens != rows[i].total_in || s.output_tokens != rows[i].total_out ||
		    s.cost_microusd != rows[i].total_cost)
			fail_msg("row %zu: %lld in, %lld out, %lld", i, (long long)s.input_tokens, (long long)s.output_tokens,
			    (long long)s.cost_microusd);
	}
	assert_int_equal(s.used[ROLE_IMPLEMENTER].input_tokens, 0);
}

/* Figures counted during a run are subtracted when it ends, or when a later run includes them. */
static void
what_was_seen_in_the_stream_is_counted_once(void **state)
{
	static struct state s;
	struct agent_run run = { .role = ROLE_IMPLEMENTER, .cumulative = true, .seen_input = 100, .seen_output = 10 };

	(void)state;
	usage_add(&s, &run);
	usage_add(&s, &run);
	assert_int_equal(s.input_tokens, 100);
	run.seen_input = 300;
	usage_add(&s, &run);
	assert_int_equal(s.input_tokens, 300);
	/* killed; the figures of the next run of the conversation include both */
	run = (struct agent_run){ .role = ROLE_IMPLEMENTER, .cumulative = true, .resume = "id", .seen_input = 50 };
	usage_add(&s, &run);
	assert_int_equal(s.input_tokens, 350);
	run.input_tokens = 420;
	run.output_tokens = 30;
	run.cost_microusd = 7;
	usage_add(&s, &run);
	assert_int_equal(s.input_tokens, 420);
	assert_int_equal(s.output_tokens, 30);
	assert_int_equal(s.nspent, 1);
	assert_int_equal(s.spent[0].input_tokens, 420);
	assert_int_equal(s.spent[0].cost_microusd, 7);
	state_release(&s);
}

/* Each run has the figures that it was counted with, and the oldest runs make room. */
static void
the_runs_of_a_session_have_figures_of_their_own(void **state)
{
	static struct state s;

	(void)state;
	for (int i = 1; i <= STATE_MAX_RUNS + 2; i++) {
		struct agent_run run = { .role = ROLE_REVIEWER, .input_tokens = i, .output_tokens = 1, .estimated = i == 3 };

		snprintf(s.run, sizeof(s.run), "%03d", i);
		state_run_begin(&s, ROLE_REVIEWER, "claude");
		usage_add(&s, &run);
	}
	assert_int_equal(s.nagent_runs, STATE_MAX_RUNS);
	assert_string_equal(s.agent_runs[0].run, "003");
	assert_int_equal(s.agent_runs[0].input_tokens, 3);
	assert_true(s.agent_runs[0].estimated);
	assert_string_equal(state_run_last(&s)->run, "258");
	assert_int_equal(state_run_last(&s)->input_tokens, 258);
	assert_string_equal(state_run_last(&s)->agent, "claude");
	state_release(&s);
}

static void
a_client_s_version_says_whether_its_figures_are_of_the_conversation(void **state)
{
	static const struct { const char *version; bool cumulative; } rows[] = {
		{ "2.1.276", false }, { "2.1.277", true }, { "2.2.0", true }, { "3.0.0", true }, { "2.0.300", false }, { "x", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct agent_run run = { .role = ROLE_IMPLEMENTER };
		struct text out = { 0 };
		char line[128];

		snprintf(line, sizeof(line), "{\"type\":\"system\",\"subtype\":\"init\",\"claude_code_version\":\"%s\"}", rows[i].version);
		adapter_claude.line(&run, line, strlen(line), &out);
		assert_int_equal(run.cumulative, rows[i].cumulative);
		text_free(&out);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(figures_of_a_conversation_are_counted_once),
		cmocka_unit_test(what_was_seen_in_the_stream_is_counted_once),
		cmocka_unit_test(the_runs_of_a_session_have_figures_of_their_own),
		cmocka_unit_test(a_client_s_version_says_whether_its_figures_are_of_the_conversation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
