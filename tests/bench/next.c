/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * next TASKS
 *
 * Works off a list of so many tasks, four at a time, with two dependencies a
 * task, and counts the instructions of what happens when one completes: it is
 * COMPLETE, what it held up is ready, the next one is chosen and IN_PROGRESS.
 */
#include "orchestrator/execute/executor.h"
#include "proto/base/text.h"

#include "count.h"

#define AT_ONCE	4

struct bench {
	struct taskgraph g;
	struct limits	 limits;
	struct work	 running[AT_ONCE];
	size_t		 task[AT_ONCE], n;
};

static void
fill(struct tasklist *l, long n)
{
	char why[256];
	struct task *t;

	tasklist_make(l, "bench");
	for (long i = 1; i <= n; i++) {
		if ((t = tasklist_add(l, text_format("t%05ld", i), NULL, why, sizeof(why))) == NULL)
			errx(1, "%s", why);
		strings_add(&t->item.allowed_paths, text_format("module%05ld/**", i));
		if (i > AT_ONCE)
			strings_add(&t->item.depends_on, text_format("t%05ld", i / 2));
		if (i > 2 * AT_ONCE)
			strings_add(&t->item.depends_on, text_format("t%05ld", i - AT_ONCE));
	}
}

static void
complete_one(void *arg)
{
	struct bench *s = arg;
	struct pick p;

	if (s->n > 0) {
		taskgraph_enter(&s->g, s->task[0], TASK_COMPLETE);
		s->n--;
		memmove(s->task, s->task + 1, s->n * sizeof(s->task[0]));
		memmove(s->running, s->running + 1, s->n * sizeof(s->running[0]));
	}
	while (executor_choose(&s->g, s->running, s->n, &s->limits, false, NULL, NULL, &p)) {
		taskgraph_enter(&s->g, p.v[0], TASK_IN_PROGRESS);
		s->running[s->n] = executor_work(&s->g.list->v[p.v[0]]);
		s->task[s->n++] = p.v[0];
	}
}

int
main(int argc, char **argv)
{
	struct bench s = { .limits = { .max = AT_ONCE } };
	struct tasklist l;
	char why[256];
	long n, calls = 0;

	if (argc != 2 || (n = atol(argv[1])) < 1)
		errx(2, "usage: next TASKS");
	count_open();
	fill(&l, n);
	if (taskgraph_make(&s.g, &l, why, sizeof(why)) == -1)
		errx(1, "%s", why);
	taskgraph_rank(&s.g);
	complete_one(&s);
	for (; s.n > 0; calls++)
		measured(complete_one, &s);
	if (calls != n)
		errx(1, "%ld of %ld tasks were done", calls, n);
	count_print(STDOUT_FILENO, calls);
	return 0;
}
