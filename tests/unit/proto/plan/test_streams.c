/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/scratch.h"

#include "proto/base/text.h"
#include "proto/plan/streams.h"
#include "proto/plan/tasklist.h"

#define HEAD	"{\"version\":\"1.0\",\"initiative\":{\"id\":\"I\",\"name\":\"N\"},\"streams\":["
#define STREAM(id, phase, on) "{\"streamId\":\"" id "\",\"streamPhase\":\"" phase "\"," \
    "\"dependencies\":[" on "],\"tasks\":[\"one\"]}"
#define A	STREAM("A", "foundation", "")
#define PLAN(f, p, i) "],\"executionPlan\":{\"foundation\":[" f "],\"parallel\":[" p "]," \
    "\"integration\":[" i "]}}"

static void
parse(struct streams *s, const char *text, struct strings *problems)
{
	memset(problems, 0, sizeof(*problems));
	streams_parse(s, text, strlen(text), problems);
}

/* Each has one problem, which must be reported; NULL: no problem. */
static const struct {
	const char *text, *problem;
} cases[] = {
	{ HEAD A "]}", NULL },
	{ HEAD A "," STREAM("B", "parallel", "\"A\"") PLAN("\"A\"", "\"B\"", ""), NULL },
	{ "[]", "not a JSON object" },
	{ "{", "not a JSON object" },
	{ "{\"version\":\"1.0\",\"streams\":[" A "]}", "No active initiative: " },
	{ "{\"version\":\"2.0\",\"streams\":[]}", "\"version\" is another one" },
	{ "{\"initiative\":{\"id\":\"I\",\"name\":\"N\"},\"streams\":[" A "]}", "\"version\"" },
	{ HEAD "]}", "No streams defined: " },
	{ HEAD STREAM("B", "parallel", "") "]}", "No foundation stream: " },
	{ HEAD A "," STREAM("a", "parallel", "") "]}", "duplicate stream a and A" },
	{ HEAD A "," STREAM("B", "parallel", "\"C\"") "," STREAM("C", "parallel", "\"D\"") ","
	    STREAM("D", "parallel", "\"B\"") "]}",
	    "detected: B depends on C, C depends on D, D depends on B; " },
	{ HEAD A "," STREAM("B", "parallel", "\"B\"") "]}", "detected: B depends on B; " },
	{ HEAD A "," STREAM("B", "parallel", "\"Q\"") "]}", "B depends on Q, which is not in" },
	{ HEAD A "," STREAM("B", "parallel", "") "," STREAM("C", "parallel", "") ","
	    STREAM("D", "parallel", "") "," STREAM("E", "parallel", "") "]}",
	    "Too many parallel streams (>3): there are 4" },
	{ HEAD STREAM("A", "foundation", "\"B\"") "," STREAM("B", "integration", "") "]}",
	    "A (foundation) depends on B, which comes after it, as integration" },
	{ HEAD STREAM("A", "foundation", "\"B\"") "," STREAM("B", "foundation", "")
	    PLAN("\"A\",\"B\"", "", ""), "swap them" },
	{ HEAD STREAM("A", "foundation", "\"B\"") "," STREAM("B", "foundation", "")
	    PLAN("\"B\",\"A\"", "", ""), NULL },
	{ HEAD A PLAN("\"A\",\"A\"", "", ""), "A is in it twice" },
	{ HEAD A PLAN("", "", "\"A\""), "integration has A, whose streamPhase is foundation" },
	{ HEAD A PLAN("", "", ""), "not in the executionPlan" },
	{ HEAD A PLAN("\"A\"", "\"B\"", ""), "parallel has B, which is not in" },
	{ HEAD "{\"streamId\":\"../x\",\"streamPhase\":\"parallel\"}," A "]}", "streams[0]: \"streamId\"" },
	{ HEAD "{\"streamId\":\"A\",\"streamPhase\":\"foundation\"}]}", "A has no tasks: " },
	{ HEAD "{\"streamId\":\"A\",\"streamPhase\":\"foundation\",\"totalTasks\":2,"
	    "\"completedTasks\":2}]}", NULL },
	{ HEAD "{\"streamId\":\"A\",\"streamPhase\":\"foundation\",\"worktreePath\":\"/x\","
	    "\"tasks\":[\"a\"]}]}", "A: worktreePath /x is not a path below" },
	{ HEAD "{\"streamId\":\"A\",\"streamPhase\":\"foundation\","
	    "\"tasks\":[\"x: One\",\"x: Two\"]}]}", "A: two tasks have the id x" },
	{ HEAD "{\"streamId\":\"A\",\"streamPhase\":\"foundation\","
	    "\"tasks\":[\"x\",{\"id\":\"..\"}]}]}", "A: tasks[1]: \"id\"" },
};

