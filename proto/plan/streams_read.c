/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/text.h"
#include "proto/json/field.h"
#include "proto/json/json.h"
#include "proto/json/record.h"
#include "proto/plan/streams.h"
#include "proto/plan/tasklist.h"

#define NAME_MAX_BYTES	(TASKLIST_MAX_NAME / 2)	/* the name of its list contains the id too */
#define MINUTES_MAX	100000
#define MINUTE		(60 * INT64_C(1000))
#define ATTEMPTS_MAX	1000
#define RECOVERIES_MAX	100	/* limit for an item; with more the recoveries would practically never end */

/* A task is an object as in a task list, or a string: "ID: TITLE", or a title. */
static struct json *
task_object(const struct json *v, size_t i)
{
	const char *text = json_string(v), *title;
	struct json *o = text == NULL && json_kind(v) == JSON_OBJECT ? json_copy(v) :
	    json_new_object();
	char id[SESSION_ID_MAX];

	snprintf(id, sizeof(id), "task-%zu", i + 1);
	if (text != NULL) {
		if ((title = strchr(text, ':')) != NULL && title[1] == ' ' &&
		    (size_t)(title - text) < sizeof(id)) {
			snprintf(id, sizeof(id), "%.*s", (int)(title - text), text);
			title += 1 + strspn(title + 1, " ");
		}
		if (title == NULL || !item_id_valid(id) || title[0] == '\0') {
			snprintf(id, sizeof(id), "task-%zu", i + 1);
			title = text;
		}
		json_put_str(o, "title", title);
	}
	if (json_get(o, "id") == NULL)
		json_put_str(o, "id", id);
	return o;
}

static void
read_tasks(struct stream *one, struct field *f)
{
	size_t n = field_count(f, "tasks", PARTS_MAX), good;
	const struct json *all = json_get(one->raw, "tasks");

	if (n > 0 && (one->task = calloc(n, sizeof(*one->task))) == NULL)
		err(1, NULL);
	for (size_t i = 0; i < n; i++) {
		struct item *it = &one->task[i];
		char what[SESSION_ID_MAX + 32];
		struct field in;

		it->raw = task_object(json_at(all, i), i);
		snprintf(what, sizeof(what), "%s: tasks[%zu]", f->what, i);
		in = field_begin_all(it->raw, what, f->all);
		good = f->all->n;
		item_read(it, &in);
		if (f->all->n > good) {
			item_release(it);
			continue;
		}
		for (size_t k = 0; k < one->ntask; k++)
			if (strcmp(one->task[k].id, it->id) == 0)
				streams_problem(f->all, "%s: two tasks have the id %s; give one "
				    "another id", f->what, it->id);
		if (it->title == NULL)
			it->title = text_format("%s", it->id);
		if (&one->task[one->ntask] != it) {
			one->task[one->ntask] = *it;
			memset(it, 0, sizeof(*it));
		}
		one->ntask++;
	}
}

/* Reads the members of an item, except those that a stream expresses differently. */
static void
read_own(struct stream *one, struct field *f)
{
	struct item *it = &one->own;

	it->description = field_text(f, "description", ITEM_MAX_TEXT);
	it->acceptance = field_text(f, "acceptance", ITEM_MAX_TEXT);
	it->agent_type = field_text(f, "agent_type", SESSION_ID_MAX);
	if (it->agent_type != NULL && !item_id_valid(it->agent_type))
		field_fail(f, "agent_type", "is not a valid name");
	one->says_priority = field_has(f, "priority");
	it->priority = field_int(f, "priority", 0, 4, 2);
	field_strings(f, "allowed_paths", ITEM_MAX_LIST, ITEM_MAX_PATH, &it->allowed_paths);
	field_strings(f, "forbidden_paths", ITEM_MAX_LIST, ITEM_MAX_PATH, &it->forbidden_paths);
	field_strings(f, "outputs", ITEM_MAX_LIST, ITEM_MAX_PATH, &it->outputs);
	it->estimate = field_int(f, "estimate", 0, ITEM_MAX_MINUTES, 0);
	it->timeout = field_int(f, "timeout", 0, ITEM_MAX_MINUTES, 0);
}

static void
read_dependencies(struct stream *one, struct field *f)
{
	struct strings other = { 0 };

	field_strings(f, "dependencies", STREAMS_MAX, SESSION_ID_MAX - 1, &one->depends_on);
	field_strings(f, "streamDependencies", STREAMS_MAX, SESSION_ID_MAX - 1, &other);
	for (size_t i = 0; i < other.n; i++)
		if (!strings_has(&one->depends_on, other.v[i]))
			strings_add(&one->depends_on, other.v[i]);
	strings_free(&other);
}

