/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "tests/unit/scratch.h"

#include "proto/json/json.h"
#include "proto/plan/tasklist.h"

#define HEAD	"{\"version\":1,\"id\":\"tl-abcd1234\",\"name\":\"n\",\"tasks\":["
#define TASK(id) "{\"id\":\"" id "\",\"status\":\"PENDING\"}"

/* man/orchestrator-tasklist.5, STATUS. */
static const bool legal[TASK_STATUS_COUNT][TASK_STATUS_COUNT] = {
	/*			PENDING	IN_PROG	COMPL	BLOCKED	FAILED */
	[TASK_PENDING] =	{ false, true, true, true, false },
	[TASK_IN_PROGRESS] =	{ true, false, true, true, true },
	[TASK_COMPLETE] =	{ true, false, false, false, false },
	[TASK_BLOCKED] =	{ true, true, true, false, true },
	[TASK_FAILED] =		{ true, true, true, false, false },
};

static void
parse(struct tasklist *l, const char *text)
{
	char err[512];

	if (tasklist_parse(l, text, strlen(text), err, sizeof(err)) == -1)
		fail_msg("%s", err);
}

static void
add(struct tasklist *l, const char *id)
{
	char err[512];

	if (tasklist_add(l, id, NULL, err, sizeof(err)) == NULL)
		fail_msg("%s", err);
}

static void
each_change_of_status_is_legal_or_not_as_written(void **state)
{
	struct task t;

	(void)state;
	for (int from = 0; from < TASK_STATUS_COUNT; from++)
		for (int to = 0; to < TASK_STATUS_COUNT; to++) {
			memset(&t, 0, sizeof(t));
			t.status = (enum task_status)from;
			assert_int_equal(task_legal(t.status, (enum task_status)to), legal[from][to]);
			assert_int_equal(task_enter(&t, (enum task_status)to, "me", NULL),
			    legal[from][to] ? 0 : -1);
			assert_int_equal(t.status, legal[from][to] ? to : from);
			assert_int_equal(t.nhistory, legal[from][to]);
			task_release(&t);
		}
}

static void
a_status_follows_from_its_history_or_it_is_said_why_not(void **state)
{
	struct task t = { 0 };
	char why[256];

	(void)state;
	assert_true(task_follows(&t, why, sizeof(why)));
	task_enter(&t, TASK_IN_PROGRESS, "me", NULL);
	task_enter(&t, TASK_COMPLETE, "me", "done");
	assert_true(task_follows(&t, why, sizeof(why)));
	t.status = TASK_PENDING;
	assert_false(task_follows(&t, why, sizeof(why)));
	assert_non_null(strstr(why, "ends in COMPLETE"));
	t.status = TASK_COMPLETE;
	t.history[0].to = TASK_FAILED;	/* never from PENDING */
	assert_false(task_follows(&t, why, sizeof(why)));
	t.history[0].to = TASK_BLOCKED;	/* and then not from IN_PROGRESS */
	assert_false(task_follows(&t, why, sizeof(why)));
	task_release(&t);
}

static void
a_long_history_loses_its_beginning_and_still_follows(void **state)
{
	struct task t = { 0 };
	char why[256];

	(void)state;
	for (int i = 0; i < TASK_MAX_HISTORY; i++) {
		assert_int_equal(task_enter(&t, TASK_IN_PROGRESS, "me", NULL), 0);
		assert_int_equal(task_enter(&t, TASK_FAILED, "me", NULL), 0);
	}
	assert_int_equal(t.nhistory, TASK_MAX_HISTORY);
	assert_true(task_follows(&t, why, sizeof(why)));
	task_release(&t);
}

