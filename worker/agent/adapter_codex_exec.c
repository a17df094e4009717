/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "proto/json/json.h"
#include "proto/record/state.h"
#include "proto/settings/settings.h"
#include "worker/agent/agent.h"
#include "worker/agent/codex_item.h"
#include "worker/agent/event.h"
#include "worker/agent/server.h"

/*
 * codex without an app server (adapter_codex.c): `codex exec --json`, one JSON object a line, the prompt on
 * standard input.  It names its thread first; turn.completed is success, with the tokens of the whole thread.
 * An item of type "error" is a warning.
 */

static void
exec_command(struct agent_run *run, struct strings *argv, struct strings *env)
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
exec_line(void *arg, const char *line, size_t len, struct text *out)
{
	struct agent_run *run = arg;
	struct json *event = event_parse(line, len);
	const char *type = json_str(event, "type"), *id = json_words(event, "thread_id");

	if (type == NULL) {
		event_plain(run, line, len, CODEX_LOST, out);
	} else if (strcmp(type, "thread.started") == 0) {
		strlcpy(run->conversation, strlen(id) < sizeof(run->conversation) ? id : "", sizeof(run->conversation));
		text_puts(out, "(codex)\n");
	} else if (strcmp(type, "turn.started") == 0) {
		run->ended = false;
	} else if (strcmp(type, "item.started") == 0) {
		event_calls(run, codex_item_calls(json_get(event, "item")));
		codex_item_begins(json_get(event, "item"), out);
	} else if (strcmp(type, "item.completed") == 0) {
		event_calls(run, -codex_item_calls(json_get(event, "item")));
		codex_item_ends(run, json_get(event, "item"), out);
	} else if (strcmp(type, "turn.completed") == 0) {
		take_usage(run, json_get(event, "usage"));
		event_done(run, out);
	} else if (strcmp(type, "turn.failed") == 0) {
		codex_failed(run, json_words(json_get(event, "error"), "message"), out);
	} else if (strcmp(type, "error") == 0) {
		event_show(out, "(the service: ", json_words(event, "message"), 1);	/* the client may try again */
		text_first_line(run->error_text, sizeof(run->error_text), json_words(event, "message"));
	}
	json_free(event);
}

const struct adapter adapter_codex_exec = {
	.name = "codex exec",
	.speaks = true,
	.command = exec_command,
	.line = exec_line,
	.finish = event_finish,
};
