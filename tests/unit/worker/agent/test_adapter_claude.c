/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/scratch.h"

#include <signal.h>

#include "proto/settings/settings.h"
#include "worker/agent/agent.h"

/* Streams recorded from the client (2.1.197); tests run in the top directory. */
#define FIXTURES	"tests/unit/fixtures/claude-"
#define CONVERSATION	"5e551011-0000-4000-8000-000000000001"

static char agent_name[] = "claude";
static const struct agent agent = { .name = agent_name, .adapter = agent_name };

static struct agent_run
run_new(void)
{
	return (struct agent_run){ .agent = &agent, .role = ROLE_IMPLEMENTER };
}

/* Feeds lines like the worker; returns the output. */
static struct text
feed(struct agent_run *run, const char *buf, size_t len)
{
	struct text out = { 0 };
	const char *end = buf + len, *nl;
	size_t n;
	char *line;

	text_puts(&out, "");
	for (; buf < end; buf += n + 1) {
		nl = memchr(buf, '\n', (size_t)(end - buf));
		n = (size_t)((nl != NULL ? nl : end) - buf);
		line = malloc(n + 1);	/* an exact allocation: ASan detects reads beyond its end */
		assert_non_null(line);
		memcpy(line, buf, n);
		line[n] = '\0';
		adapter_claude.line(run, line, n, &out);
		free(line);
	}
	return out;
}

static struct text
feed_file(struct agent_run *run, const char *name, size_t cut)
{
	char *path, *buf;
	struct text out;
	size_t len;

	assert_int_not_equal(asprintf(&path, FIXTURES "%s.jsonl", name), -1);
	assert_int_equal(file_read(AT_FDCWD, path, 1 << 20, &buf, &len), 0);
	out = feed(run, buf, len - cut);
	free(path);
	free(buf);
	return out;
}

static void
release(struct agent_run *run, struct text *out)
{
	text_free(&run->result);
	text_free(out);
}

static void
words_tokens_and_cost_are_taken(void **state)
{
	struct agent_run run = run_new();
	struct text out = feed_file(&run, "success", 0);

	(void)state;
	adapter_claude.finish(&run, 0);
	assert_string_equal(out.buf, "(claude 2.1.197, model claude-opus-4-8[1m])\n"
	    "Hello there.\n"
	    "(done: 120 tokens in, 30 out, 0.0013 USD)\n");
	assert_true(run.ended);
	assert_false(run.error);
	assert_false(run.lost);
	assert_string_equal(run.result.buf, "Hello there.");
	assert_string_equal(run.conversation, CONVERSATION);
	assert_int_equal(run.input_tokens, 120);
	assert_int_equal(run.output_tokens, 30);
	assert_int_equal(run.cost_microusd, 1260);
	release(&run, &out);
}

static void
a_tool_call_is_one_line_and_its_output_a_few(void **state)
{
	struct agent_run run = run_new();
	struct text out = feed_file(&run, "tools", 0);

	(void)state;
	assert_string_equal(out.buf, "(claude 2.1.197, model claude-opus-4-8[1m])\n"
	    "-> Bash: echo out; echo err >&2; exit 3\n"
	    "<- error: Exit code 3\n"
	    "   out\n"
	    "   err\n"
	    "-> Read: /nonexistent/x\n"
	    "<- error: File does not exist. Note: your current working directory is /tree.\n"
	    "-> NoSuchTool: {\"a\":1}\n"
	    "<- error: <tool_use_error>Error: No such tool available: NoSuchTool</tool_use_error>\n"
	    "-> Bash: {\"nocommand\":\"x\"}\n"
	    "<- error: <tool_use_error>InputValidationError: Bash failed due to the following issues:\n"
	    "   The required parameter `command` is missing\n"
	    "   An unexpected parameter `nocommand` was provided</tool_use_error>\n"
	    "tools failed\n"
	    "(done: 600 tokens in, 150 out, 0.0063 USD)\n");
	assert_false(run.error);
	release(&run, &out);
}

