/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/scratch.h"

#include "proto/base/clock.h"
#include "proto/plan/taskgraph.h"

static struct task *
add(struct tasklist *l, const char *id, int64_t priority, const char *on1, const char *on2)
{
	char err[512];
	struct task *t = tasklist_add(l, id, NULL, err, sizeof(err));

	if (t == NULL)
		fail_msg("%s", err);
	t->item.priority = priority;
	if (on1 != NULL)
		strings_add(&t->item.depends_on, on1);
	if (on2 != NULL)
		strings_add(&t->item.depends_on, on2);
	return t;
}

static void
graph(struct taskgraph *g, const struct tasklist *l)
{
	char err[512];

	if (taskgraph_make(g, l, err, sizeof(err)) == -1)
		fail_msg("%s", err);
	taskgraph_rank(g);
}

static void
the_order_is_priority_then_what_is_unblocked_then_age(void **state)
{
	static const char *const expected[] = { "urgent", "root", "middle", "old", "young", "low" };
	struct tasklist l;
	struct taskgraph g;
	size_t i, n = 0;

	(void)state;
	tasklist_make(&l, "order");
	add(&l, "low", 4, NULL, NULL);
	add(&l, "young", 2, NULL, NULL)->created_at = 2000;
	add(&l, "old", 2, NULL, NULL)->created_at = 1000;
	add(&l, "root", 2, NULL, NULL)->created_at = 3000;
	add(&l, "child", 2, "root", NULL)->status = TASK_BLOCKED;
	add(&l, "grandchild", 2, "child", NULL)->status = TASK_BLOCKED;
	add(&l, "middle", 2, NULL, NULL)->created_at = 4000;
	add(&l, "child2", 2, "middle", NULL)->status = TASK_BLOCKED;
	add(&l, "done", 2, "old", NULL)->status = TASK_COMPLETE;	/* waits for no task */
	add(&l, "urgent", 0, NULL, NULL)->created_at = 9000;
	graph(&g, &l);
	while ((i = taskgraph_next(&g)) != TASK_NONE) {
		assert_true(n < sizeof(expected) / sizeof(expected[0]));
		assert_string_equal(l.v[i].item.id, expected[n++]);
		taskgraph_enter(&g, i, TASK_IN_PROGRESS);
	}
	assert_int_equal(n, 6);
	assert_int_equal(g.unblocks[3], 2);
	taskgraph_release(&g);
	tasklist_release(&l);
}

static void
a_task_is_ready_once_all_it_depends_on_is_complete(void **state)
{
	struct tasklist l;
	struct taskgraph g;

	(void)state;
	tasklist_make(&l, "ready");
	add(&l, "a", 2, NULL, NULL);
	add(&l, "b", 2, NULL, NULL);
	add(&l, "c", 2, "a", "b");
	graph(&g, &l);
	taskgraph_enter(&g, 0, TASK_COMPLETE);
	assert_false(taskgraph_ready(&g, 2));
	taskgraph_enter(&g, 1, TASK_FAILED);
	assert_int_equal(taskgraph_next(&g), TASK_NONE);
	taskgraph_enter(&g, 1, TASK_COMPLETE);
	assert_int_equal(taskgraph_next(&g), 2);
	taskgraph_enter(&g, 0, TASK_PENDING);	/* reopened */
	assert_int_equal(taskgraph_next(&g), 0);
	assert_false(taskgraph_ready(&g, 2));
	taskgraph_release(&g);
	tasklist_release(&l);
}

static void
a_circle_is_named_and_so_is_a_dependency_that_is_not_there(void **state)
{
	struct tasklist l;
	struct taskgraph g;
	char err[512], id[16];

	(void)state;
	tasklist_make(&l, "circle");
	add(&l, "out", 2, "b", NULL);
	add(&l, "a", 2, "c", NULL);
	add(&l, "b", 2, "a", NULL);
	add(&l, "c", 2, "b", NULL);
	assert_int_equal(taskgraph_make(&g, &l, err, sizeof(err)), -1);
	assert_string_equal(err, "circular dependency: b -> a -> c -> b");
	tasklist_release(&l);
	tasklist_make(&l, "self");
	add(&l, "a", 2, "a", NULL);
	assert_int_equal(taskgraph_make(&g, &l, err, sizeof(err)), -1);
	assert_string_equal(err, "circular dependency: a -> a");
	tasklist_release(&l);
	tasklist_make(&l, "unknown");
	add(&l, "a", 2, "zz", NULL);
	assert_int_equal(taskgraph_make(&g, &l, err, sizeof(err)), -1);
	assert_string_equal(err, "task a depends on zz, which is not in the list");
	tasklist_release(&l);
	tasklist_make(&l, "long");
	for (int i = 0; i < 10000; i++) {
		snprintf(id, sizeof(id), "t%d", i);
		snprintf(err, sizeof(err), "t%d", (i + 1) % 10000);
		add(&l, id, 2, err, NULL);
	}
	assert_int_equal(taskgraph_make(&g, &l, err, sizeof(err)), -1);
	assert_non_null(strstr(err, "(9980 more) -> t0"));
	tasklist_release(&l);
}

