/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/wait.h>

#include <string.h>

#include "proto/json/json.h"
#include "proto/record/state.h"
#include "proto/settings/settings.h"
#include "worker/agent/agent.h"
#include "worker/agent/event.h"
#include "worker/agent/opencode_words.h"
#include "worker/agent/server.h"

/*
 * The opencode command-line client: `opencode run --format json`, one JSON object a line, the prompt on
 * standard input.  There is no result: a run succeeded when the last step stopped and the exit status is 0,
 * and used what its steps used.
 */

#define LOST		"Session not found"
#define VAIN		5	/* the client compacts a full conversation, or repeats a request, and may do so for ever */

static void
opencode_command(struct agent_run *run, struct strings *argv, struct strings *env)
{
	static const char *const fixed[] = { "opencode", "run", "--format", "json" };

	for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++)
		strings_add(argv, fixed[i]);
	event_option(argv, "--model", run->agent->model);
	event_option(argv, "--session", run->resume);
	strings_add_all(argv, &run->agent->args);
	server_opencode(run, opencode_words_begin(run, env), env);
	event_env(env, "OPENCODE_PERMISSION", "{\"*\":\"allow\"}");	/* a permission to ask for is refused */
	event_env(env, "OPENCODE_DISABLE_AUTOUPDATE", "1");
	/* a command may wait a day for an answer */
	event_env(env, "OPENCODE_EXPERIMENTAL_BASH_DEFAULT_TIMEOUT_MS", "86400000");
}

static void
take_step(struct agent_run *run, const struct json *part, struct text *out)
{
	const struct json *tokens = json_get(part, "tokens"), *cache = json_get(tokens, "cache");
	const char *reason = json_words(part, "reason");
	double cost = json_real(part, "cost", 0);

	run->input_tokens = state_usage(run->input_tokens, state_usage(json_int(tokens, "input", 0),
	    state_usage(json_int(cache, "read", 0), json_int(cache, "write", 0))));
	run->output_tokens = state_usage(run->output_tokens, state_usage(json_int(tokens, "output", 0),
	    json_int(tokens, "reasoning", 0)));
	if (cost > 0 && cost < 1e6)
		run->cost_microusd = state_usage(run->cost_microusd, (int64_t)(cost * 1e6 + 0.5));
	run->parked = 0;
	run->between = true;
	run->ended = false;
	if (strcmp(reason, "unknown") == 0) {	/* a response without an end: the client asks for another one */
		run->stop = ++run->vain >= VAIN;
		if (run->stop)
			event_failed(run, "the service's responses have no end", out);
		return;
	}
	run->vain = 0;
	run->heard = true;
	if (strcmp(reason, "tool-calls") != 0)
		event_done(run, out);
}

/* A call is told when it has ended. */
static void
take_tool(struct agent_run *run, const struct json *part, struct text *out)
{
	const struct json *state = json_get(part, "state");
	bool failed = strcmp(json_words(state, "status"), "error") == 0;

	run->vain = 0;
	event_call(out, json_words(part, "tool"), json_get(state, "input"));
	event_output(out, failed || json_int(json_get(state, "metadata"), "exit", 0) != 0,
	    json_words(state, failed ? "error" : "output"));
}

static void
take_error(struct agent_run *run, const struct json *error, struct text *out)
{
	const char *name = json_words(error, "name"), *message = json_words(json_get(error, "data"), "message");

	event_failed(run, *message != '\0' ? message : name, out);
	run->parked = json_int(json_get(error, "data"), "statusCode", 0) == 429 ? -1 : 0;
	run->full = strcmp(name, "ContextOverflowError") == 0;
	run->stop = run->full && ++run->vain >= VAIN;
}

static void
opencode_line(void *arg, const char *line, size_t len, struct text *out)
{
	struct agent_run *run = arg;
	struct json *event = event_parse(line, len);
	const struct json *part = json_get(event, "part");
	const char *type = json_str(event, "type"), *id = json_words(event, "sessionID");

	if (*id != '\0' && strlen(id) < sizeof(run->conversation))
		strlcpy(run->conversation, id, sizeof(run->conversation));
	if (type != NULL && strcmp(type, OPENCODE_TOLD) == 0) {
		opencode_words_told(run, event);
		json_free(event);
		return;
	}
	run->between = false;
	if (type == NULL) {
		event_plain(run, line, len, LOST, out);
	} else if (strcmp(type, "text") == 0) {
		event_result(run, json_words(part, "text"));
		text_printf(out, "%s\n", json_words(part, "text"));
	} else if (strcmp(type, "tool_use") == 0) {
		take_tool(run, part, out);
	} else if (strcmp(type, "step_finish") == 0) {
		take_step(run, part, out);
	} else if (strcmp(type, "error") == 0) {
		take_error(run, json_get(event, "error"), out);
	}
	json_free(event);
}

static void
opencode_finish(struct agent_run *run, int status)
{
	/* a conversation that was compacted, and went on, leaves exit status 1 */
	if (run->ended && !run->error && WIFEXITED(status) && WEXITSTATUS(status) != 0 && !run->full)
		run->ended = false;
	run->full = run->full && run->error;
	event_finish(run, status);
}

const struct adapter adapter_opencode = {
	.name = "opencode",
	.tells = true,
	.speaks = true,
	.command = opencode_command,
	.tell = opencode_words_send,
	.line = opencode_line,
	.finish = opencode_finish,
};
