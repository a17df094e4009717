/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "proto/base/text.h"
#include "proto/json/json.h"
#include "proto/session/caps.h"
#include "worker/agent/acp.h"
#include "worker/agent/event.h"

#define LINES	4	/* shown of a tool's output */

void
acp_show_rest(struct acp_shown *s, const struct text *message, struct text *out)
{
	event_words(message, &s->shown, true, out);
	s->over = true;
}

/* Words come in pieces: whole lines are shown. */
static void
take_words(struct acp_shown *s, const char *words, struct text *message, struct text *out)
{
	if (s->over) {
		text_clear(message);
		s->shown = 0;
	}
	s->over = false;
	s->last = message->len;
	if (message->len < SESSION_MAX_TEXT)
		text_add(message, words, strnlen(words, SESSION_MAX_TEXT - message->len));
	event_words(message, &s->shown, false, out);
}

/* The input of a call may come after its beginning; at its end it is shown as it is. */
static void
show_call(struct acp_shown *s, const struct json *u, bool ends, struct text *out)
{
	static const char *const telling[] = { "command", "file_path", "filePath", "path", "pattern", "url", "query" };
	const struct json *input = json_get(u, "rawInput");
	const char *title = json_str(u, "title"), *text = NULL;
	const char *id = json_words(u, "toolCallId");
	char *what;

	if (strcmp(id, s->call) == 0)
		return;
	for (size_t i = 0; text == NULL && i < sizeof(telling) / sizeof(telling[0]); i++)
		text = json_str(input, telling[i]);
	if (text == NULL && json_count(input) == 0 && !ends)
		return;
	strlcpy(s->call, id, sizeof(s->call));
	if (title == NULL || (text != NULL && strncmp(title, text, strlen(title)) == 0))
		title = json_words(u, "kind");
	what = text_format("-> %.60s%s", title, *title != '\0' && text != NULL ? ": " : "");
	event_show(out, what, text != NULL ? text : "", 1);
	free(what);
}

static void
show_output(const struct json *u, struct text *out)
{
	const char *mark = strcmp(json_words(u, "status"), "failed") == 0 ? "<- error: " : "<- ", *text;
	const struct json *content = json_get(u, "content"), *raw = json_get(u, "rawOutput");
	bool any = false;

	for (size_t i = 0; i < json_count(content); i++)
		if ((text = json_str(json_get(json_at(content, i), "content"), "text")) != NULL) {
			event_show(out, mark, text, LINES);
			any = true;
		}
	text = json_string(raw) != NULL ? json_string(raw) : json_str(raw, "aggregated_output") != NULL ?
	    json_str(raw, "aggregated_output") : json_words(raw, "output");
	if (!any && *text != '\0')
		event_show(out, mark, text, LINES);
}

void
acp_show(struct acp_shown *s, const struct json *u, struct text *message, struct text *out)
{
	const char *kind = json_words(u, "sessionUpdate"), *status = json_words(u, "status");
	bool ends = strcmp(status, "completed") == 0 || strcmp(status, "failed") == 0;

	if (strcmp(kind, "agent_message_chunk") == 0) {
		take_words(s, json_words(json_get(u, "content"), "text"), message, out);
		return;
	}
	if (strncmp(kind, "tool_call", 9) != 0)
		return;
	acp_show_rest(s, message, out);
	show_call(s, u, ends, out);
	if (ends)
		show_output(u, out);
}
