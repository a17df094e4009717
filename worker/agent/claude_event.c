/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/text.h"
#include "proto/json/json.h"
#include "worker/agent/claude_event.h"

#define SHOWN		400	/* bytes shown of a tool's input or output */
#define SHOWN_LINES	4	/* lines of a tool's output */

/* The code unit of an escape \uXXXX, -1 if it is not one. */
static long
unit_at(const char *p, const char *end)
{
	char hex[5] = "";

	if (end - p < 6 || p[0] != '\\' || p[1] != 'u')
		return -1;
	memcpy(hex, p + 2, 4);
	return strspn(hex, "0123456789abcdefABCDEF") == 4 ? strtol(hex, NULL, 16) : -1;
}

/* A tool's output may contain NUL and half characters, which our JSON does not allow. */
static void
repair(struct text *t, const char *p, const char *end)
{
	const char *next;
	long unit, low;

	for (; p < end; p = next) {
		next = memchr(p, '\\', (size_t)(end - p));
		if (next != p) {
			next = next != NULL ? next : end;
			text_add(t, p, (size_t)(next - p));
			continue;
		}
		unit = unit_at(p, end);
		low = unit >= 0xd800 && unit < 0xdc00 ? unit_at(p + 6, end) : -1;
		next = p + (unit == -1 ? 2 : low >= 0xdc00 && low < 0xe000 ? 12 : 6);
		if (unit == 0 || (next == p + 6 && unit >= 0xd800 && unit < 0xe000))
			text_puts(t, "\\ufffd");
		else
			text_add(t, p, (size_t)((next < end ? next : end) - p));
	}
}

struct json *
claude_event_parse(const char *line, size_t len)
{
	struct text t = { 0 };
	struct json *event;
	char err[128];

	event = json_parse(line, len, 0, err, sizeof(err));
	if (event == NULL && len > 0 && line[0] == '{') {
		repair(&t, line, line + len);
		event = json_parse(t.buf, t.len, 0, err, sizeof(err));
		text_free(&t);
	}
	return event;
}

/* The beginning of a text, cut between characters; later lines are indented. */
static void
show(struct text *out, const char *what, const char *text, int lines)
{
	size_t left = SHOWN, n, cut;

	text_puts(out, what);
	for (;;) {
		n = cut = strcspn(text, "\n");
		if (cut > left)
			cut = text_cut(text, left);
		text_add(out, text, cut);
		left -= cut;
		text += cut;
		if (text[strspn(text, " \t\r\n")] == '\0') {
			text_puts(out, "\n");
			return;
		}
		if (cut < n || --lines == 0) {
			text_puts(out, " ...\n");
			return;
		}
		text_puts(out, "\n   ");
		text++;
	}
}

static void
show_json(struct text *out, const char *what, const struct json *value)
{
	char *text;
	size_t len;

	text = json_text(value, false, &len);
	show(out, what, text, 1);
	free(text);
}

/* A tool's call in one line: the most telling part of its input. */
static void
render_call(const struct json *block, struct text *out)
{
	static const char *const telling[] = { "command", "file_path", "notebook_path", "pattern",
		"url", "query", "description", "prompt" };
	const struct json *input = json_get(block, "input");
	const char *name = json_str(block, "name"), *text = NULL;
	char what[80];
	size_t i;

	snprintf(what, sizeof(what), "-> %.60s: ", name != NULL ? name : "tool");
	for (i = 0; text == NULL && i < sizeof(telling) / sizeof(telling[0]); i++)
		text = json_str(input, telling[i]);
	if (text != NULL)
		show(out, what, text, 1);
	else
		show_json(out, what, input);
}

static void
render_result(const struct json *block, struct text *out)
{
	const char *what = json_bool(block, "is_error", false) ? "<- error: " : "<- ", *text;
	const struct json *content = json_get(block, "content"), *part;
	size_t i, n = json_kind(content) == JSON_ARRAY ? json_count(content) : 0;

	if (json_string(content) != NULL)
		show(out, what, json_string(content), SHOWN_LINES);
	for (i = 0; i < n; i++) {
		part = json_at(content, i);
		text = json_str(part, "text");
		if (text == NULL)
			text = json_str(part, "type");
		show(out, what, text != NULL ? text : "", SHOWN_LINES);
	}
}

static void
render_message(const struct json *event, struct text *out)
{
	const struct json *content = json_get(json_get(event, "message"), "content"), *block;
	const char *type, *text;
	size_t i, n = json_kind(content) == JSON_ARRAY ? json_count(content) : 0;

	if (json_string(content) != NULL)
		show(out, "", json_string(content), SHOWN_LINES);
	for (i = 0; i < n; i++) {
		block = json_at(content, i);
		type = json_str(block, "type");
		text = json_str(block, "text");
		if (type == NULL)
			continue;
		if (strcmp(type, "text") == 0 && text != NULL)
			text_printf(out, "%s\n", text);
		else if (strcmp(type, "tool_use") == 0)
			render_call(block, out);
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
		show(out, "<- ", s, 1);
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
