/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/wait.h>

#include <stdio.h>
#include <string.h>

#include "proto/json/json.h"
#include "proto/record/state.h"
#include "proto/session/caps.h"
#include "proto/settings/settings.h"
#include "worker/agent/agent.h"
#include "worker/agent/event.h"
#include "worker/agent/server.h"

/*
 * The gemini command-line client: `gemini --output-format stream-json`, one JSON object a line, the prompt
 * on standard input.  Words come in pieces.  The status of the last object decides success.
 */

#define LOST		"Invalid session identifier"
#define FULL		"exceeds the maximum number of tokens"
#define TURNS		"FatalTurnLimitedError"

static void
gemini_command(struct agent_run *run, struct strings *argv, struct strings *env)
{
	static const char *const fixed[] = { "gemini", "--approval-mode", "yolo", "--output-format", "stream-json" };

	for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++)
		strings_add(argv, fixed[i]);
	event_option(argv, "--model", run->agent->model);
	event_option(argv, "--resume", run->resume);
	strings_add_all(argv, &run->agent->args);
	server_gemini(run, env);
	/* in a directory that it does not trust it asks before it runs a command */
	event_env(env, "GEMINI_CLI_TRUST_WORKSPACE", "true");
}

static void
take_words(struct agent_run *run, const struct json *event, struct text *out)
{
	const char *words = json_words(event, "content");

	if (strcmp(json_words(event, "role"), "assistant") != 0)
		return;
	if (run->said) {
		text_clear(&run->result);
		run->shown = 0;
	}
	run->said = false;
	run->heard = true;
	if (run->result.len < SESSION_MAX_TEXT)
		text_add(&run->result, words, strnlen(words, SESSION_MAX_TEXT - run->result.len));
	event_words(&run->result, &run->shown, false, out);
}

static void
take_result(struct agent_run *run, const struct json *event, struct text *out)
{
	const struct json *stats = json_get(event, "stats");
	const struct json *error = json_get(event, "error");
	const char *why = json_words(error, "message");

	run->input_tokens = state_usage(0, json_int(stats, "input_tokens", 0));
	run->output_tokens = state_usage(0, json_int(stats, "output_tokens", 0));
	if (strcmp(json_words(event, "status"), "success") == 0) {
		event_done(run, out);
		return;
	}
	event_failed(run, why, out);
	run->full = run->full || strstr(why, FULL) != NULL;
	run->broken = strcmp(json_words(error, "type"), TURNS) == 0;
}

static void
gemini_line(void *arg, const char *line, size_t len, struct text *out)
{
	struct agent_run *run = arg;
	struct json *event = event_parse(line, len);
	const char *type = json_str(event, "type"), *id = json_words(event, "session_id");

	if (type == NULL) {
		event_plain(run, line, len, LOST, out);
	} else if (strcmp(type, "message") == 0) {
		take_words(run, event, out);
	} else {
		event_words(&run->result, &run->shown, true, out);
		run->said = true;
	}
	if (type != NULL && strcmp(type, "init") == 0) {
		strlcpy(run->conversation, strlen(id) < sizeof(run->conversation) ? id : "", sizeof(run->conversation));
		event_model(run, json_str(event, "model"));
		text_printf(out, "(gemini, model %s)\n", json_words(event, "model"));
	} else if (type != NULL && strcmp(type, "tool_use") == 0) {
		event_calls(run, 1);
		event_call(out, json_words(event, "tool_name"), json_get(event, "parameters"));
	} else if (type != NULL && strcmp(type, "tool_result") == 0) {
		event_calls(run, -1);
		event_output(out, strcmp(json_words(event, "status"), "success") != 0, json_words(event, "output"));
	} else if (type != NULL && strcmp(type, "error") == 0) {
		event_show(out, "warning: ", json_words(event, "message"), 1);
	} else if (type != NULL && strcmp(type, "result") == 0) {
		take_result(run, event, out);
	}
	json_free(event);
}

/* The HTTP status of an error, 0 = none: the client's exit status is its remainder by 256, which bubblewrap's
 * convention would call a signal. */
static int
http_status(int status)
{
	int code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);

	return code >= 400 - 256 ? code + 256 : 0;
}

static void
gemini_finish(struct agent_run *run, int status)
{
	int http = http_status(status);

	if (http == 429)
		run->parked = -1;
	if (http == 0 || run->error) {
		event_finish(run, status);
		return;
	}
	run->error = true;
	if (run->ended || run->error_text[0] == '\0')
		snprintf(run->error_text, sizeof(run->error_text), "the service answered with status %d", http);
}

const struct adapter adapter_gemini = {
	.name = "gemini",
	.speaks = true,
	.command = gemini_command,
	.line = gemini_line,
	.finish = gemini_finish,
};
