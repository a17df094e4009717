/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/text.h"
#include "proto/json/field.h"
#include "proto/json/json.h"
#include "proto/json/json_scan.h"
#include "proto/json/record.h"
#include "proto/plan/tasklist.h"

static void
read_history(struct task *t, struct field *f)
{
	size_t n = field_count(f, "history", TASK_MAX_HISTORY);

	if (n > 0 && (t->history = calloc(n, sizeof(*t->history))) == NULL)
		err(1, NULL);
	for (; t->nhistory < n; t->nhistory++) {
		struct task_change *c = &t->history[t->nhistory];
		struct field in = field_at(f, "history", t->nhistory);

		field_need(&in, "from");
		field_need(&in, "to");
		field_need(&in, "by");
		c->at = field_time(&in, "at");
		c->from = (enum task_status)field_name(&in, "from", task_status_parse, TASK_PENDING);
		c->to = (enum task_status)field_name(&in, "to", task_status_parse, TASK_PENDING);
		c->by = field_text(&in, "by", TASK_MAX_AUTHOR);
		c->reason = field_text(&in, "reason", TASK_MAX_REASON);
	}
}

void
task_read(struct task *t, struct field *f)
{
	item_read(&t->item, f);
	t->parallelizable = !field_has(f, "parallelizable") || field_bool(f, "parallelizable");
	field_id(f, "stream", t->stream, sizeof(t->stream), item_id_valid);
	field_id(f, "phase", t->phase, sizeof(t->phase), task_phase_valid);
	t->claimed = field_bool(f, "claimed");
	t->status = (enum task_status)field_name(f, "status", task_status_parse, TASK_PENDING);
	field_id(f, "session", t->session, sizeof(t->session), session_id_valid);
	t->created_at = field_time(f, "created_at");
	t->unblocks = field_int(f, "unblocks", 0, TASK_MAX_UNBLOCKS, 0);
	read_history(t, f);
}

/* The id is checked once more with the whole of the task: the hash needs it first. */
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
read_source(struct tasklist *l, struct field *f)
{
	struct field in;

	if (!field_has(f, "source"))
		return;
	in = field_in(f, "source");
	field_need(&in, "kind");
	l->source.kind = field_text(&in, "kind", SESSION_ID_MAX);
	l->source.project = field_text(&in, "project", TASKLIST_MAX_NAME);
}