static void
unknown_fields_of_list_and_tasks_are_kept(void **state)
{
	static const char text[] = "{\"version\":1,\"later\":[1],\"id\":\"tl-abcd1234\","
	    "\"name\":\"n\",\"tasks\":[{\"id\":\"a\",\"status\":\"PENDING\",\"x\":{\"y\":2}},"
	    TASK("b") "]}";
	struct tasklist l;
	char err[512], *out;
	size_t len;

	(void)state;
	parse(&l, text);
	assert_int_equal(task_enter(&l.v[0], TASK_IN_PROGRESS, "me", NULL), 0);
	out = tasklist_text(&l, &len, err, sizeof(err));
	assert_non_null(out);
	tasklist_release(&l);
	parse(&l, out);
	assert_int_equal(json_count(json_get(l.raw, "later")), 1);
	assert_int_equal(json_int(json_get(l.v[0].item.raw, "x"), "y", 0), 2);
	assert_int_equal(l.v[0].status, TASK_IN_PROGRESS);
	assert_string_equal(l.v[0].history[0].by, "me");
	assert_string_equal(l.v[1].item.title, "b");
	assert_int_equal(strncmp(out, "{\n  \"version\": 1,", 17), 0);
	free(out);
	tasklist_release(&l);
}

static void
hostile_lists_are_refused_with_a_reason(void **state)
{
	static const struct { const char *text, *why; } bad[] = {
		{ "", "line 1" },
		{ "[]", "not a JSON object" },
		{ "{}", "\"version\" is missing" },
		{ "{\"version\":2}", "version 2 is unknown" },
		{ "{\"version\":1}", "\"id\" is missing" },
		{ "{\"version\":1,\"id\":\"../../x\",\"name\":\"n\",\"tasks\":[]}", "\"id\"" },
		{ "{\"version\":1,\"id\":\"tl-abcd1234\",\"name\":\"a\\nb\",\"tasks\":[]}",
		    "\"name\" must be one line" },
		{ "{\"version\":1,\"id\":\"tl-abcd1234\",\"name\":\"n\",\"tasks\":{}}",
		    "\"tasks\" must be a list" },
		{ HEAD "1]}", "\"tasks[0]\" must be an object" },
		{ HEAD "{\"id\":\"a\"}]}", "\"tasks[0].status\" is missing" },
		{ HEAD "{\"id\":5,\"status\":\"PENDING\"}]}", "\"tasks[0].id\" must be a string" },
		{ HEAD TASK("../x") "]}", "not a valid task id" },
		{ HEAD TASK("a") "," TASK("a") "]}", "in the list already" },
		{ HEAD TASK("a") "," TASK("A") "]}", "in the list already, as a" },
		{ HEAD "{\"id\":\"a\",\"status\":\"DONE\"}]}", "\"tasks[0].status\" has an unknown" },
		{ HEAD "{\"id\":\"a\",\"status\":\"PENDING\",\"depends_on\":\"b\"}]}",
		    "depends_on\" must be a list" },
		{ HEAD "{\"id\":\"a\",\"status\":\"PENDING\",\"depends_on\":[\"..\"]}]}",
		    "depends_on\" must be a list of item ids" },
		{ HEAD "{\"id\":\"a\",\"status\":\"PENDING\",\"priority\":-1}]}", "priority" },
		{ HEAD "{\"id\":\"a\",\"status\":\"PENDING\",\"session\":\"x\"}]}", "session" },
		{ HEAD "{\"id\":\"a\",\"status\":\"PENDING\",\"parallelizable\":1}]}", "true or false" },
		{ HEAD "{\"id\":\"a\",\"status\":\"PENDING\",\"history\":[{}]}]}", "history" },
	};
	struct tasklist l;
	char err[512];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (tasklist_parse(&l, bad[i].text, strlen(bad[i].text), err, sizeof(err)) == 0)
			fail_msg("taken: %s", bad[i].text);
		if (strstr(err, bad[i].why) == NULL)
			fail_msg("%s: \"%s\", not \"%s\"", bad[i].text, err, bad[i].why);
	}
}

