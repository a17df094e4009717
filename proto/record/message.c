/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <stdlib.h>
#include <string.h>

#include "proto/base/array.h"
#include "proto/json/field.h"
#include "proto/json/json.h"
#include "proto/json/record.h"
#include "proto/record/message.h"
#include "proto/record/question.h"

#define MAX_TASKS	1000000

static const struct {
	const char	*kind;
	const char	*text;		/* the member that holds the text */
	bool		 needed;	/* must be present and not empty */
} kinds[] = {
	[MESSAGE_ASK] = { "ask", "question", true },
	[MESSAGE_PROGRESS] = { "progress", "note", false },
	[MESSAGE_VERDICT] = { "verdict", "findings", false },
	[MESSAGE_SUMMARY] = { "summary", "text", true },
	[MESSAGE_BLOCKED] = { "blocked", "reason", false },
};
ARRAY_WHOLE(kinds, MESSAGE_KINDS);

const char *
message_kind_name(enum message_kind kind)
{
	return (kinds[kind].kind);
}

static int
kind_parse(const char *name)
{
	for (int i = 0; i < MESSAGE_KINDS; i++)
		if (strcmp(kinds[i].kind, name) == 0)
			return (i);
	return (-1);
}

static void
read_message(struct message *m, struct field *f)
{
	const char *text;

	field_need(f, "kind");
	m->kind = (enum message_kind)field_name(f, "kind", kind_parse, MESSAGE_ASK);
	text = kinds[m->kind].text;
	if (kinds[m->kind].needed)
		field_need(f, text);
	m->text = field_text(f, text, SESSION_MAX_TEXT);
	if (m->text != NULL && m->text[strspn(m->text, " \t\r\n")] == '\0') {
		if (kinds[m->kind].needed || m->kind == MESSAGE_BLOCKED)
			field_fail(f, text, "is empty");
	}
	if (m->kind == MESSAGE_ASK) {
		field_strings(f, "options", SESSION_MAX_OPTIONS, QUESTION_MAX_OPTION,
		    &m->options);
		m->deferred = field_bool(f, "deferred");
	} else if (m->kind == MESSAGE_PROGRESS) {
		field_need(f, "done");
		field_need(f, "total");
		m->total = field_int(f, "total", 0, MAX_TASKS, 0);
		m->done = field_int(f, "done", 0, m->total, 0);
	} else if (m->kind == MESSAGE_VERDICT) {
		m->verdict = (enum verdict)field_name(f, "verdict", verdict_parse, VERDICT_NONE);
		if (m->verdict == VERDICT_NONE)
			field_fail(f, "verdict", "must be \"approved\" or \"rejected\"");
	}
}

int
message_parse(struct message *m, const char *buf, size_t len, char *err, size_t errlen)
{
	struct field f;
	struct json *o;

	memset(m, 0, sizeof(*m));
	if ((o = record_open("message", buf, len, err, errlen)) == NULL)
		return (-1);
	f = field_begin(o, "message", err, errlen);
	read_message(m, &f);
	json_free(o);
	if (!field_bad(&f))
		return (0);
	message_release(m);
	return (-1);
}

char *
message_text(const struct message *m, size_t *len)
{
	struct json *o = record_begin(NULL);

	json_put_str(o, "kind", kinds[m->kind].kind);
	if (m->kind == MESSAGE_PROGRESS) {
		json_put_int(o, "done", m->done);
		json_put_int(o, "total", m->total);
	} else if (m->kind == MESSAGE_VERDICT)
		json_put_str(o, "verdict", verdict_name(m->verdict));
	record_put(o, kinds[m->kind].text, m->text, SESSION_MAX_TEXT);
	if (m->kind == MESSAGE_ASK)
		json_put(o, "options", strings_json(&m->options));
	if (m->deferred)
		json_put_bool(o, "deferred", true);
	return (record_end(o, len));
}

void
message_release(struct message *m)
{
	free(m->text);
	strings_free(&m->options);
	memset(m, 0, sizeof(*m));
}
