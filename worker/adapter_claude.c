/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/random.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/child.h"
#include "proto/json.h"
#include "worker/agent.h"

/*
 * The claude command-line client, headless: `claude -p --output-format
 * stream-json --verbose`, one JSON object a line, the prompt on standard input.
 * The conversation's id is ours; is_error of the last object decides success.
 */

#define SHOWN	300		/* bytes of a tool's input or output that are shown */

static bool
claude_resumable(const struct agent *agent)
{
	(void)agent;
	return true;
}

static void
uuid_make(char *buf, size_t len)
{
	unsigned char b[16];

	if (getrandom(b, sizeof(b), 0) != sizeof(b))
		abort();
	b[6] = (b[6] & 0x0f) | 0x40;
	b[8] = (b[8] & 0x3f) | 0x80;
	snprintf(buf, len, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x",
	    b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13],
	    b[14], b[15]);
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
		uuid_make(id, sizeof(id));
		strings_add(argv, "--session-id");
		strings_add(argv, id);
	}
	for (i = 0; i < run->agent->args.n; i++)
		strings_add(argv, run->agent->args.v[i]);
	/* The client refuses to skip permissions as root unless it is told so, exactly so. */
	if (geteuid() == 0)
		strings_add(env, "IS_SANDBOX=1");
}

static void
show(struct text *out, const char *what, const char *text)
{
	size_t len = strlen(text);

	text_printf(out, "%s", what);
	text_add(out, text, len > SHOWN ? SHOWN : len);
	text_puts(out, len > SHOWN ? " ...\n" : "\n");
}

static void
show_json(struct text *out, const char *what, const struct json *value)
{
	char *text;
	size_t len;

	if (json_string(value) != NULL) {
		show(out, what, json_string(value));
		return;
	}
	text = json_text(value, false, &len);
	show(out, what, text);
	free(text);
}

static void
render_block(const struct json *block, struct text *out)
{
	const char *type = json_str(block, "type"), *text = json_str(block, "text");
	char what[80];

	if (type == NULL)
		return;
	if (strcmp(type, "text") == 0 && text != NULL) {
		text_printf(out, "%s\n", text);
	} else if (strcmp(type, "tool_use") == 0) {
		snprintf(what, sizeof(what), "-> %.60s ", json_str(block, "name") != NULL
		    ? json_str(block, "name") : "tool");
		show_json(out, what, json_get(block, "input"));
	} else if (strcmp(type, "tool_result") == 0) {
		show_json(out, json_bool(block, "is_error", false) ? "<- error: " : "<- ",
		    json_get(block, "content"));
	}
}

static void
render_message(const struct json *event, struct text *out)
{
	const struct json *content = json_get(json_get(event, "message"), "content");
	size_t i;

	if (json_string(content) != NULL)
		show(out, "", json_string(content));
	for (i = 0; json_kind(content) == JSON_ARRAY && i < json_count(content); i++)
		render_block(json_at(content, i), out);
}

static int64_t
tokens_in(const struct json *usage)
{
	return json_int(usage, "input_tokens", 0) +
	    json_int(usage, "cache_creation_input_tokens", 0) +
	    json_int(usage, "cache_read_input_tokens", 0);
}

/* The last object: how it ended, in the client's own words. */
static void
take_result(struct agent_run *run, const struct json *event, struct text *out)
{
	const char *result = json_str(event, "result"), *subtype = json_str(event, "subtype");
	const struct json *errors = json_get(event, "errors");
	const char *error = json_string(json_at(errors, 0));
	double cost = json_real(event, "total_cost_usd", 0);

	run->ended = true;
	run->error = json_bool(event, "is_error", true);
	run->input_tokens = tokens_in(json_get(event, "usage"));
	run->output_tokens = json_int(json_get(event, "usage"), "output_tokens", 0);
	if (cost > 0 && cost < 1e6)
		run->cost_microusd = (int64_t)(cost * 1e6 + 0.5);
	text_clear(&run->result);
	if (result != NULL)
		text_add(&run->result, result, strnlen(result, SESSION_MAX_TEXT));
	if (!run->error) {
		text_puts(out, "(done)\n");
		return;
	}
	strlcpy(run->error_text, error != NULL ? error : result != NULL ? result
	    : subtype != NULL ? subtype : "the client reported an error", sizeof(run->error_text));
	run->lost = strstr(run->error_text, "No conversation found") != NULL;
	text_printf(out, "error: %s\n", run->error_text);
}

static void
claude_line(void *arg, const char *line, size_t len, struct text *out)
{
	struct agent_run *run = arg;
	struct json *event;
	const char *type, *id;
	char err[128];

	event = json_parse(line, len, 0, err, sizeof(err));
	type = json_str(event, "type");
	if (type == NULL) {		/* the client's standard error, or not JSON at all */
		text_add(out, line, len);
		if (strstr(out->buf != NULL ? out->buf : "", "No conversation found") != NULL)
			run->lost = true;
		json_free(event);
		return;
	}
	id = json_str(event, "session_id");
	if (id != NULL && strlen(id) < sizeof(run->conversation))
		strlcpy(run->conversation, id, sizeof(run->conversation));
	if (strcmp(type, "assistant") == 0 || strcmp(type, "user") == 0)
		render_message(event, out);
	else if (strcmp(type, "result") == 0)
		take_result(run, event, out);
	else if (strcmp(type, "system") == 0 && json_str(event, "model") != NULL)
		text_printf(out, "(model %s)\n", json_str(event, "model"));
	json_free(event);
}

static void
claude_finish(struct agent_run *run, int status)
{
	if (run->ended)
		return;
	run->error = true;
	if (child_status_text(status, run->error_text, sizeof(run->error_text)) == 0)
		strlcpy(run->error_text, "it ended without a result", sizeof(run->error_text));
}

const struct adapter adapter_claude = {
	.name = "claude",
	.resumable = claude_resumable,
	.command = claude_command,
	.line = claude_line,
	.finish = claude_finish,
};