static void
is_error_decides_and_not_subtype_or_exit_status(void **state)
{
	struct agent_run run = run_new(), good = run_new();
	struct text out = feed_file(&run, "error", 0);

	(void)state;
	adapter_claude.finish(&run, 0);
	assert_true(run.error);
	assert_string_equal(run.error_text, "Credit balance is too low");
	assert_string_equal(out.buf, "(claude 2.1.197, model claude-opus-4-8[1m])\n"
	    "error: Credit balance is too low\n");
	release(&run, &out);

	out = feed_file(&good, "success", 0);
	adapter_claude.finish(&good, 1 << 8);
	assert_false(good.error);
	release(&good, &out);
}

static void
refusals_of_the_service_are_shown(void **state)
{
	struct agent_run run = run_new();
	struct text out = feed_file(&run, "retry", 0);

	(void)state;
	assert_non_null(strstr(out.buf, "\n(the service: overloaded, status 529; try 2 of 10 in 1.1 s)\n"
	    "at last\n"));
	assert_false(run.error);
	release(&run, &out);
}

static void
a_lost_conversation_is_noticed(void **state)
{
	static const char plain[] = "No conversation found with session ID: " CONVERSATION;
	struct agent_run run = run_new(), other = run_new();
	struct text out = feed_file(&run, "lost", 0);

	(void)state;
	adapter_claude.finish(&run, 1 << 8);
	assert_true(run.error);
	assert_true(run.lost);
	release(&run, &out);

	out = feed(&other, plain, strlen(plain));	/* only on standard error */
	adapter_claude.finish(&other, 1 << 8);
	assert_true(other.error);
	assert_true(other.lost);
	release(&other, &out);
}

static void
several_turns_are_one_run(void **state)
{
	struct agent_run run = run_new();
	struct text out = feed_file(&run, "background", 0);

	(void)state;
	adapter_claude.finish(&run, 0);
	assert_false(run.error);
	assert_string_equal(run.result.buf, "Nothing to say.");
	assert_int_equal(run.input_tokens, 360);
	assert_int_equal(run.output_tokens, 90);
	assert_int_equal(run.cost_microusd, 3780);
	assert_non_null(strstr(out.buf,
	    "\n<- Background command \"sleep 3; echo x\" completed (exit code 0)\n"));
	release(&run, &out);
}

static void
helpers_of_the_agent_count(void **state)
{
	static const char result[] = "{\"type\":\"result\",\"is_error\":false,\"total_cost_usd\":0.5,"
	    "\"usage\":{\"input_tokens\":1,\"cache_read_input_tokens\":2,\"output_tokens\":3},"
	    "\"modelUsage\":{\"large\":{\"inputTokens\":1,\"cacheReadInputTokens\":2,\"outputTokens\":3},"
	    "\"small\":{\"inputTokens\":10,\"cacheCreationInputTokens\":20,\"outputTokens\":30}}}";
	static const char plain[] = "{\"type\":\"result\",\"is_error\":false,\"usage\":"
	    "{\"input_tokens\":1,\"cache_creation_input_tokens\":2,\"output_tokens\":3}}";
	struct agent_run run = run_new(), old = run_new();
	struct text out = feed(&run, result, strlen(result));

	(void)state;
	assert_int_equal(run.input_tokens, 33);
	assert_int_equal(run.output_tokens, 33);
	assert_int_equal(run.cost_microusd, 500000);
	release(&run, &out);

	out = feed(&old, plain, strlen(plain));
	text_free(&out);
	out = feed(&old, plain, strlen(plain));	/* from a second turn */
	assert_int_equal(old.input_tokens, 6);
	assert_int_equal(old.output_tokens, 6);
	release(&old, &out);
}

static void
a_result_counts_only_until_the_next_turn(void **state)
{
	struct agent_run run = run_new(), killed = run_new();
	struct text out = feed_file(&run, "background", 500);	/* in the last result */

	(void)state;
	adapter_claude.finish(&run, 0);
	assert_true(run.error);
	release(&run, &out);

	out = feed_file(&killed, "success", 0);
	adapter_claude.finish(&killed, SIGKILL);
	assert_true(killed.error);
	assert_string_equal(killed.error_text, "killed by signal 9 (Killed)");
	release(&killed, &out);
}

