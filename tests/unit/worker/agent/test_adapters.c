/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/scratch.h"

#include <sys/stat.h>
#include <sys/wait.h>

#include "proto/settings/settings.h"
#include "worker/agent/agent.h"

/* Streams recorded from codex 0.171.0, gemini 0.61.0 and opencode 1.18.33. */
#define FIXTURES	"tests/unit/fixtures/"
#define THREAD		"01a22d66-0000-7000-8000-000000000001"
#define SESSION		"ses_000000000001"
#define UUID		"6fb73798-0000-4000-8000-000000000001"
#define OPTIONS_CODEX	" --json --dangerously-bypass-approvals-and-sandbox -c allow_login_shell=false --model m --flag -"
#define EXIT(n)		W_EXITCODE(n, 0)

static char agent_name[] = "client";
static const struct agent agent = { .name = agent_name, .adapter = agent_name };

static struct text
feed_file(const struct adapter *adapter, struct agent_run *run, const char *name)
{
	struct text out = { 0 };
	char *path, *buf, *line;
	size_t len, n;

	if (adapter->begin != NULL) {
		struct strings argv = { 0 }, env = { 0 };

		adapter->command(run, &argv, &env);
		adapter->begin(run);
		strings_free(&argv);
		strings_free(&env);
	}
	assert_int_not_equal(asprintf(&path, FIXTURES "%s.jsonl", name), -1);
	assert_int_equal(file_read(AT_FDCWD, path, 1 << 20, &buf, &len), 0);
	text_puts(&out, "");
	for (char *p = buf; p < buf + len; p += n + 1) {
		n = strcspn(p, "\n");
		assert_non_null(line = strndup(p, n));
		adapter->line(run, line, n, &out);
		free(line);
	}
	free(path);
	free(buf);
	return out;
}

static void
release(struct agent_run *run)
{
	text_free(&run->result);
	text_free(&run->talk.out);
	free(run->own);
}

