/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/json/json.h"
#include "proto/record/state.h"
#include "proto/settings/settings.h"
#include "worker/agent/agent.h"
#include "worker/agent/claude_event.h"
#include "worker/agent/claude_screen.h"
#include "worker/agent/claude_usage.h"
#include "worker/agent/claude_words.h"
#include "worker/agent/event.h"
#include "worker/agent/server.h"

/*
 * The claude command-line client, headless: `claude -p`, one JSON object a line on its standard input and output.
 * We choose the conversation's id; is_error of the last result decides success.
 */

#define LOST		"No conversation found"
#define REFUSED		10	/* names of refused tools in a message */

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
	event_option(argv, "--settings", run->settings);
	event_option(argv, "--append-system-prompt-file", run->instructions);
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
	static const char *const fixed[] = { "claude", "-p", "--input-format", "stream-json", "--output-format",
		"stream-json", "--replay-user-messages", "--verbose", "--dangerously-skip-permissions" };
	char id[40], dollars[32];
	size_t i;

	for (i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++)
		strings_add(argv, fixed[i]);
	if (run->partial)
		strings_add(argv, "--include-partial-messages");
	if (run->left_microusd > 0) {
		snprintf(dollars, sizeof(dollars), "%.6f", (double)run->left_microusd / 1e6);
		event_option(argv, "--max-budget-usd", dollars);
	}
	event_option(argv, "--model", run->agent->model);
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
	server_claude(run, argv);
	strings_add_all(argv, &run->agent->args);
	/*
	 * A headless client kills background commands seconds after its last
	 * message, so a command that waits for an answer must stay in the
	 * foreground, and may do so for a day.
	 */
	event_env(env, "CLAUDE_CODE_DISABLE_BACKGROUND_TASKS", "1");
	event_env(env, "BASH_MAX_TIMEOUT_MS", "86400000");
	event_env(env, "BASH_DEFAULT_TIMEOUT_MS", "86400000");
	/* As root the client refuses to skip permissions unless this exact variable is set. */
	if (geteuid() == 0)
		strings_set(env, "IS_SANDBOX", "1");
}

/* Up to version 2.1.276 the figures are of the run, even of a conversation that was resumed. */
static void
take_version(struct agent_run *run, const struct json *event)
{
	int major = 0, minor = 0, patch = 0;

	if (sscanf(json_words(event, "claude_code_version"), "%d.%d.%d", &major, &minor, &patch) == 3)
		run->cumulative = major > 2 || (major == 2 && (minor > 1 || (minor == 1 && patch > 276)));
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
	const char *said, *subtype = json_words(event, "subtype");
	size_t i;

	for (i = 0; i < sizeof(full) / sizeof(full[0]); i++)
		if ((said = json_str(event, full[i][0])) != NULL && strcmp(said, full[i][1]) == 0)
			run->full = run->error = true;
	/* no answer at all, or one of a service that failed; the client has tried for minutes */
	run->down = run->error && strcmp(json_words(event, "terminal_reason"), "api_error") == 0 &&
	    (json_kind(json_get(event, "api_error_status")) == JSON_NULL || json_int(event, "api_error_status", 0) >= 500);
	run->over = run->error && run->left_microusd > 0 && strcmp(subtype, "error_max_budget_usd") == 0;
	run->broken = run->down || run->over || (run->error && strcmp(subtype, "error_max_turns") == 0);
	if (!run->error)
		run->parked = 0;
	else if (run->parked == 0 && json_int(event, "api_error_status", 0) == 429)
		run->parked = -1;
}

/* The calls that the client refused, for example by a rule or a hook of the user. */
static void
take_refused(struct agent_run *run, const struct json *list, struct text *out)
{
	size_t n = json_kind(list) == JSON_ARRAY ? json_count(list) : 0;
	struct strings names = { 0 };
	const char *name;
	char *all;

	for (size_t i = 0; i < n && names.n < REFUSED; i++)
		if (*(name = json_words(json_at(list, i), "tool_name")) != '\0' && !strings_has(&names, name))
			strings_add(&names, name);
	all = strings_join(&names, ", ");
	snprintf(run->refused, sizeof(run->refused), "%zu tool call%s%s", n, n == 1 ? "" : "s", names.n > 0 ? ": " : "");
	text_first_line(run->refused + strlen(run->refused), sizeof(run->refused) - strlen(run->refused), all);
	if (n == 0)
		run->refused[0] = '\0';
	else
		text_printf(out, "(the client refused %s)\n", run->refused);
	free(all);
	strings_free(&names);
}

