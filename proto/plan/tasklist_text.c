/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/text.h"
#include "proto/json/json_scan.h"
#include "proto/json/member.h"
#include "proto/json/record.h"
#include "proto/plan/tasklist.h"

static const struct member change[] = {
	{ "at", MEMBER(TIME, struct task_change, at) },
	{ "from", MEMBER(NAME, struct task_change, from), .flags = MEMBER_NEEDED, .parse = task_status_parse,
	    .name = task_status_name },
	{ "to", MEMBER(NAME, struct task_change, to), .flags = MEMBER_NEEDED, .parse = task_status_parse,
	    .name = task_status_name },
	{ "by", MEMBER(TEXT, struct task_change, by), .flags = MEMBER_NEEDED, .max = TASK_MAX_AUTHOR },
	{ "reason", MEMBER(TEXT, struct task_change, reason), .flags = MEMBER_LEFT_OUT, .max = TASK_MAX_REASON },
	{ .key = NULL }
}, source[] = {
	{ "kind", MEMBER(TEXT, struct tasklist, source.kind), .flags = MEMBER_NEEDED, .max = TASKLIST_MAX_KIND },
	{ "project", MEMBER(TEXT, struct tasklist, source.project), .flags = MEMBER_LEFT_OUT,
	    .max = TASKLIST_MAX_NAME },
	{ .key = NULL }
}, task[] = {
	{ "parallelizable", MEMBER(BOOL, struct task, parallelizable), .otherwise = true },
	{ "stream", MEMBER(STR, struct task, stream), .valid = item_id_valid },
	{ "phase", MEMBER(STR, struct task, phase), .valid = task_phase_valid },
	{ "claimed", MEMBER(BOOL, struct task, claimed) },
	{ "status", MEMBER(NAME, struct task, status), .parse = task_status_parse, .name = task_status_name },
	{ "session", MEMBER(STR, struct task, session), .valid = session_id_valid },
	{ "created_at", MEMBER(TIME, struct task, created_at) },
	{ "unblocks", MEMBER(INT, struct task, unblocks), .max = TASK_MAX_UNBLOCKS },
	{ "history", MEMBER_OF(struct task, history, nhistory), .max = TASK_MAX_HISTORY, .members = change },
	{ .key = NULL }
}, stream[] = {
	{ "id", MEMBER(STR, struct task_stream, id), .flags = MEMBER_NEEDED, .valid = item_id_valid },
	{ "name", MEMBER(TEXT, struct task_stream, name), .flags = MEMBER_NEEDED, .max = TASKLIST_MAX_NAME,
	    .valid = tasklist_name_valid, .must = "must be one line of text" },
	{ .key = NULL }
}, list[] = {
	{ "id", MEMBER(STR, struct tasklist, id), .flags = MEMBER_NEEDED, .valid = tasklist_id_valid },
	{ "name", MEMBER(TEXT, struct tasklist, name), .flags = MEMBER_NEEDED, .max = TASKLIST_MAX_NAME,
	    .valid = tasklist_name_valid, .must = "must be one line of text" },
	{ "source", MEMBER_OBJECT, .flags = MEMBER_LEFT_OUT, .members = source },
	{ "budget", MEMBER_BUDGET(struct tasklist, budget) },
	{ "created_at", MEMBER(TIME, struct tasklist, created_at) },
	{ "updated_at", MEMBER(TIME, struct tasklist, updated_at) },
	{ "streams", MEMBER_OF(struct tasklist, streams, nstreams), .max = TASKLIST_MAX_STREAMS, .members = stream },
	{ "in_progress", MEMBER(INT, struct tasklist, working), .max = TASKLIST_MAX_TASKS, .otherwise = -1 },
	{ .key = NULL }
};
const struct member *const task_members = task, *const tasklist_members = list;

void
task_read(struct task *t, struct field *f)
{
	item_read(&t->item, f);
	members_read(f, task_members, t);
}

