/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "proto/json/json.h"
#include "proto/record/state.h"
#include "proto/settings/settings.h"
#include "worker/agent/agent.h"
#include "worker/agent/event.h"
#include "worker/agent/server.h"

/*
 * The codex command-line client: `codex exec --json`, one JSON object a line, the prompt on standard
 * input.  It names its thread first; turn.completed is success, with the tokens of the whole thread.
 * An item of type "error" is a warning.
 */

#define LOST		"no rollout found for thread"

static void
codex_command(struct agent_run *run, struct strings *argv, struct strings *env)
{
	/* A login shell would read /etc/profile, which may set another PATH, without our commands. */
	static const char *const fixed[] = { "--json", "--dangerously-bypass-approvals-and-sandbox", "-c",
		"allow_login_shell=false" };

	(void)env;
	strings_add(argv, "codex");
	strings_add(argv, "exec");
	event_option(argv, "resume", run->resume);
	for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++)
		strings_add(argv, fixed[i]);
	event_option(argv, "--model", run->agent->model);
	server_codex(run, argv);
	strings_add_all(argv, &run->agent->args);
	strings_add(argv, "-");
}

static void
take_usage(struct agent_run *run, const struct json *usage)
{
	run->cumulative = true;
	run->input_tokens = state_usage(0, json_int(usage, "input_tokens", 0));
	run->output_tokens = state_usage(0, json_int(usage, "output_tokens", 0));
}

static void
take_error(struct agent_run *run, const char *why, struct text *out)
{
	event_failed(run, why, out);
	run->full = run->full || strstr(why, "context_length_exceeded") != NULL ||
	    strstr(why, "ran out of room in the model's context window") != NULL;
}

static void
begin_item(struct agent_run *run, const struct json *item, struct text *out)
{
	const char *type = json_words(item, "type");

	event_calls(run, 1);
	if (strcmp(type, "command_execution") == 0)
		event_call(out, "shell", item);
	else if (strcmp(type, "mcp_tool_call") == 0)
		event_call(out, json_words(item, "tool"), json_get(item, "arguments"));
}

/* Items of other types, such as web_search, are shown by their name when they end. */
static void
end_item(struct agent_run *run, const struct json *item, struct text *out)
{
	const char *type = json_words(item, "type"), *status = json_words(item, "status");
	const struct json *change;

	run->heard = run->heard || strcmp(type, "error") != 0;
	if (strcmp(type, "agent_message") != 0 && strcmp(type, "reasoning") != 0 && strcmp(type, "error") != 0)
		event_calls(run, -1);
	if (strcmp(type, "agent_message") == 0) {
		event_result(run, json_words(item, "text"));
		text_printf(out, "%s\n", json_words(item, "text"));
	} else if (strcmp(type, "command_execution") == 0) {
		event_output(out, json_int(item, "exit_code", 0) != 0, json_words(item, "aggregated_output"));
	} else if (strcmp(type, "mcp_tool_call") == 0) {
		event_output(out, strcmp(status, "failed") == 0, json_words(json_get(item, "error"), "message"));
	} else if (strcmp(type, "file_change") == 0) {
		for (size_t i = 0; (change = json_at(json_get(item, "changes"), i)) != NULL; i++)
			event_call(out, json_words(change, "kind"), change);
	} else if (strcmp(type, "error") == 0) {
		event_show(out, "warning: ", json_words(item, "message"), 1);
	} else if (strcmp(type, "reasoning") != 0 && strcmp(type, "todo_list") != 0) {
		event_call(out, type, item);
	}
}

static void
codex_line(void *arg, const char *line, size_t len, struct text *out)
{
	struct agent_run *run = arg;
	struct json *event = event_parse(line, len);
	const char *type = json_str(event, "type"), *id = json_words(event, "thread_id");

	if (type == NULL) {
		event_plain(run, line, len, LOST, out);
	} else if (strcmp(type, "thread.started") == 0) {
		strlcpy(run->conversation, strlen(id) < sizeof(run->conversation) ? id : "", sizeof(run->conversation));
		text_puts(out, "(codex)\n");
	} else if (strcmp(type, "turn.started") == 0) {
		run->ended = false;
	} else if (strcmp(type, "item.started") == 0) {
		begin_item(run, json_get(event, "item"), out);
	} else if (strcmp(type, "item.completed") == 0) {
		end_item(run, json_get(event, "item"), out);
	} else if (strcmp(type, "turn.completed") == 0) {
		take_usage(run, json_get(event, "usage"));
		event_done(run, out);
	} else if (strcmp(type, "turn.failed") == 0) {
		take_error(run, json_words(json_get(event, "error"), "message"), out);
	} else if (strcmp(type, "error") == 0) {
		event_show(out, "(the service: ", json_words(event, "message"), 1);	/* it may be tried again */
		text_first_line(run->error_text, sizeof(run->error_text), json_words(event, "message"));
	}
	json_free(event);
}

const struct adapter adapter_codex = {
	.name = "codex",
	.speaks = true,
	.command = codex_command,
	.line = codex_line,
	.finish = event_finish,
};