static void
nul_and_half_characters_do_not_hide_an_event(void **state)
{
	static const char halves[] = "{\"type\":\"assistant\",\"message\":{\"content\":[{\"type\":"
	    "\"text\",\"text\":\"a\\ud800b\\udc00\\\\u0000 \\ud83d\\ude00\\ud83d\"}]}}";
	struct agent_run run = run_new();
	struct text out = feed_file(&run, "binary", 0);

	(void)state;
	assert_true(run.ended);
	assert_false(run.error);
	assert_string_equal(run.result.buf, "bin \xef\xbf\xbd done \033[31m \xf0\x9f\x98\x80");
	assert_non_null(strstr(out.buf, "\n<- a\xef\xbf\xbd" "b\033[31mred"));
	assert_non_null(strstr(out.buf, "-> Bash: yes 0123456789 | head -c 200000\n"
	    "<- <persisted-output>\n"));
	assert_null(strstr(out.buf, "\n   0123456789\n"));
	release(&run, &out);

	out = feed(&run, halves, strlen(halves));
	assert_string_equal(out.buf, "a\xef\xbf\xbd" "b\xef\xbf\xbd\\u0000 "
	    "\xf0\x9f\x98\x80\xef\xbf\xbd\n");
	release(&run, &out);
}

static void
a_stream_without_result_is_an_error_with_its_reason(void **state)
{
	static const char root[] = "--dangerously-skip-permissions cannot be used with root/sudo"
	    " privileges for security reasons\n";
	struct agent_run run = run_new(), cut = run_new(), term = run_new();
	struct text out = feed(&run, root, strlen(root));

	(void)state;
	adapter_claude.finish(&run, 1 << 8);
	assert_true(run.error);
	assert_string_equal(out.buf, root);
	assert_int_equal(strncmp(run.error_text, root, strlen(root) - 1), 0);
	release(&run, &out);

	out = feed_file(&cut, "success", 300);
	adapter_claude.finish(&cut, 0);
	assert_true(cut.error);
	release(&cut, &out);

	adapter_claude.finish(&term, 0);
	assert_true(term.error);
	assert_string_equal(term.error_text, "it ended without a result");
}

static void
garbage_is_shown_and_capped(void **state)
{
	static const char blocks[] = "{\"type\":\"user\",\"message\":{\"content\":[{\"type\":"
	    "\"tool_result\",\"content\":[{\"type\":\"image\"},{\"text\":\"\"}]}]}}";
	static const char *const odd[] = { "{", "[1,2]", "null", "{\"type\":7}", "{\"type\":\"result\"}",
		"{\"type\":\"assistant\",\"message\":7}", "{\"type\":\"user\",\"message\":{\"content\":[7]}}",
		"{\"type\":\"system\"}", "{\"type\":\"system\",\"subtype\":\"init\",\"session_id\":7}",
		"{\"a\":\"\\ud800\\u\\u00\"}", "{\"a\\", blocks };
	struct agent_run run = run_new();
	struct text out;
	char garbage[3000];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(garbage); i++)
		garbage[i] = (char)(i * 7919 % 251 + 1) == '\n' ? 'x' : (char)(i * 7919 % 251 + 1);
	out = feed(&run, garbage, sizeof(garbage));
	assert_in_range(out.len, 2000, 2010);
	release(&run, &out);
	for (i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		out = feed(&run, odd[i], strlen(odd[i]));
		text_free(&out);
	}
	adapter_claude.finish(&run, 0);
	assert_true(run.error);
	text_free(&run.result);
}

