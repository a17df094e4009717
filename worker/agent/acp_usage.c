/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "proto/json/json.h"
#include "proto/record/state.h"
#include "worker/agent/acp.h"
#include "worker/agent/agent.h"
#include "worker/agent/event.h"

void
acp_tokens(struct agent_run *run, const struct json *u)
{
	int64_t in = 0, out = 0;

	acp_usage(u, &in, &out);
	run->input_tokens = state_usage(run->input_tokens, in);
	run->output_tokens = state_usage(run->output_tokens, out);
	run->estimated = run->estimated && in == 0 && out == 0;
}

void
acp_context(struct agent_run *run, struct acp_shown *s, int64_t size)
{
	run->estimated = run->input_tokens == 0 && run->output_tokens == 0;
	if (size <= s->context)
		return;
	run->seen_input = state_usage(run->seen_input, size - s->context);
	s->context = size;
}

void
acp_call(struct agent_run *run, struct acp_shown *s, const struct json *u)
{
	const char *status = json_words(u, "status");

	event_calls(run, strcmp(json_words(u, "sessionUpdate"), "tool_call") == 0);
	if (strcmp(status, "completed") != 0 && strcmp(status, "failed") != 0)
		return;
	event_calls(run, -1);
	run->between = run->calls == 0;
	s->context = 0;
}
