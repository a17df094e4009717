/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/wait.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/json/json.h"
#include "proto/record/state.h"
#include "proto/settings/settings.h"
#include "proto/sys/child.h"
#include "worker/agent/agent.h"
#include "worker/agent/claude_event.h"

/*
 * The claude command-line client, headless: `claude -p --output-format
 * stream-json --verbose`, one JSON object a line, the prompt on standard input.
 * We choose the conversation's id; is_error of the last object decides success.
 */

#define SHOWN_PLAIN	2000	/* bytes shown of a line that is not an event */

#define LOST		"No conversation found"

static bool
claude_resumable(const struct agent *agent)
{
	(void)agent;
	return true;
}

/* Sets a variable of the client, unless the settings or the user set it. */
static void
env_default(struct strings *env, const char *name, const char *value)
{
	if (strings_value(env, name) == NULL && getenv(name) == NULL)
		strings_set(env, name, value);
}

/*
 * A judge loads nothing that the work, or its author, could have left for the client: no settings,
 * hooks, servers, memory or instructions except those of the target.
 */
static void
judge_command(const struct agent_run *run, struct strings *argv, struct strings *env)
{
	const char *tools = run->role == ROLE_TECH_LEAD ? "Bash,Read,Grep,Glob,Edit,Write"
	    : "Bash,Read,Grep,Glob";
	const char *const words[] = { "--setting-sources", "", "--strict-mcp-config", "--tools", tools,
		"--json-schema", RULING_SCHEMA };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		strings_add(argv, words[i]);
	if (run->settings != NULL) {
		strings_add(argv, "--settings");
		strings_add(argv, run->settings);
	}
	if (run->instructions != NULL) {
		strings_add(argv, "--append-system-prompt-file");
		strings_add(argv, run->instructions);
	}
	strings_set(env, "CLAUDE_CODE_DISABLE_AUTO_MEMORY", "1");
	/* output of its commands goes through files there */
	if (run->tmp != NULL)
		strings_set(env, "CLAUDE_CODE_TMPDIR", run->tmp);
	/* no socket is made there, so its tools can't talk to it as its user */
	strings_set(env, "XDG_RUNTIME_DIR", "/proc/none");
	if (run->within != NULL)
		strings_set(env, "CLAUDE_CODE_SHELL_PREFIX", run->within);
}

static void
claude_command(struct agent_run *run, struct strings *argv, struct strings *env)
{
	static const char *const fixed[] = { "claude", "-p", "--output-format", "stream-json",
		"--verbose", "--dangerously-skip-permissions" };
	char id[40];
	size_t i;

	for (i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++)
		strings_add(argv, fixed[i]);
	if (run->agent->model != NULL) {
		strings_add(argv, "--model");
		strings_add(argv, run->agent->model);
	}
	if (run->resume != NULL) {
		strings_add(argv, "--resume");
		strings_add(argv, run->resume);
	} else {
		uuid_make(id);
		strings_add(argv, "--session-id");
		strings_add(argv, id);
	}
	if (run->judges)
		judge_command(run, argv, env);
	for (i = 0; i < run->agent->args.n; i++)
		strings_add(argv, run->agent->args.v[i]);
	/*
	 * A headless client kills background commands seconds after its last
	 * message, so a command that waits for an answer must stay in the
	 * foreground, and may do so for a day.
	 */
	env_default(env, "CLAUDE_CODE_DISABLE_BACKGROUND_TASKS", "1");
	env_default(env, "BASH_MAX_TIMEOUT_MS", "86400000");
	/* As root the client refuses to skip permissions unless this exact variable is set. */
	if (geteuid() == 0)
		strings_set(env, "IS_SANDBOX", "1");
}

/* n plus these members of an object. */
static int64_t
sum(int64_t n, const struct json *o, const char *const keys[])
{
	for (; *keys != NULL; keys++)
		n = state_usage(n, json_int(o, *keys, 0));
	return n;
}

/*
 * Cost and modelUsage count the whole run, including sub-agents, and grow
 * from one result to the next; usage counts one turn of the main
 * conversation.
 */
static void
take_usage(struct agent_run *run, const struct json *event)
{
	static const char *const model_in[] = { "inputTokens", "cacheReadInputTokens",
		"cacheCreationInputTokens", NULL };
	static const char *const model_out[] = { "outputTokens", NULL };
	static const char *const turn_in[] = { "input_tokens", "cache_creation_input_tokens",
		"cache_read_input_tokens", NULL };
	static const char *const turn_out[] = { "output_tokens", NULL };
	const struct json *models = json_get(event, "modelUsage"), *m;
	double cost = json_real(event, "total_cost_usd", 0);
	int64_t in = 0, out = 0;
	size_t i;

	for (i = 0; json_key(models, i, &m) != NULL; i++) {
		in = sum(in, m, model_in);
		out = sum(out, m, model_out);
	}
	if (i == 0) {
		m = json_get(event, "usage");
		in = sum(run->input_tokens, m, turn_in);
		out = sum(run->output_tokens, m, turn_out);
	}
	run->input_tokens = in;
	run->output_tokens = out;
	if (cost > 0 && cost < 1e6)
		run->cost_microusd = (int64_t)(cost * 1e6 + 0.5);
}

