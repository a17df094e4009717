/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/scratch.h"

#include <sys/wait.h>

#include "proto/settings/settings.h"
#include "worker/agent/agent.h"
#include "worker/agent/usage.h"

/* What codex app-server says, a line each, to a run of the thread "t". */
#define OF(thread)	"\"threadId\":\"" thread "\""
#define READY		"{\"id\":1,\"result\":{}}\n{\"id\":2,\"result\":{\"thread\":{\"id\":\"t\"}}}\n{\"id\":3,\"result\":{}}\n" \
			"{\"method\":\"turn/started\",\"params\":{" OF("t") ",\"turn\":{\"id\":\"u\"}}}\n" PROMPT
#define PROMPT		"{\"method\":\"item/completed\",\"params\":{" OF("t") ",\"item\":{\"type\":\"userMessage\"}}}\n"
#define ITEM(what, type, id) \
	"{\"method\":\"item/" what "\",\"params\":{" OF("t") ",\"item\":{\"type\":\"" type "\",\"id\":\"" id "\"}}}\n"
#define BEGINS(id)	ITEM("started", "commandExecution", id)
#define ENDS(id)	ITEM("completed", "commandExecution", id)
#define WORDS		ITEM("started", "agentMessage", "w") ITEM("completed", "agentMessage", "w")
#define USED(members)	"{\"method\":\"thread/tokenUsage/updated\",\"params\":{" members "}}\n"
#define TOKENS(in)	"{\"inputTokens\":" in ",\"outputTokens\":1}"
#define USAGE(thread, total, last)	USED(OF(thread) ",\"tokenUsage\":{\"total\":" TOKENS(#total) ",\"last\":" TOKENS(#last) "}")
#define DONE(members)	"{\"method\":\"turn/completed\",\"params\":{" members "\"turn\":{\"status\":\"completed\"}}}\n"

static char name[] = "codex";
static const struct agent agent = { .name = name, .adapter = name };

static void
hear(struct agent_run *run, const char *lines)
{
	struct text out = { 0 };
	size_t n;

	for (; *lines != '\0'; lines += n + 1) {
		n = strcspn(lines, "\n");
		adapter_codex.line(run, lines, n, &out);
	}
	text_free(&out);
}

static struct agent_run
begin(const char *resume, const char *lines)
{
	struct agent_run run = { .agent = &agent, .role = ROLE_IMPLEMENTER, .prompt = "Do it.", .dir = "/", .resume = resume };
	struct strings argv = { 0 }, env = { 0 };

	adapter_codex.command(&run, &argv, &env);
	adapter_codex.begin(&run);
	strings_free(&argv);
	strings_free(&env);
	hear(&run, lines);
	return run;
}

static void
release(struct agent_run *run)
{
	text_free(&run->result);
	text_free(&run->talk.out);
	free(run->own);
}

static void
tokens_of_threads_that_codex_begins_count_in_the_run(void **state)
{
	static struct state s;
	struct agent_run run = begin(NULL, READY USAGE("t", 100, 100) USAGE("a", 30, 30) USAGE("b", 507, 7) USAGE("a", 50, 20)
	    USAGE("a", 50, 20));

	(void)state;
	usage_add(&s, &run);
	assert_int_equal(s.input_tokens, 157);
	assert_int_equal(s.output_tokens, 3);
	/* they are none of the tokens that a later run of the thread begins with */
	assert_int_equal(s.used[ROLE_IMPLEMENTER].input_tokens, 100);
	release(&run);
	state_release(&s);
}

static void
threads_beyond_those_remembered_still_count(void **state)
{
	struct agent_run run = begin(NULL, READY);
	char line[256];

	(void)state;
	for (int round = 1; round <= 2; round++)
		for (int i = 0; i < 40; i++) {
			snprintf(line, sizeof(line), USED(OF("a%d") ",\"tokenUsage\":{\"total\":" TOKENS("%d") ",\"last\":"
			    TOKENS("10") "}"), i, 10 * round);
			hear(&run, line);
		}
	assert_int_equal(run.beside_input, 800);
	release(&run);
}

static void
a_run_is_at_a_safe_point_while_a_command_runs_in_the_background(void **state)
{
	struct agent_run run = begin(NULL, READY BEGINS("1") USAGE("t", 100, 100));

	(void)state;
	assert_true(run.between);
	hear(&run, BEGINS("2"));
	assert_false(run.between);
	hear(&run, ENDS("2"));
	assert_true(run.between);
	release(&run);
}

static void
a_run_with_a_spent_budget_ends_at_its_next_response_even_without_calls(void **state)
{
	struct agent_run run = begin(NULL, READY BEGINS("1") ENDS("1") WORDS USAGE("t", 100, 100));

	(void)state;
	assert_false(run.between);	/* its words may be its last */
	run.spent = true;
	hear(&run, WORDS);
	assert_false(run.between);
	hear(&run, USAGE("t", 200, 100));
	assert_true(run.between);
	release(&run);
}

