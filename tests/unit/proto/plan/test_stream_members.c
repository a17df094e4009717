/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a stream, or a task of it, may say of an item is read, reaches the task of the stream, and is in the schema. */
#include "tests/unit/scratch.h"

#include "proto/base/text.h"
#include "proto/plan/streams.h"
#include "proto/plan/tasklist.h"
#include "proto/session/layout.h"
#include "tests/unit/item_member.h"

/* Members of an item that a stream has by other names, or not at all. */
static const char *const not_of_a_stream[] = { "id", "title", "depends_on", "no_change", "worktree", "limits", "budget",
    "urls", NULL };
/* A stream does its tasks in the order of the file, in one worktree, within its own limits. */
static const char *const not_of_its_tasks[] = { "depends_on", "no_change", "tasks", "worktree", "limits", "budget", "urls",
    NULL };

/* The task of a stream that says this member, or whose task does. */
static char *
task_of(const struct member *own, const struct member *of_task)
{
	static const char plain[] = "{\"streamId\": \"A\", \"streamPhase\": \"foundation\"}";
	char err[256], *one, *text;
	struct json *stream = json_parse(plain, strlen(plain), 0, err, sizeof(err)), *o = json_new_object();
	struct json *tasks = json_new_array();
	struct strings problems = { 0 };
	struct tasklist l;
	struct streams s;

	json_put_str(o, "id", "a");
	if (of_task != NULL)
		item_put(o, of_task);
	json_append(tasks, o);
	json_put(stream, "tasks", tasks);
	if (own != NULL)
		item_put(stream, own);
	one = json_text(stream, false, NULL);
	json_free(stream);
	text = text_format("{\"version\": \"1.0\", \"initiative\": {\"id\": \"I\", \"name\": \"N\"}, \"streams\": [%s]}", one);
	free(one);
	streams_parse(&s, text, strlen(text), &problems);
	if (problems.n > 0)
		fail_msg("%s", problems.v[0]);
	free(text);
	tasklist_make(&l, "list");
	assert_non_null(tasklist_add(&l, "A", NULL, err, sizeof(err)));
	streams_task(&s, 0, &l.v[0]);
	o = task_json(&l.v[0]);
	json_put(o, "created_at", NULL);
	text = json_text(o, false, NULL);
	json_free(o);
	tasklist_release(&l);
	streams_release(&s);
	return text;
}

static bool
within(const char *const *names, const char *key)
{
	for (; *names != NULL; names++)
		if (strcmp(*names, key) == 0)
			return true;
	return false;
}

/* Compares what changes the task with what the schema has. */
static void
compare(const char *what, bool of_task, const char *const *without, const struct json *schema)
{
	char *plain = task_of(NULL, NULL), *text;

	assert_true(json_count(schema) > 0);
	for (const struct member *m = item_record.members; m->key != NULL; m++) {
		bool known = json_get(schema, m->key) != NULL, changes;

		text = of_task ? task_of(NULL, m) : task_of(m, NULL);
		changes = strcmp(text, plain) != 0;
		free(text);
		if (!changes && !within(without, m->key))
			fail_msg("%s of %s is lost: copy it in streams_read.c, streams_take.c and streams_make.c, or name it "
			    "in the list in this test", m->key, what);
		if (changes && within(without, m->key))
			fail_msg("%s of %s is copied: take it out of the list in this test", m->key, what);
		if (changes != known)
			fail_msg("%s of %s is %s orchestration-config.schema.json", m->key, what,
			    known ? "ignored, but in" : "copied, but not in");
	}
	free(plain);
}

static void
no_member_of_a_stream_or_its_tasks_is_lost(void **state)
{
	char *buf, err[256];
	struct json *schema;
	const struct json *stream, *task;
	size_t len;

	(void)state;
	assert_int_equal(file_read(AT_FDCWD, "man/schema/orchestration-config.schema.json", STREAMS_RECORD, &buf, &len), 0);
	assert_non_null(schema = json_parse(buf, len, 0, err, sizeof(err)));
	free(buf);
	stream = json_get(json_get(json_get(json_get(schema, "properties"), "streams"), "items"), "properties");
	task = json_at(json_get(json_get(json_get(stream, "tasks"), "items"), "anyOf"), 1);
	compare("a stream", false, not_of_a_stream, stream);
	compare("a stream's task", true, not_of_its_tasks, json_get(task, "properties"));
	json_free(schema);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_member_of_a_stream_or_its_tasks_is_lost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