static void
before_a_list_is_replaced_its_last_good_copy_is_kept(void **state)
{
	struct tasklist l, m;
	char id[TASKLIST_ID_MAX], name[64], err[512], *buf;
	size_t len;
	int dir = open(".", O_RDONLY | O_DIRECTORY), lock;

	(void)state;
	tasklist_make(&l, "kept");
	strlcpy(id, l.id, sizeof(id));
	assert_int_equal(tasklist_create(dir, &l, err, sizeof(err)), 0);
	assert_true(tasklist_last_good(dir, id));
	assert_int_equal(tasklist_create(dir, &l, err, sizeof(err)), -1);
	assert_int_equal(errno, EEXIST);
	lock = tasklist_lock(dir, id);
	assert_true(lock != -1);
	add(&l, "a");
	assert_int_equal(tasklist_save(dir, &l, err, sizeof(err)), 0);
	add(&l, "b");
	assert_int_equal(tasklist_save(dir, &l, err, sizeof(err)), 0);
	close(lock);
	assert_int_equal(tasklist_load(dir, id, &m, err, sizeof(err)), 0);
	assert_int_equal(m.n, 2);
	tasklist_release(&m);
	snprintf(name, sizeof(name), "%s.json", id);
	/* the name of a copied list does not match its id */
	assert_int_equal(file_copy(name, "tl-11111111.json", false), 0);
	assert_int_equal(tasklist_load(dir, "tl-11111111", &m, err, sizeof(err)), -1);
	assert_non_null(strstr(err, id));
	assert_int_equal(file_replace(dir, name, "{", 1, 0), 0);
	assert_int_equal(tasklist_load(dir, id, &m, err, sizeof(err)), -1);
	assert_int_equal(errno, EINVAL);
	strlcat(name, ".last", sizeof(name));
	assert_int_equal(access(name, R_OK), 0);
	assert_true(tasklist_last_good(dir, id));
	assert_int_equal(file_read(dir, name, 4096, &buf, &len), 0);
	parse(&m, buf);
	assert_int_equal(m.n, 1);
	tasklist_release(&m);
	free(buf);
	unlink(name);
	assert_false(tasklist_last_good(dir, id));
	assert_int_equal(tasklist_load(dir, "tl-00000000", &m, err, sizeof(err)), -1);
	assert_int_equal(errno, ENOENT);
	close(dir);
	tasklist_release(&l);
}

static void
the_head_of_a_list_is_read_without_its_tasks(void **state)
{
	static const char *const others[] = { HEAD TASK("a") "]}", "{\n  \"version\": 1,\n  \"tasks\": [\n  ]\n}\n", "" };
	int dir = file_open_dir(AT_FDCWD, ".");
	char err[512], name[32];
	struct tasklist l, m;

	(void)state;
	tasklist_make(&l, "a \"tasks\": [ b");
	add(&l, "a");
	add(&l, "b");
	assert_int_equal(task_enter(&l.v[1], TASK_IN_PROGRESS, "me", NULL), 0);
	l.budget = (struct budget){ 500, 2000000 };
	assert_int_equal(tasklist_create(dir, &l, err, sizeof(err)), 0);
	assert_int_equal(tasklist_load_head(dir, l.id, &m), 0);
	assert_int_equal(m.budget.tokens, 500);
	assert_int_equal(m.budget.microusd, 2000000);
	assert_string_equal(m.name, l.name);
	assert_int_equal(m.n, 0);
	assert_int_equal(m.working, 1);
	tasklist_release(&m);
	/* lists that people wrote are read as a whole */
	snprintf(name, sizeof(name), "%s" TASKLIST_SUFFIX, l.id);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		assert_int_equal(file_replace(dir, name, others[i], strlen(others[i]), 0), 0);
		assert_int_equal(tasklist_load_head(dir, l.id, &m), -1);
	}
	assert_int_equal(tasklist_load_head(dir, "tl-00000000", &m), -1);
	close(dir);
	tasklist_release(&l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_change_of_status_is_legal_or_not_as_written),
		cmocka_unit_test(a_status_follows_from_its_history_or_it_is_said_why_not),
		cmocka_unit_test(a_long_history_loses_its_beginning_and_still_follows),
		cmocka_unit_test(unknown_fields_of_list_and_tasks_are_kept),
		cmocka_unit_test(hostile_lists_are_refused_with_a_reason),
		SCRATCH_TEST(the_head_of_a_list_is_read_without_its_tasks),
		SCRATCH_TEST(before_a_list_is_replaced_its_last_good_copy_is_kept),
	};

	return cmocka_run_group_tests_name("tasklist", tests, NULL, NULL);
}