static void
a_recorded_run_is_read_to_its_words_its_usage_and_its_end(void **state)
{
	static const struct {
		const struct adapter *adapter;
		const char	*file;
		int		 status;
		const char	*result, *conversation;
		int64_t		 in, out, cost;
		const char	*error;		/* "" = success */
		bool		 full, lost;
	} rows[] = {
		{ &adapter_codex_exec, "codex-tools", EXIT(0), "All is done.", THREAD, 2000, 100, 0, "", false, false },
		{ &adapter_codex_exec, "codex-resumed", EXIT(0), "All is done.", THREAD, 3000, 150, 0, "", false, false },
		{ &adapter_codex_exec, "codex-refused", EXIT(1), "", THREAD, 0, 0, 0, "unexpected status 401 Unauthorized: "
		    "as the script says, url: http://127.0.0.1:1/v1/responses", false, false },
		{ &adapter_codex_exec, "codex-full", EXIT(1), "", THREAD, 0, 0, 0, "Codex ran out of room in the model's context "
		    "window. Start a new thread or clear earlier history before retrying.", true, false },
		{ &adapter_codex_exec, "codex-lost", EXIT(1), "", "", 0, 0, 0, "Error: thread/resume: thread/resume failed: no "
		    "rollout found for thread id " THREAD " (code -32600)", false, true },
		{ &adapter_codex, "codex-server-tools", EXIT(0), "All is done.", THREAD, 2000, 100, 0, "", false, false },
		{ &adapter_codex, "codex-server-resumed", EXIT(0), "All is done.", THREAD, 4000, 200, 0, "", false, false },
		{ &adapter_codex, "codex-server-refused", EXIT(0), "", THREAD, 0, 0, 0, "unexpected status 401 Unauthorized: "
		    "invalid key, url: http://127.0.0.1:1/v1/responses", false, false },
		{ &adapter_codex, "codex-server-full", EXIT(0), "", THREAD, 0, 0, 0, "Codex ran out of room in the model's context "
		    "window. Start a new thread or clear earlier history before retrying.", true, false },
		{ &adapter_codex, "codex-server-lost", EXIT(0), "", "", 0, 0, 0, "no rollout found for thread id " THREAD, false, true },
		{ &adapter_opencode, "opencode-tools", EXIT(0), "All is done.", SESSION, 2000, 100, 2200, "", false, false },
		{ &adapter_opencode, "opencode-tools", EXIT(1), "All is done.", SESSION, 2000, 100, 2200, "exit status 1", false, false },
		{ &adapter_opencode, "opencode-refused", EXIT(1), "", SESSION, 0, 0, 0, "as the script says", false, false },
		{ &adapter_opencode, "opencode-full", EXIT(1), "", SESSION, 0, 0, 0,
		    "prompt is too long: Your input exceeds the context window of this model.", true, false },
		{ &adapter_opencode, "opencode-lost", EXIT(1), "", "", 0, 0, 0, NULL, false, true },
		{ &adapter_gemini, "gemini-tools", EXIT(0), "All is done.", UUID, 3000, 150, 0, "", false, false },
		{ &adapter_gemini, "gemini-refused", EXIT(145), "", UUID, 0, 0, 0, "API Error: as the script says", false, false },
		{ &adapter_gemini, "gemini-lost", EXIT(42), "", "", 0, 0, 0, "Error resuming session: Invalid session identifier \""
		    UUID "\".", false, true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct agent_run run = { .agent = &agent, .role = ROLE_IMPLEMENTER, .prompt = "Do it.", .dir = "/",
			.resume = strstr(rows[i].file, "lost") != NULL ? THREAD : NULL };
		struct text out = feed_file(rows[i].adapter, &run, rows[i].file);
		const char *result = run.result.buf != NULL ? run.result.buf : "";

		rows[i].adapter->finish(&run, rows[i].status);
		if (strcmp(result, rows[i].result) != 0 || strcmp(run.conversation, rows[i].conversation) != 0 ||
		    run.input_tokens != rows[i].in || run.output_tokens != rows[i].out || run.cost_microusd != rows[i].cost ||
		    (rows[i].error != NULL && strcmp(run.error_text, rows[i].error) != 0) ||
		    run.error != (rows[i].error == NULL || rows[i].error[0] != '\0') || run.full != rows[i].full ||
		    run.lost != rows[i].lost)
			fail_msg("%s: \"%s\" of %s, %lld in, %lld out, %lld; error %d \"%s\", full %d, lost %d", rows[i].file, result,
			    run.conversation, (long long)run.input_tokens, (long long)run.output_tokens, (long long)run.cost_microusd,
			    run.error, run.error_text, run.full, run.lost);
		release(&run);
		text_free(&out);
	}
}

static void
an_account_at_its_limit_is_no_failure_of_the_work(void **state)
{
	struct agent_run run = { .agent = &agent, .role = ROLE_IMPLEMENTER, .prompt = "Do it.", .dir = "/" };
	struct text out = feed_file(&adapter_codex, &run, "codex-server-limit");

	(void)state;
	assert_int_equal(run.parked, -1);
	assert_true(run.error);
	assert_non_null(strstr(out.buf, "(the service: exceeded retry limit, last status: 429 Too Many Requests"));
	release(&run);
	text_free(&out);
}

static void
words_calls_and_output_are_shown_as_claude_s_are(void **state)
{
	static const struct { const struct adapter *adapter; const char *file, *shown; } rows[] = {
		{ &adapter_codex_exec, "codex-tools", "(codex)\n"
		    "warning: Model metadata for `m` not found. Defaulting to fallback metadata; this can degrade performance and "
		    "cause issues.\n"
		    "I work.\n"
		    "-> shell: /bin/bash -c 'echo done >work'\n"
		    "<- \n"
		    "All is done.\n"
		    "(done: 2000 tokens in, 100 out)\n" },
		{ &adapter_codex, "codex-server-tools", "(codex, model m)\n"
		    "warning: Model metadata for `m` not found. Defaulting to fallback metadata; this can degrade performance and "
		    "cause issues.\n"
		    "-> shell: /bin/bash -c 'echo done >work'\n"
		    "<- \n"
		    "All is done.\n"
		    "(done: 2000 tokens in, 100 out)\n" },
		{ &adapter_opencode, "opencode-tools", "I work.\n"
		    "-> bash: echo done >work\n"
		    "<- (no output)\n"
		    "All is done.\n"
		    "(done: 2000 tokens in, 100 out, 0.0022 USD)\n" },
		{ &adapter_gemini, "gemini-tools", "(gemini, model auto)\n"
		    "I work.\n"
		    "-> run_shell_command: echo done >work\n"
		    "<- \n"
		    "All is done.\n"
		    "(done: 3000 tokens in, 150 out)\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct agent_run run = { .agent = &agent, .role = ROLE_IMPLEMENTER, .prompt = "Do it.", .dir = "/" };
		struct text out = feed_file(rows[i].adapter, &run, rows[i].file);

		assert_string_equal(out.buf, rows[i].shown);
		release(&run);
		text_free(&out);
	}
}

static void
an_unknown_event_and_a_member_of_another_kind_are_passed_over(void **state)
{
	static const struct adapter *const all[] = { &adapter_claude, &adapter_codex_exec, &adapter_opencode, &adapter_gemini };
	static const char *const lines[] = { "{\"type\":\"new\",\"item\":[1]}", "{\"type\":7}", "[]",
		"{\"type\":\"item.completed\",\"item\":1}",
		"{\"type\":\"item.completed\",\"item\":{\"type\":\"new\"}}", "{\"type\":\"tool_use\",\"part\":{\"state\":[]}}",
		"{\"type\":\"step_finish\",\"part\":{\"tokens\":3,\"reason\":\"tool-calls\"}}",
		"{\"type\":\"message\",\"role\":\"assistant\"}" };

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct agent_run run = { .agent = &agent, .role = ROLE_IMPLEMENTER };
		struct text out = { 0 };

		for (size_t j = 0; j < sizeof(lines) / sizeof(lines[0]); j++)
			all[i]->line(&run, lines[j], strlen(lines[j]), &out);
		assert_false(run.error);
		assert_false(run.ended);
		all[i]->finish(&run, EXIT(0));
		assert_true(run.error);
		text_free(&run.result);
		text_free(&out);
	}
}

static void
an_exit_status_of_gemini_is_the_service_s_and_no_signal(void **state)
{
	static const struct { int status; const char *error; } rows[] = {
		{ EXIT(144), "the service answered with status 400" }, { 16, "the service answered with status 400" },
		{ EXIT(173), "the service answered with status 429" }, { 9, "killed by signal 9 (Killed)" },
		{ EXIT(0), "it ended without a result" }, { EXIT(42), "exit status 42" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct agent_run run = { .agent = &agent, .role = ROLE_IMPLEMENTER };

		adapter_gemini.finish(&run, rows[i].status);
		assert_true(run.error);
		assert_string_equal(run.error_text, rows[i].error);
	}
}

static void
an_account_is_at_its_limit_when_the_service_answered_with_status_429(void **state)
{
	static const struct { const struct adapter *adapter; const char *line; int status; int64_t parked; } rows[] = {
		{ &adapter_gemini, "{\"type\":\"result\",\"status\":\"error\",\"error\":{\"message\":\"full\"}}", EXIT(173), -1 },
		{ &adapter_gemini, "{\"type\":\"result\",\"status\":\"error\",\"error\":{\"message\":\"key\"}}", EXIT(145), 0 },
		{ &adapter_opencode, "{\"type\":\"error\",\"error\":{\"data\":{\"statusCode\":429}}}", EXIT(1), -1 },
		{ &adapter_opencode, "{\"type\":\"error\",\"error\":{\"data\":{\"statusCode\":401}}}", EXIT(1), 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct agent_run run = { .agent = &agent, .role = ROLE_IMPLEMENTER };
		struct text out = { 0 };

		rows[i].adapter->line(&run, rows[i].line, strlen(rows[i].line), &out);
		rows[i].adapter->finish(&run, rows[i].status);
		assert_true(run.error);
		assert_int_equal(run.parked, rows[i].parked);
		text_free(&out);
	}
}

static void
a_run_of_gemini_that_reached_its_maximum_of_turns_broke_off(void **state)
{
	static const char end[] = "{\"type\":\"result\",\"status\":\"error\",\"error\":{\"type\":\"FatalTurnLimitedError\","
	    "\"message\":\"Reached max session turns for this session.\"}}";
	struct agent_run run = { .agent = &agent, .role = ROLE_IMPLEMENTER };
	struct text out = { 0 };

	(void)state;
	adapter_gemini.line(&run, end, sizeof(end) - 1, &out);
	adapter_gemini.finish(&run, EXIT(53));
	assert_true(run.error);
	assert_true(run.broken);
	text_free(&out);
}

/* The words of the command line for a run. */
static char *
command_line(const struct adapter *adapter, const struct agent *a, const char *resume)
{
	struct agent_run run = { .agent = a, .role = ROLE_IMPLEMENTER, .resume = resume };
	struct strings argv = { 0 }, env = { 0 };
	char *line;

	adapter->command(&run, &argv, &env);
	line = strings_join(&argv, " ");
	free(run.own);
	strings_free(&argv);
	strings_free(&env);
	return line;
}

static void
a_run_is_begun_and_resumed_as_the_client_takes_it(void **state)
{
	static char model[] = "m", first[] = "--flag";
	static char *args[] = { first };
	const struct agent a = { .name = agent_name, .adapter = agent_name, .model = model, .args = { .v = args, .n = 1 } };
	static const struct { const struct adapter *adapter; const char *fresh, *resumed; } rows[] = {
		{ &adapter_codex, "codex app-server -c allow_login_shell=false --flag",
		    "codex app-server -c allow_login_shell=false --flag" },
		{ &adapter_codex_exec, "codex exec" OPTIONS_CODEX, "codex exec resume ID" OPTIONS_CODEX },
		{ &adapter_opencode, "opencode run --format json --model m --flag",
		    "opencode run --format json --model m --session ID --flag" },
		{ &adapter_gemini, "gemini --approval-mode yolo --output-format stream-json --model m --flag",
		    "gemini --approval-mode yolo --output-format stream-json --model m --resume ID --flag" },
	};
	char *line;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		line = command_line(rows[i].adapter, &a, NULL);
		assert_string_equal(line, rows[i].fresh);
		free(line);
		line = command_line(rows[i].adapter, &a, "ID");
		assert_string_equal(line, rows[i].resumed);
		free(line);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_recorded_run_is_read_to_its_words_its_usage_and_its_end),
		cmocka_unit_test(an_account_at_its_limit_is_no_failure_of_the_work),
		cmocka_unit_test(words_calls_and_output_are_shown_as_claude_s_are),
		cmocka_unit_test(an_unknown_event_and_a_member_of_another_kind_are_passed_over),
		cmocka_unit_test(an_exit_status_of_gemini_is_the_service_s_and_no_signal),
		cmocka_unit_test(an_account_is_at_its_limit_when_the_service_answered_with_status_429),
		cmocka_unit_test(a_run_of_gemini_that_reached_its_maximum_of_turns_broke_off),
		cmocka_unit_test(a_run_is_begun_and_resumed_as_the_client_takes_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