/*
 * How a turn ended, in the client's own words.  A message, or a background command that ends, starts another turn,
 * so the last result counts.
 */
static void
take_result(struct agent_run *run, const struct json *event, struct text *out)
{
	const char *result = json_str(event, "result"), *subtype = json_str(event, "subtype");
	const char *const words[] = { json_string(json_at(json_get(event, "errors"), 0)), result, subtype }, *why = NULL;

	/* older versions say of some errors that they are none */
	run->error = json_bool(event, "is_error", true) || (subtype != NULL && strncmp(subtype, "error", 5) == 0);
	claude_usage(run, event);
	take_cause(run, event);
	take_refused(run, json_get(event, "permission_denials"), out);
	if (run->judges)
		ruling_take(&run->ruling, json_get(event, "structured_output"));
	claude_words_result(run, result != NULL ? result : "");
	if (!run->error) {
		event_done(run, out);
		return;
	}
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]) && why == NULL; i++)
		why = words[i] != NULL && words[i][strspn(words[i], " \t\r\n")] != '\0' ? words[i] : NULL;
	event_failed(run, why != NULL ? why : "", out);
	run->lost = run->lost || strstr(run->error_text, LOST) != NULL;
}

/* The client tries for minutes what a service refuses because of its key. */
static void
take_refusal(struct agent_run *run, const struct json *event, struct text *out)
{
	int64_t status = json_int(event, "error_status", 0);
	char why[128];

	if (strcmp(json_words(event, "subtype"), "api_retry") != 0 || (status != 401 && status != 403))
		return;
	snprintf(why, sizeof(why), "the service refuses the account (status %lld: %.64s); sign in, or set another key",
	    (long long)status, json_words(event, "error"));
	event_failed(run, why, out);
	run->stop = true;
}

static void
claude_line(void *arg, const char *line, size_t len, struct text *out)
{
	struct agent_run *run = arg;
	struct json *event = event_parse(line, len);
	const char *type = json_str(event, "type"), *id = json_str(event, "session_id");

	run->between = false;
	if (type == NULL) {
		event_plain(run, line, len, LOST, out);
	} else if (strcmp(type, "rate_limit_event") == 0) {
		take_rate(run, event);
	} else if (strcmp(type, "result") == 0) {
		take_result(run, event, out);
	} else if (strcmp(type, "assistant") == 0) {
		run->ended = false;
		if (json_str(event, "error") == NULL) {	/* the result repeats the error */
			run->heard = true;
			claude_event_render(event, out);
		}
		claude_response(run, json_get(event, "message"));
		claude_calls(run, json_get(event, "message"));
	} else if (strcmp(type, "stream_event") == 0) {
		claude_part(run, json_get(event, "event"));
	} else if (strcmp(type, "command_lifecycle") == 0) {
		claude_words_state(run, event);
	} else if (strcmp(type, "user") == 0 && !json_bool(event, "isReplay", false)) {
		claude_event_render(event, out);
		claude_calls(run, json_get(event, "message"));
	} else if (strcmp(type, "system") == 0) {
		/* Only a conversation that has begun has an id worth keeping. */
		if (id != NULL && strlen(id) < sizeof(run->conversation))
			strlcpy(run->conversation, id, sizeof(run->conversation));
		event_model(run, json_str(event, "model"));
		take_version(run, event);
		claude_event_render(event, out);
		take_refusal(run, event, out);
	}
	claude_words_end(run);
	json_free(event);
}

const struct adapter adapter_claude = {
	.name = "claude",
	.rules = true,
	.tells = true,
	.speaks = true,
	.command = claude_command,
	.begin = claude_words_begin,
	.tell = claude_words_send,
	.line = claude_line,
	.screen = claude_screen,
	.finish = event_finish,
};