static void
read_stream(struct streams *s, const struct json *o, size_t i, struct strings *problems)
{
	char where[32];
	const char *id = json_str(o, "streamId");
	struct stream *one;
	struct field f;

	/* without an id its place stands for it, so that its other faults are found too */
	if (id == NULL || !item_id_valid(id)) {
		snprintf(where, sizeof(where), "streams[%zu]", i);
		streams_problem(problems, "%s: \"streamId\" must be an id: letters, digits, \".\", \"_\", "
		    "\"-\"", where);
		id = where;
	}
	one = streams_add(s, id);
	one->raw = json_copy(o);
	f = field_begin_all(one->raw, one->id, problems);
	field_need(&f, "streamPhase");
	one->phase = (enum stream_phase)field_name(&f, "streamPhase", stream_phase_parse,
	    STREAM_PARALLEL);
	one->name = field_text(&f, "streamName", ITEM_MAX_TITLE);
	one->total = field_int(&f, "totalTasks", 0, TASKLIST_MAX_TASKS, 0);
	one->completed = field_int(&f, "completedTasks", 0, TASKLIST_MAX_TASKS, 0);
	read_dependencies(one, &f);
	one->root = field_text(&f, "projectRoot", ITEM_MAX_PATH);
	one->worktree = field_text(&f, "worktreePath", ITEM_MAX_PATH);
	read_own(one, &f);
	read_tasks(one, &f);
	if (one->name == NULL)
		one->name = text_format("%s", one->id);
}

static void
read_recovery(struct streams *s, struct field *f)
{
	struct session_limits *l = &s->recovery;
	struct field in;
	int64_t n;

	if (!field_has(f, "contextRecovery"))
		return;
	in = field_in(f, "contextRecovery");
	l->stall = field_int(&in, "stallTimeoutMinutes", 1, MINUTES_MAX, 0) * MINUTE;
	if ((n = field_int(&in, "maxRecoveryAttempts", 0, ATTEMPTS_MAX, 0)) > RECOVERIES_MAX)
		n = RECOVERIES_MAX;
	if (field_has(&in, "maxRecoveryAttempts"))
		l->recoveries = n == 0 ? LIMIT_NONE : n;
	if (!field_bool(&in, "autoRecoveryEnabled") && field_has(&in, "autoRecoveryEnabled"))
		l->recoveries = LIMIT_NONE;
}

static void
read_initiative(struct streams *s, struct field *f)
{
	struct field in;

	if (!field_has(f, "initiative"))
		return;
	in = field_in(f, "initiative");
	s->initiative = field_text(&in, "id", SESSION_ID_MAX - 1);
	s->name = field_text(&in, "name", NAME_MAX_BYTES);
	if ((s->initiative != NULL && !tasklist_name_valid(s->initiative)) ||
	    (s->name != NULL && !tasklist_name_valid(s->name)))
		field_fail(f, "initiative", "must have texts of one line");
}

static void
read_plan(struct streams *s, struct field *f)
{
	struct field in;

	if (!(s->planned = field_has(f, "executionPlan")))
		return;
	in = field_in(f, "executionPlan");
	for (int p = 0; p < STREAM_PHASES; p++)
		field_strings(&in, stream_phase_name((enum stream_phase)p), STREAMS_MAX,
		    SESSION_ID_MAX - 1, &s->plan[p]);
}

static void
read_rest(struct streams *s, struct field *f)
{
	s->generated = field_text(f, "generatedAt", 64);
	s->endpoint = field_text(f, "apiEndpoint", ITEM_MAX_PATH);
	field_id(f, "taskList", s->list, sizeof(s->list), tasklist_id_valid);
}

/* Accepts "1.0", its later minor versions, and 1. */
static bool
check_version(const struct json *v, struct strings *problems)
{
	const char *s = json_string(v);

	if (json_integer(v, 0) == 1 || (s != NULL && s[0] == '1' && (s[1] == '\0' || s[1] == '.')))
		return true;
	streams_problem(problems, "its \"version\" is %s; \"" STREAMS_VERSION "\" is what is known here",
	    v == NULL ? "missing" : "another one");
	return false;
}

int
streams_parse(struct streams *s, const char *buf, size_t len, struct strings *problems)
{
	const struct json *list;
	char why[RECORD_ERR];
	struct field f;

	memset(s, 0, sizeof(*s));
	s->raw = json_parse(buf, len, 0, why, sizeof(why));
	if (json_kind(s->raw) != JSON_OBJECT)
		streams_problem(problems, "not a JSON object: %s; repair it, or make a new one with orchestrator generate "
		    "--force", s->raw == NULL ? why : "another value");
	if (json_kind(s->raw) != JSON_OBJECT || !check_version(json_get(s->raw, "version"), problems)) {
		json_free(s->raw);
		s->raw = NULL;
		return -1;
	}
	f = field_begin_all(s->raw, "the file", problems);
	read_rest(s, &f);
	read_initiative(s, &f);
	read_recovery(s, &f);
	read_plan(s, &f);
	field_count(&f, "streams", STREAMS_MAX);
	list = json_get(s->raw, "streams");
	for (size_t i = 0; json_kind(list) == JSON_ARRAY && i < json_count(list) && i < STREAMS_MAX; i++)
		read_stream(s, json_at(list, i), i, problems);
	streams_take_own(s);
	return 0;
}
