/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "proto/json/json.h"
#include "proto/record/state.h"
#include "worker/agent/agent.h"
#include "worker/agent/claude_usage.h"
#include "worker/agent/event.h"

/* n plus these members of an object. */
static int64_t
sum(int64_t n, const struct json *o, const char *const keys[])
{
	for (; *keys != NULL; keys++)
		n = state_usage(n, json_int(o, *keys, 0));
	return n;
}

static const char *const turn_in[] = { "input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens", NULL };
static const char *const turn_out[] = { "output_tokens", NULL };

/* A response comes in parts, each with the same usage.  Only the partial messages have all of its output tokens. */
void
claude_response(struct agent_run *run, const struct json *message)
{
	const struct json *usage = json_get(message, "usage");
	const char *id = json_words(message, "id");

	if (strcmp(run->response, id) == 0)
		return;
	strlcpy(run->response, id, sizeof(run->response));
	run->seen_input = sum(run->seen_input, usage, turn_in);
	if (!run->partial)
		run->seen_output = sum(run->seen_output, usage, turn_out);
}

void
claude_part(struct agent_run *run, const struct json *part)
{
	if (strcmp(json_words(part, "type"), "message_delta") == 0)
		run->seen_output = sum(run->seen_output, json_get(part, "usage"), turn_out);
}

/* Counts the tools that a message calls, or whose results it has. */
void
claude_calls(struct agent_run *run, const struct json *message)
{
	const struct json *content = json_get(message, "content");
	const char *type;

	for (size_t i = 0; json_kind(content) == JSON_ARRAY && i < json_count(content); i++) {
		type = json_words(json_at(content, i), "type");
		event_calls(run, (strcmp(type, "tool_use") == 0) - (strcmp(type, "tool_result") == 0));
		run->between = run->calls == 0 && strcmp(type, "tool_result") == 0;
	}
}

/*
 * Cost and modelUsage count the whole run, including sub-agents, and grow
 * from one result to the next; usage counts one turn of the main
 * conversation.
 */
void
claude_usage(struct agent_run *run, const struct json *event)
{
	static const char *const model_in[] = { "inputTokens", "cacheReadInputTokens",
		"cacheCreationInputTokens", NULL };
	static const char *const model_out[] = { "outputTokens", NULL };
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