static void
a_line_of_five_mebibytes_is_capped(void **state)
{
	static const char head[] = "{\"type\":\"user\",\"message\":{\"content\":[{\"type\":"
	    "\"tool_result\",\"content\":\"", tail[] = "\"}]}}";
	struct agent_run run = run_new();
	struct text line = { 0 }, out;
	size_t i;

	(void)state;
	text_puts(&line, head);
	text_puts(&line, "x");	/* the limit falls inside a character */
	for (i = 0; i < (5u << 20) / 2; i++)
		text_add(&line, "\xc3\xa9", 2);
	text_puts(&line, tail);
	out = feed(&run, line.buf, line.len);
	assert_in_range(out.len, 400, 410);
	assert_true(text_utf8_valid(out.buf, out.len));
	release(&run, &out);
	text_free(&line);
}

static bool
has(const struct strings *list, const char *word, const char *next)
{
	size_t i;

	for (i = 0; i < list->n; i++)
		if (strcmp(list->v[i], word) == 0)
			return next == NULL || (i + 1 < list->n && strcmp(list->v[i + 1], next) == 0);
	return false;
}

static void
the_command_line_begins_or_resumes_a_conversation(void **state)
{
	static char arg[] = "--betas";
	char *args[] = { arg }, model[] = "opus";
	const struct agent own = { .name = agent_name, .adapter = agent_name, .model = model,
		.args = { args, 1 } };
	struct agent_run run = run_new(), next = run_new();
	struct strings argv = { 0 }, env = { 0 };

	(void)state;
	unsetenv("BASH_MAX_TIMEOUT_MS");
	adapter_claude.command(&run, &argv, &env);
	assert_string_equal(argv.v[0], "claude");
	assert_true(has(&argv, "-p", NULL));
	assert_true(has(&argv, "--input-format", "stream-json") && has(&argv, "--replay-user-messages", NULL));
	assert_true(has(&argv, "--output-format", "stream-json") && has(&argv, "--verbose", NULL));
	assert_true(has(&argv, "--dangerously-skip-permissions", NULL));
	assert_true(has(&argv, "--session-id", NULL));
	assert_false(has(&argv, "--session-id", CONVERSATION));
	assert_string_equal(run.conversation, "");	/* it has one once the client reports it */
	assert_true(has(&env, "BASH_MAX_TIMEOUT_MS=86400000", NULL));
	assert_int_equal(has(&env, "IS_SANDBOX=1", NULL), geteuid() == 0);
	strings_free(&argv);
	strings_free(&env);

	next.agent = &own;
	next.resume = CONVERSATION;
	strings_add(&env, "BASH_MAX_TIMEOUT_MS=1000");	/* from the settings */
	adapter_claude.command(&next, &argv, &env);
	assert_true(has(&argv, "--resume", CONVERSATION));
	assert_false(has(&argv, "--session-id", NULL));
	assert_true(has(&argv, "--model", "opus"));
	assert_true(has(&argv, "--betas", NULL));
	assert_true(has(&env, "BASH_MAX_TIMEOUT_MS=1000", NULL));
	assert_false(has(&env, "BASH_MAX_TIMEOUT_MS=86400000", NULL));
	strings_free(&argv);
	strings_free(&env);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_tokens_and_cost_are_taken),
		cmocka_unit_test(a_tool_call_is_one_line_and_its_output_a_few),
		cmocka_unit_test(is_error_decides_and_not_subtype_or_exit_status),
		cmocka_unit_test(refusals_of_the_service_are_shown),
		cmocka_unit_test(a_lost_conversation_is_noticed),
		cmocka_unit_test(several_turns_are_one_run),
		cmocka_unit_test(helpers_of_the_agent_count),
		cmocka_unit_test(a_result_counts_only_until_the_next_turn),
		cmocka_unit_test(nul_and_half_characters_do_not_hide_an_event),
		cmocka_unit_test(a_stream_without_result_is_an_error_with_its_reason),
		cmocka_unit_test(garbage_is_shown_and_capped),
		cmocka_unit_test(a_line_of_five_mebibytes_is_capped),
		cmocka_unit_test(the_command_line_begins_or_resumes_a_conversation),
	};
	return cmocka_run_group_tests_name("adapter_claude", tests, NULL, NULL);
}