/* The client reports its account with each turn; only a refusal stops it. */
static void
take_rate(struct agent_run *run, const struct json *event)
{
	const struct json *info = json_get(event, "rate_limit_info");
	const char *status = json_str(info, "status");
	int64_t at = json_int(info, "resetsAt", 0);

	if (status == NULL || strcmp(status, "rejected") != 0)
		run->parked = 0;
	else
		run->parked = at > 0 && at < INT64_MAX / 1000 ? at * 1000 : -1;
}

/* The cause of an error: a full conversation, an account at its limit. */
static void
take_cause(struct agent_run *run, const struct json *event)
{
	static const char *const full[][2] = {
		{ "terminal_reason", "prompt_too_long" },
		{ "stop_reason", "model_context_window_exceeded" },
	};
	const char *said;
	size_t i;

	for (i = 0; i < sizeof(full) / sizeof(full[0]); i++)
		if ((said = json_str(event, full[i][0])) != NULL && strcmp(said, full[i][1]) == 0)
			run->full = run->error = true;
	if (!run->error)
		run->parked = 0;
	else if (run->parked == 0 && json_int(event, "api_error_status", 0) == 429)
		run->parked = -1;
}

/*
 * How a turn ended, in the client's own words.  A background command starts
 * another turn when it ends, so the last result counts.
 */
static void
take_result(struct agent_run *run, const struct json *event, struct text *out)
{
	const char *result = json_str(event, "result"), *subtype = json_str(event, "subtype");
	const char *const words[] = { json_string(json_at(json_get(event, "errors"), 0)), result, subtype,
		"the client reported an error" };

	run->ended = true;
	run->error = json_bool(event, "is_error", true);
	run->error_text[0] = '\0';
	take_usage(run, event);
	take_cause(run, event);
	if (run->judges)
		ruling_take(&run->ruling, json_get(event, "structured_output"));
	text_clear(&run->result);
	if (result != NULL)
		text_add(&run->result, result, strnlen(result, SESSION_MAX_TEXT));
	if (!run->error) {
		text_printf(out, "(done: %lld tokens in, %lld out, %.4f USD)\n",
		    (long long)run->input_tokens, (long long)run->output_tokens,
		    (double)run->cost_microusd / 1e6);
		return;
	}
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]) && run->error_text[0] == '\0'; i++)
		text_first_line(run->error_text, sizeof(run->error_text), words[i] != NULL ? words[i] : "");
	run->lost = run->lost || strstr(run->error_text, LOST) != NULL;
	text_printf(out, "error: %s\n", run->error_text);
}

/* Standard error, or a line that is not an event; before the result it may be the reason of a failure. */
static void
take_plain(struct agent_run *run, const char *line, size_t len, struct text *out)
{
	char *text = strndup(line, len < SHOWN_PLAIN ? len : SHOWN_PLAIN);

	if (text == NULL)
		abort();
	if (!run->ended && text[strspn(text, " \t\r")] != '\0')
		text_first_line(run->error_text, sizeof(run->error_text), text);
	run->lost = run->lost || strstr(text, LOST) != NULL;
	free(text);
	text_add(out, line, len < SHOWN_PLAIN ? len : SHOWN_PLAIN);
	text_puts(out, len < SHOWN_PLAIN ? "\n" : " ...\n");
}

static void
claude_line(void *arg, const char *line, size_t len, struct text *out)
{
	struct agent_run *run = arg;
	struct json *event = claude_event_parse(line, len);
	const char *type = json_str(event, "type"), *id = json_str(event, "session_id");

	if (type == NULL) {
		take_plain(run, line, len, out);
	} else if (strcmp(type, "rate_limit_event") == 0) {
		take_rate(run, event);
	} else if (strcmp(type, "result") == 0) {
		take_result(run, event, out);
	} else if (strcmp(type, "assistant") == 0) {
		run->ended = false;
		if (json_str(event, "error") == NULL)	/* the result repeats the error */
			claude_event_render(event, out);
	} else if (strcmp(type, "user") == 0) {
		claude_event_render(event, out);
	} else if (strcmp(type, "system") == 0) {
		/* Only a conversation that has begun has an id worth keeping. */
		if (id != NULL && strlen(id) < sizeof(run->conversation))
			strlcpy(run->conversation, id, sizeof(run->conversation));
		claude_event_render(event, out);
	}
	json_free(event);
}

static void
claude_finish(struct agent_run *run, int status)
{
	char how[sizeof(run->error_text)] = "it ended without a result";

	if (run->ended && (run->error || !WIFSIGNALED(status)))
		return;
	run->error = true;
	(void)child_status_text(status, how, sizeof(how));
	if (run->ended || run->error_text[0] == '\0' || WIFSIGNALED(status))
		strlcpy(run->error_text, how, sizeof(run->error_text));
}

const struct adapter adapter_claude = {
	.name = "claude",
	.resumable = claude_resumable,
	.rules = true,
	.command = claude_command,
	.line = claude_line,
	.finish = claude_finish,
};
