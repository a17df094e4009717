/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/text.h"
#include "proto/json/json.h"
#include "worker/agent/claude_event.h"
#include "worker/agent/event.h"

static void
render_result(const struct json *block, struct text *out)
{
	bool failed = json_bool(block, "is_error", false);
	const struct json *content = json_get(block, "content"), *part;
	const char *text;
	size_t i, n = json_kind(content) == JSON_ARRAY ? json_count(content) : 0;

	if (json_string(content) != NULL)
		event_output(out, failed, json_string(content));
	for (i = 0; i < n; i++) {
		part = json_at(content, i);
		text = json_str(part, "text");
		event_output(out, failed, text != NULL ? text : json_words(part, "type"));
	}
}

static void
render_message(const struct json *event, struct text *out)
{
	const struct json *content = json_get(json_get(event, "message"), "content"), *block;
	const char *type, *text;
	size_t i, n = json_kind(content) == JSON_ARRAY ? json_count(content) : 0;

	if (json_string(content) != NULL)
		event_show(out, "", json_string(content), EVENT_LINES);
	for (i = 0; i < n; i++) {
		block = json_at(content, i);
		type = json_str(block, "type");
		text = json_str(block, "text");
		if (type == NULL)
			continue;
		if (strcmp(type, "text") == 0 && text != NULL)
			text_printf(out, "%s\n", text);
		else if (strcmp(type, "tool_use") == 0)
			event_call(out, json_words(block, "name"), json_get(block, "input"));
		else if (strcmp(type, "tool_result") == 0)
			render_result(block, out);
	}
}

static void
render_system(const struct json *event, struct text *out)
{
	const char *subtype = json_str(event, "subtype"), *s;

	if (subtype == NULL)
		return;
	if (strcmp(subtype, "init") == 0) {
		s = json_str(event, "claude_code_version");
		text_printf(out, "(claude %s", s != NULL ? s : "of unknown version");
		s = json_str(event, "model");
		text_printf(out, ", model %s)\n", s != NULL ? s : "unknown");
	} else if (strcmp(subtype, "api_retry") == 0) {
		s = json_str(event, "error");
		text_printf(out, "(the service: %s, status %lld; try %lld of %lld in %.1f s)\n",
		    s != NULL ? s : "error", (long long)json_int(event, "error_status", 0),
		    (long long)json_int(event, "attempt", 0),
		    (long long)json_int(event, "max_retries", 0),
		    json_real(event, "retry_delay_ms", 0) / 1000);
	} else if (strcmp(subtype, "compact_boundary") == 0) {
		text_puts(out, "(the conversation was compacted)\n");
	} else if (strcmp(subtype, "task_notification") == 0 &&
	    (s = json_str(event, "summary")) != NULL) {
		event_show(out, "<- ", s, 1);
	}
}

void
claude_event_render(const struct json *event, struct text *out)
{
	const char *type = json_str(event, "type");

	if (type == NULL)
		return;
	if (strcmp(type, "assistant") == 0 || strcmp(type, "user") == 0)
		render_message(event, out);
	else if (strcmp(type, "system") == 0)
		render_system(event, out);
}