static void
a_command_in_the_background_is_no_tool_that_runs(void **state)
{
	struct agent_run run = begin(NULL, READY BEGINS("1"));

	(void)state;
	assert_int_equal(run.calls, 1);
	hear(&run, USAGE("t", 100, 100));
	assert_int_equal(run.calls, 0);
	hear(&run, BEGINS("2") ENDS("1"));
	assert_int_equal(run.calls, 1);
	hear(&run, ENDS("2"));
	assert_int_equal(run.calls, 0);
	release(&run);
}

static void
a_response_to_no_call_is_passed_over(void **state)
{
	static const char *const lines[] = { "{\"id\":1,\"result\":{}}\n", "{\"id\":1,\"error\":{\"message\":\"no\"}}\n",
		"{\"id\":2,\"result\":{\"thread\":{\"id\":\"other\"}}}\n", "{\"id\":2,\"error\":{\"code\":-32601,\"message\":\"no\"}}\n",
		"{\"id\":3,\"error\":{\"message\":\"no\"}}\n", "{\"id\":4,\"error\":{\"message\":\"no\"}}\n",
		"{\"error\":{\"message\":\"no\"}}\n" };

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct agent_run run = begin(NULL, READY);
		size_t said = run.talk.out.len;

		run.words = strdup("More.");
		hear(&run, lines[i]);
		assert_false(run.ended);
		assert_int_equal(run.passed, WORDS_KEPT);
		assert_int_equal(run.talk.out.len, said);
		assert_string_equal(run.conversation, "t");
		adapter_codex.finish(&run, W_EXITCODE(1, 0));
		assert_false(run.mute);
		free(run.words);
		release(&run);
	}
}

static void
a_thread_begins_after_the_client_has_answered_the_first_call(void **state)
{
	struct agent_run run = begin(NULL, "{\"id\":2,\"result\":{\"thread\":{\"id\":\"t\"}}}\n");

	(void)state;
	assert_string_equal(run.conversation, "");
	release(&run);
}

static void
a_notice_without_a_thread_is_passed_over(void **state)
{
	struct agent_run run = begin(NULL, READY USAGE("t", 100, 100) USED("\"tokenUsage\":{\"total\":" TOKENS("7") "}")
	    "{\"method\":\"item/started\",\"params\":{\"item\":{\"type\":\"commandExecution\"}}}\n" DONE(""));

	(void)state;
	assert_int_equal(run.input_tokens, 100);
	assert_int_equal(run.beside_input, 0);
	assert_int_equal(run.calls, 0);
	assert_false(run.ended);
	hear(&run, DONE(OF("t") ","));
	assert_true(run.ended);
	release(&run);
}

static void
only_a_thread_that_does_not_exist_is_lost(void **state)
{
	static const struct { const char *message; bool lost; } rows[] = {
		{ "no rollout found for thread id t", true }, { "failed to load the configuration", false },
	};
	char line[256];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct agent_run run = begin("t", "{\"id\":1,\"result\":{}}\n");

		snprintf(line, sizeof(line), "{\"id\":2,\"error\":{\"code\":-32600,\"message\":\"%s\"}}\n", rows[i].message);
		hear(&run, line);
		adapter_codex.finish(&run, W_EXITCODE(0, 0));
		assert_true(run.error);
		assert_false(run.mute);
		assert_int_equal(run.lost, rows[i].lost);
		release(&run);
	}
}

static void
the_screen_trusts_its_directory(void **state)
{
	struct strings argv = { 0 }, env = { 0 };

	(void)state;
	adapter_codex.screen(&argv, &env, "/w/a \"b\"");
	assert_int_equal(argv.n, 2);
	assert_string_equal(argv.v[0], "-c");
	assert_string_equal(argv.v[1], "projects={\"/w/a \\\"b\\\"\"={trust_level=\"trusted\"}}");
	strings_free(&argv);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tokens_of_threads_that_codex_begins_count_in_the_run),
		cmocka_unit_test(threads_beyond_those_remembered_still_count),
		cmocka_unit_test(a_run_is_at_a_safe_point_while_a_command_runs_in_the_background),
		cmocka_unit_test(a_run_with_a_spent_budget_ends_at_its_next_response_even_without_calls),
		cmocka_unit_test(a_command_in_the_background_is_no_tool_that_runs),
		cmocka_unit_test(a_response_to_no_call_is_passed_over),
		cmocka_unit_test(a_thread_begins_after_the_client_has_answered_the_first_call),
		cmocka_unit_test(a_notice_without_a_thread_is_passed_over),
		cmocka_unit_test(only_a_thread_that_does_not_exist_is_lost),
		cmocka_unit_test(the_screen_trusts_its_directory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