static void
each_problem_is_said_and_nothing_else(void **state)
{
	struct strings problems;
	struct streams s;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		parse(&s, cases[i].text, &problems);
		if (s.raw != NULL)
			streams_check(&s, 3, &problems);
		if (problems.n != (cases[i].problem != NULL))
			fail_msg("%s: %zu problems, %s", cases[i].text, problems.n,
			    problems.n > 0 ? problems.v[0] : "");
		if (problems.n > 0 && strstr(problems.v[0], cases[i].problem) == NULL)
			fail_msg("%s: %s", cases[i].text, problems.v[0]);
		strings_free(&problems);
		streams_release(&s);
	}
}

static void
all_problems_are_said(void **state)
{
	struct strings problems;
	struct streams s;

	(void)state;
	parse(&s, "{\"version\":\"1.1\",\"apiEndpoint\":5,\"streams\":[{\"streamId\":\"B\",\"streamPhase\":\"x\"},"
	    STREAM("C", "parallel", "\"Q\"") "]}", &problems);
	streams_check(&s, 1, &problems);
	/* Endpoint, phase, initiative, foundation, too many, dependency, tasks. */
	assert_int_equal(problems.n, 7);
	strings_free(&problems);
	streams_release(&s);
}

static void
circles_of_streams_that_share_one_are_all_said(void **state)
{
	static const char *const said[] = { "A depends on B, B depends on A;", "A depends on C, C depends on A;" };
	struct strings problems;
	struct streams s;

	(void)state;
	parse(&s, HEAD STREAM("A", "foundation", "\"B\",\"C\"") "," STREAM("B", "parallel", "\"A\"") ","
	    STREAM("C", "parallel", "\"A\"") "]}", &problems);
	streams_check(&s, 5, &problems);
	assert_int_equal(problems.n, sizeof(said) / sizeof(said[0]));
	for (size_t i = 0; i < problems.n; i++)
		if (strstr(problems.v[i], said[i]) == NULL)
			fail_msg("%s is not about %s", problems.v[i], said[i]);
	strings_free(&problems);
	streams_release(&s);
}

static void
a_fault_of_a_stream_hides_no_other_one_of_it(void **state)
{
	static const char *const said[] = { "streams[0]: \"streamId\"", "streams[0]: \"streamPhase\"",
	    "streams[0]: \"totalTasks\"", "streams[0]: \"projectRoot\"", "streams[0]: tasks[1]: \"title\"",
	    "streams[0]: tasks[1]: \"priority\"", "streams[0]: worktreePath ../b " };
	struct strings problems;
	struct streams s;

	(void)state;
	parse(&s, HEAD "{\"streamId\":\"a b\",\"streamPhase\":\"later\",\"totalTasks\":\"2\",\"projectRoot\":5,"
	    "\"worktreePath\":\"../b\",\"tasks\":[\"one\",{\"title\":5,\"priority\":9}]}," A "]}", &problems);
	streams_check(&s, 5, &problems);
	assert_int_equal(problems.n, sizeof(said) / sizeof(said[0]));
	for (size_t i = 0; i < problems.n; i++)
		if (strncmp(problems.v[i], said[i], strlen(said[i])) != 0)
			fail_msg("%s is not about %s", problems.v[i], said[i]);
	strings_free(&problems);
	streams_release(&s);
}

static struct task *
add(struct tasklist *l, const char *id, const char *stream, const char *on, const char *path)
{
	char err[512];
	struct task *t = tasklist_add(l, id, NULL, err, sizeof(err));

	assert_non_null(t);
	strlcpy(t->stream, stream, sizeof(t->stream));
	if (on != NULL)
		strings_add(&t->item.depends_on, on);
	if (path != NULL)
		strings_add(&t->item.allowed_paths, path);
	return t;
}