static void
read_list(struct tasklist *l, struct field *f)
{
	const struct json *tasks = json_get(f->o, "tasks");
	size_t n;

	field_need(f, "id");
	field_need(f, "name");
	field_need(f, "tasks");
	field_id(f, "id", l->id, sizeof(l->id), tasklist_id_valid);
	l->name = field_text(f, "name", TASKLIST_MAX_NAME);
	if (l->name != NULL && !tasklist_name_valid(l->name))
		field_fail(f, "name", "must be one line of text");
	read_source(l, f);
	l->created_at = field_time(f, "created_at");
	l->updated_at = field_time(f, "updated_at");
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

/* What is as it is when nothing is said stays unsaid: a list has many tasks. */
static void
put_text(struct json *o, const char *key, const char *s, size_t max)
{
	if (s == NULL || s[0] == '\0')
		json_drop(o, key);
	else
		record_put(o, key, s, max);
}

static void
put_list(struct json *o, const char *key, const struct strings *list)
{
	if (list->n == 0)
		json_drop(o, key);
	else
		json_put(o, key, strings_json(list));
}

static void
put_int(struct json *o, const char *key, int64_t v, int64_t dflt)
{
	if (v == dflt)
		json_drop(o, key);
	else
		json_put_int(o, key, v);
}

static struct json *
history_json(const struct task *t)
{
	struct json *list = json_new_array(), *o;

	for (size_t i = 0; i < t->nhistory; i++) {
		const struct task_change *c = &t->history[i];

		o = json_new_object();
		record_put_time(o, "at", c->at);
		json_put_str(o, "from", task_status_name(c->from));
		json_put_str(o, "to", task_status_name(c->to));
		record_put(o, "by", c->by, TASK_MAX_AUTHOR);
		put_text(o, "reason", c->reason, TASK_MAX_REASON);
		json_append(list, o);
	}
	return list;
}

struct json *
task_json(const struct task *t)
{
	const struct item *it = &t->item;
	struct json *o = it->raw == NULL ? json_new_object() : json_copy(it->raw), *limits;

	json_put_str(o, "id", it->id);
	record_put(o, "title", it->title, ITEM_MAX_TITLE);
	json_put_str(o, "status", task_status_name(t->status));
	put_text(o, "description", it->description, ITEM_MAX_TEXT);
	put_text(o, "acceptance", it->acceptance, ITEM_MAX_TEXT);
	put_int(o, "priority", it->priority, 2);
	put_list(o, "depends_on", &it->depends_on);
	put_text(o, "agent_type", it->agent_type, SESSION_ID_MAX);
	put_list(o, "allowed_paths", &it->allowed_paths);
	put_list(o, "forbidden_paths", &it->forbidden_paths);
	put_list(o, "outputs", &it->outputs);
	put_int(o, "estimate", it->estimate, 0);
	put_int(o, "timeout", it->timeout, 0);
	if ((limits = limits_item_json(&it->limits)) != NULL)
		json_put(o, "limits", limits);
	else
		json_drop(o, "limits");
	if (t->parallelizable)
		json_drop(o, "parallelizable");
	else
		json_put_bool(o, "parallelizable", false);
	put_text(o, "stream", t->stream, SESSION_ID_MAX - 1);
	put_text(o, "phase", t->phase, TASK_PHASE_MAX);
	if (it->parts.n > 0)
		json_put(o, "tasks", parts_json(&it->parts));
	else
		json_drop(o, "tasks");
	put_text(o, "worktree", it->worktree, ITEM_MAX_PATH);
	if (t->claimed)
		json_put_bool(o, "claimed", true);
	else
		json_drop(o, "claimed");
	put_text(o, "session", t->session, SESSION_ID_MAX - 1);
	record_put_time(o, "created_at", t->created_at);
	put_int(o, "unblocks", t->unblocks, 0);
	if (t->nhistory == 0)
		json_drop(o, "history");
	else
		json_put(o, "history", history_json(t));
	return o;
}

/* An upper bound of the values in it, which is what the reader counts. */
static size_t
values(const char *s, size_t len)
{
	size_t n = 1;

	for (size_t i = 0; i < len; i++)
		n += s[i] == ',' || s[i] == '{' || s[i] == '[';
	return n;
}

static struct json *
source_json(const struct tasklist *l)
{
	struct json *o = json_new_object();

	json_put_str(o, "kind", l->source.kind);
	put_text(o, "project", l->source.project, TASKLIST_MAX_NAME);
	return o;
}

char *
tasklist_text(const struct tasklist *l, size_t *len, char *err, size_t errlen)
{
	struct json *o = record_begin(l->raw), *tasks = json_new_array();
	char *text;

	json_put_str(o, "id", l->id);
	record_put(o, "name", l->name, TASKLIST_MAX_NAME);
	if (l->source.kind != NULL)
		json_put(o, "source", source_json(l));
	record_put_time(o, "created_at", l->created_at);
	record_put_time(o, "updated_at", l->updated_at);
	for (size_t i = 0; i < l->n; i++)
		json_append(tasks, l->v[i].changed || l->v[i].item.raw == NULL ?
		    task_json(&l->v[i]) : json_ref(l->v[i].item.raw));
	json_put(o, "tasks", tasks);
	text = record_end(o, len);
	if (*len <= TASKLIST_MAX_RECORD && values(text, *len) <= JSON_LARGE_VALUES)
		return text;
	snprintf(err, errlen, "the list would have %zu bytes, %u are the limit; begin another one",
	    *len, TASKLIST_MAX_RECORD);
	free(text);
	return NULL;
}