#define N	10000
#define LIMIT	(10 * CLOCK_S)	/* far more than needed, far less than quadratic time */

static void
fill(struct tasklist *l)
{
	char id[16], on1[16], on2[16];

	tasklist_make(l, "large");
	for (int i = 0; i < N; i++) {
		snprintf(id, sizeof(id), "t%d", i);
		snprintf(on1, sizeof(on1), "t%d", i / 2);
		snprintf(on2, sizeof(on2), "t%d", i - 1);
		add(l, id, i % 5, i > 1 ? on1 : NULL, i > 1 ? on2 : NULL);
	}
}

static void
ten_thousand_tasks_are_read_written_and_emptied_in_time(void **state)
{
	int64_t begin = clock_now();
	struct tasklist l, again;
	struct taskgraph g;
	size_t i, len, n = 0, place[N];
	char err[512], *text;

	(void)state;
	fill(&l);
	text = tasklist_text(&l, &len, err, sizeof(err));
	assert_non_null(text);
	assert_int_equal(tasklist_parse(&again, text, len, err, sizeof(err)), 0);
	assert_int_equal(again.n, N);
	assert_int_equal(tasklist_find(&again, "t9999"), 9999);
	graph(&g, &again);
	assert_int_equal(g.unblocks[1], N - 2);
	while ((i = taskgraph_next(&g)) != TASK_NONE) {
		place[i] = n++;
		taskgraph_enter(&g, i, TASK_IN_PROGRESS);
		taskgraph_enter(&g, i, TASK_COMPLETE);
	}
	assert_int_equal(n, N);
	for (i = 2; i < N; i++)
		assert_true(place[i] > place[i - 1] && place[i] > place[i / 2]);
	assert_true(clock_now() - begin < LIMIT);
	taskgraph_release(&g);
	tasklist_release(&again);
	tasklist_release(&l);
	free(text);
}

/* Walks the order: all ready tasks, and no others. */
static void
assert_walk(const struct taskgraph *g)
{
	size_t i = taskgraph_next(g);

	for (size_t r = 0; r < g->n; r++) {
		if (!taskgraph_ready(g, g->ranked[r]))
			continue;
		assert_int_equal(i, g->ranked[r]);
		i = taskgraph_after(g, i);
	}
	assert_int_equal(i, TASK_NONE);
}

/* The counts kept up to date equal fresh ones. */
static void
counts_that_are_kept_are_those_that_would_be_counted(void **state)
{
	struct tasklist l;
	struct taskgraph g, fresh;
	unsigned seed = 1;
	char id[16], on1[16], on2[16];

	(void)state;
	tasklist_make(&l, "random");
	for (int i = 0; i < 200; i++) {
		snprintf(id, sizeof(id), "t%d", i);
		snprintf(on1, sizeof(on1), "t%d", i > 0 ? rand_r(&seed) % i : 0);
		snprintf(on2, sizeof(on2), "t%d", i > 0 ? rand_r(&seed) % i : 0);
		add(&l, id, rand_r(&seed) % 5, i > 0 ? on1 : NULL, i > 0 ? on2 : NULL);
	}
	graph(&g, &l);
	for (int step = 0; step < 300; step++) {
		size_t k = (size_t)rand_r(&seed) % l.n;

		l.v[k].status = (enum task_status)(rand_r(&seed) % TASK_STATUS_COUNT);
		taskgraph_enter(&g, k, l.v[k].status);
		graph(&fresh, &l);
		for (size_t i = 0; i < l.n; i++) {
			assert_int_equal(g.waiting[i], fresh.waiting[i]);
			assert_int_equal(taskgraph_ready(&g, i), taskgraph_ready(&fresh, i));
		}
		assert_walk(&g);
		assert_int_equal(taskgraph_next(&g) == TASK_NONE,
		    taskgraph_next(&fresh) == TASK_NONE);
		taskgraph_release(&fresh);
	}
	taskgraph_release(&g);
	tasklist_release(&l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_order_is_priority_then_what_is_unblocked_then_age),
		cmocka_unit_test(a_task_is_ready_once_all_it_depends_on_is_complete),
		cmocka_unit_test(a_circle_is_named_and_so_is_a_dependency_that_is_not_there),
		cmocka_unit_test(ten_thousand_tasks_are_read_written_and_emptied_in_time),
		cmocka_unit_test(counts_that_are_kept_are_those_that_would_be_counted),
	};

	return cmocka_run_group_tests_name("taskgraph", tests, NULL, NULL);
}