static void
tasks_of_a_list_make_phases_dependencies_and_order(void **state)
{
	const struct strings none[STREAM_PHASES] = { { 0 } };
	struct strings problems = { 0 }, again;
	struct streams s = { 0 }, back;
	struct tasklist l;
	struct task t = { 0 };
	size_t len;
	char *text;

	(void)state;
	tasklist_make(&l, "n");
	add(&l, "z", "Z", "c", NULL);
	strings_add(&l.v[0].item.depends_on, "b");
	add(&l, "a2", "A", "a1", "x/**");
	strings_add(&add(&l, "a1", "A", NULL, "y")->item.forbidden_paths, "x/q");
	add(&l, "b", "B", "a1", "src/b");
	strings_add(&l.v[3].item.forbidden_paths, "other");
	add(&l, "c", "C", "a1", "src/c")->parallelizable = false;
	task_enter(add(&l, "c0", "C", NULL, "old"), TASK_COMPLETE, "me", NULL);
	streams_take(&s, &l, true, &problems);
	streams_arrange(&s, none);
	assert_int_equal(problems.n, 0);
	assert_int_equal(s.n, 4);
	assert_int_equal(s.v[streams_find(&s, "A")].phase, STREAM_FOUNDATION);
	assert_int_equal(s.v[streams_find(&s, "B")].phase, STREAM_PARALLEL);
	assert_int_equal(s.v[streams_find(&s, "C")].phase, STREAM_PARALLEL);
	assert_int_equal(s.v[streams_find(&s, "Z")].phase, STREAM_INTEGRATION);
	assert_int_equal(s.v[streams_find(&s, "C")].completed, 1);
	assert_true(streams_at_once(&s, streams_find(&s, "B"), streams_find(&s, "C")));
	assert_false(streams_at_once(&s, streams_find(&s, "B"), streams_find(&s, "A")));
	s.name = strdup("N");
	s.initiative = strdup("I");

	t.item.priority = 2;
	assert_true(streams_task(&s, streams_find(&s, "A"), &t));
	assert_false(streams_task(&s, streams_find(&s, "A"), &t));
	assert_string_equal(t.phase, "foundation");
	assert_int_equal(t.item.parts.n, 2);
	assert_string_equal(t.item.parts.v[0].id, "a1");	/* a2 depends on it */
	assert_string_equal(t.item.parts.v[0].list, l.id);
	assert_int_equal(t.item.allowed_paths.n, 2);
	assert_int_equal(t.item.forbidden_paths.n, 0);	/* a2 must change it */
	task_release(&t);
	t.item.priority = 2;
	streams_task(&s, streams_find(&s, "C"), &t);
	assert_int_equal(t.item.parts.n, 1);	/* the other task is done */
	assert_false(t.parallelizable);
	task_release(&t);
	t.item.priority = 2;
	streams_task(&s, streams_find(&s, "Z"), &t);
	assert_int_equal(t.item.depends_on.n, 3);
	assert_int_equal(t.item.allowed_paths.n, 0);	/* a task does not name its paths */
	task_release(&t);

	/* A written file can be read, and is the same. */
	text = streams_text(&s, &len);
	parse(&back, text, &again);
	streams_take(&back, &l, false, &again);
	streams_check(&back, 5, &again);
	assert_int_equal(again.n, 0);
	assert_int_equal(back.n, 4);
	assert_int_equal(back.v[streams_find(&back, "A")].work.parts.n, 2);
	free(text);
	strings_free(&problems);
	streams_release(&s);
	streams_release(&back);
	tasklist_release(&l);
}

static void
foundation_streams_come_one_after_another_as_planned(void **state)
{
	struct strings problems;
	struct task t = { 0 };
	struct streams s;

	(void)state;
	parse(&s, HEAD A "," STREAM("B", "foundation", "") "," STREAM("C", "parallel", "")
	    PLAN("\"B\",\"A\"", "\"C\"", ""), &problems);
	assert_int_equal(problems.n, 0);
	streams_task(&s, 1, &t);
	assert_int_equal(t.item.depends_on.n, 0);
	task_release(&t);
	streams_task(&s, 0, &t);
	assert_int_equal(t.item.depends_on.n, 1);
	assert_string_equal(t.item.depends_on.v[0], "B");
	task_release(&t);
	streams_task(&s, 2, &t);
	assert_int_equal(t.item.depends_on.n, 2);
	task_release(&t);
	streams_release(&s);
}

static void
a_task_that_waits_for_something_outside_is_a_problem(void **state)
{
	struct strings problems = { 0 };
	struct streams s = { 0 };
	struct tasklist l;

	(void)state;
	tasklist_make(&l, "n");
	add(&l, "x", "", NULL, NULL);
	add(&l, "a", "A", "x", NULL);
	streams_take(&s, &l, true, &problems);
	assert_int_equal(problems.n, 1);
	assert_non_null(strstr(problems.v[0], "A: its task a depends on x"));
	strings_free(&problems);
	streams_release(&s);
	tasklist_release(&l);
}