void
tasklist_read_own(struct tasklist *l, struct field *f)
{
	for (const struct member *m = list; m->key != NULL; m++)
		if (strcmp(m->key, "budget") == 0 || strcmp(m->key, "streams") == 0)
			members_read(f, (struct member[]){ *m, { .key = NULL } }, l);
}

/* The id is checked again together with the whole task: the hash needs it first. */
static void
read_task(struct tasklist *l, struct field *f)
{
	char why[RECORD_ERR];
	struct task *t;
	const char *id;

	field_need(f, "id");
	field_need(f, "status");
	if (field_bad(f))
		return;
	if ((id = json_str(f->o, "id")) == NULL)
		field_fail(f, "id", "must be a string");
	else if ((t = tasklist_add(l, id, NULL, why, sizeof(why))) == NULL)
		field_fail(f, "id", "is wrong: %s", why);
	else {
		free(t->item.title);
		memset(t, 0, sizeof(*t));
		task_read(t, f);
		strlcpy(t->item.id, id, sizeof(t->item.id));
		if (t->item.title == NULL)
			t->item.title = text_format("%s", id);
	}
}

static void
read_list(struct tasklist *l, struct field *f)
{
	const struct json *tasks = json_get(f->o, "tasks");
	size_t n;

	members_read(f, tasklist_members, l);
	field_need(f, "tasks");
	n = field_count(f, "tasks", TASKLIST_MAX_TASKS);
	for (size_t i = 0; i < n && !field_bad(f); i++) {
		struct field in = field_at(f, "tasks", i);

		if (!field_bad(&in))
			read_task(l, &in);
		if (!field_bad(&in))
			l->v[i].item.raw = json_ref_at(tasks, i);
	}
}

int
tasklist_parse(struct tasklist *l, const char *buf, size_t len, char *err, size_t errlen)
{
	struct field f;

	memset(l, 0, sizeof(*l));
	l->raw = record_open_as("task list", buf, len, JSON_LARGE, err, errlen);
	if (l->raw == NULL)
		return -1;
	f = field_begin(l->raw, "task list", err, errlen);
	read_list(l, &f);
	if (field_bad(&f)) {
		tasklist_release(l);
		return -1;
	}
	json_drop(l->raw, "tasks");
	return 0;
}

struct json *
task_json(const struct task *t)
{
	const struct item *it = &t->item;
	struct json *o = it->raw == NULL ? json_new_object() : json_copy(it->raw);

	json_put_str(o, "id", it->id);
	record_put(o, "title", it->title, ITEM_MAX_TITLE);
	json_put_str(o, "status", task_status_name(t->status));
	members_put_said(o, item_record.members, it);
	members_put_said(o, task_members, t);
	return o;
}

/* An upper bound on the number of values in the text, which the reader limits. */
static size_t
values(const char *s, size_t len)
{
	size_t n = 1;

	for (size_t i = 0; i < len; i++)
		n += s[i] == ',' || s[i] == '{' || s[i] == '[';
	return n;
}

char *
tasklist_text(const struct tasklist *l, size_t *len, char *err, size_t errlen)
{
	struct json *o = record_begin(l->raw), *tasks = json_new_array();
	int64_t working = 0;
	char *text;

	members_put(o, tasklist_members, l);
	for (size_t i = 0; i < l->n; i++) {
		working += l->v[i].status == TASK_IN_PROGRESS;
		json_append(tasks, l->v[i].changed || l->v[i].item.raw == NULL ?
		    task_json(&l->v[i]) : json_ref(l->v[i].item.raw));
	}
	json_put_int(o, "in_progress", working);
	json_put(o, "tasks", tasks);
	text = record_end(o, len);
	if (*len <= TASKLIST_MAX_RECORD && values(text, *len) <= JSON_LARGE_VALUES)
		return text;
	snprintf(err, errlen, "the list would have %zu bytes, but the limit is %u; start another list",
	    *len, TASKLIST_MAX_RECORD);
	free(text);
	return NULL;
}