static void
paths_are_compared_where_streams_may_be_at_once(void **state)
{
#define PATH(id, phase, on, path) "{\"streamId\":\"" id "\",\"streamPhase\":\"" phase "\"," \
    "\"streamDependencies\":[" on "],\"allowed_paths\":[\"" path "\"],\"tasks\":[\"one\"]}"
	struct strings problems;
	struct streams s;

	(void)state;
	parse(&s, HEAD PATH("A", "foundation", "", "src/**") "," PATH("B", "parallel", "", "src/*") ","
	    PATH("C", "parallel", "\"B\"", "src/c") "," PATH("D", "parallel", "", "src/d/x") "]}", &problems);
	streams_overlaps(&s, &problems);
	/* The glob of B also matches below src/d; C waits for B. */
	assert_int_equal(problems.n, 1);
	assert_non_null(strstr(problems.v[0], "B (src/*) and D (src/d/x)"));
	strings_free(&problems);
	streams_release(&s);
}

static void
what_is_not_known_is_kept(void **state)
{
	struct strings problems;
	struct streams s;
	size_t len;
	char *text;

	(void)state;
	parse(&s, "{\"version\":1,\"initiative\":{\"id\":\"I\",\"name\":\"N\",\"q\":1},\"mine\":2,"
	    "\"apiEndpoint\":\"http://x\",\"contextRecovery\":{\"stallTimeoutMinutes\":9},"
	    "\"streams\":[{\"streamId\":\"A\",\"streamPhase\":\"foundation\",\"theirs\":3,"
	    "\"tasks\":[\"one\"]}]}", &problems);
	assert_int_equal(problems.n, 0);
	text = streams_text(&s, &len);
	assert_non_null(strstr(text, "\"q\": 1"));
	assert_non_null(strstr(text, "\"mine\": 2"));
	assert_non_null(strstr(text, "\"theirs\": 3"));
	assert_non_null(strstr(text, "http://x"));
	assert_non_null(strstr(text, "\"stallTimeoutMinutes\": 9"));
	free(text);
	strings_free(&problems);
	streams_release(&s);
}

static void
recovery_becomes_limits(void **state)
{
	static const struct { const char *says; int64_t stall, recoveries; } rows[] = {
		{ "{}", 0, 0 },
		{ "null", 0, 0 },
		{ "{\"stallTimeoutMinutes\":7}", 420000, 0 },
		{ "{\"maxRecoveryAttempts\":2,\"autoRecoveryEnabled\":true}", 0, 2 },
		{ "{\"maxRecoveryAttempts\":0}", 0, LIMIT_NONE },
		{ "{\"maxRecoveryAttempts\":1000}", 0, 100 },
		{ "{\"maxRecoveryAttempts\":2,\"autoRecoveryEnabled\":false}", 0, LIMIT_NONE },
		{ "{\"autoRecoveryEnabled\":null}", 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *text = text_format("{\"version\":\"1.0\",\"initiative\":{\"id\":\"I\",\"name\":\"N\"},"
		    "\"contextRecovery\":%s,\"streams\":[{\"streamId\":\"A\",\"streamPhase\":\"foundation\","
		    "\"tasks\":[\"one\"]}]}", rows[i].says);
		struct strings problems;
		struct tasklist l;
		struct streams s;
		char why[256];

		parse(&s, text, &problems);
		assert_int_equal(problems.n, 0);
		tasklist_make(&l, "list");
		assert_non_null(tasklist_add(&l, "A", NULL, why, sizeof(why)));
		assert_true(streams_task(&s, 0, &l.v[0]));
		assert_int_equal(l.v[0].item.limits.stall, rows[i].stall);
		assert_int_equal(l.v[0].item.limits.recoveries, rows[i].recoveries);
		tasklist_release(&l);
		strings_free(&problems);
		streams_release(&s);
		free(text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_problem_is_said_and_nothing_else),
		cmocka_unit_test(all_problems_are_said),
		cmocka_unit_test(circles_of_streams_that_share_one_are_all_said),
		cmocka_unit_test(a_fault_of_a_stream_hides_no_other_one_of_it),
		cmocka_unit_test(tasks_of_a_list_make_phases_dependencies_and_order),
		cmocka_unit_test(foundation_streams_come_one_after_another_as_planned),
		cmocka_unit_test(a_task_that_waits_for_something_outside_is_a_problem),
		cmocka_unit_test(paths_are_compared_where_streams_may_be_at_once),
		cmocka_unit_test(what_is_not_known_is_kept),
		cmocka_unit_test(recovery_becomes_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
