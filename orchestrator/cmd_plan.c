/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "orchestrator/flow_args.h"
#include "orchestrator/show.h"
#include "orchestrator/source.h"
#include "proto/record.h"

struct preview {
	struct flow	*f;
	struct strings	 problems;
	size_t		*order;		/* tasks as they go out */
	size_t		*end;		/* of each step in it */
	size_t		 n, steps;
	struct work	*running;	/* of the step */
};

/* All of them, and a circle only where nothing is unknown. */
static bool
find_problems(struct preview *p)
{
	const struct tasklist *l = &p->f->list;
	char why[RECORD_ERR], *text;

	for (size_t i = 0; i < l->n; i++)
		for (size_t k = 0; k < l->v[i].item.depends_on.n; k++) {
			if (tasklist_find(l, l->v[i].item.depends_on.v[k]) != TASK_NONE)
				continue;
			text = text_format("task %s depends on %s, which is not in the list",
			    l->v[i].item.id, l->v[i].item.depends_on.v[k]);
			strings_add(&p->problems, text);
			free(text);
		}
	if (p->problems.n > 0)
		return true;
	if (taskgraph_make(&p->f->graph, l, why, sizeof(why)) == -1) {
		strings_add(&p->problems, why);
		return true;
	}
	taskgraph_rank(&p->f->graph);
	return false;
}

/* What runs is in the first step, and what is worth another session is to be done. */
static void
begin(struct preview *p)
{
	struct taskgraph *g = &p->f->graph;
	const struct task *v = p->f->list.v;
	int64_t attempt;

	for (size_t i = 0; i < g->n; i++)
		if ((g->status[i] == TASK_FAILED || g->status[i] == TASK_BLOCKED) &&
		    flow_again(p->f, &v[i], &attempt))
			taskgraph_enter(g, i, TASK_PENDING);
		else if (g->status[i] == TASK_IN_PROGRESS && v[i].session[0] != '\0') {
			p->running[p->n] = flow_work(&v[i]);
			p->order[p->n++] = i;
		}
}

/* Each step as if its tasks ended together. */
static void
simulate(struct preview *p)
{
	struct taskgraph *g = &p->f->graph;
	size_t first = 0, i;

	for (begin(p);; first = p->n) {
		while ((i = flow_choose(g, p->running, p->n - first, &p->f->limits, NULL, NULL)) !=
		    TASK_NONE) {
			taskgraph_enter(g, i, TASK_IN_PROGRESS);
			p->running[p->n - first] = flow_work(&p->f->list.v[i]);
			p->order[p->n++] = i;
		}
		if (p->n == first)
			break;
		for (i = first; i < p->n; i++)
			taskgraph_enter(g, p->order[i], TASK_COMPLETE);
		p->end[p->steps++] = p->n;
	}
}

static struct json *
task_plan(const struct task *t, size_t step)
{
	struct json *j = json_new_object(), *needs = json_new_array();

	json_put_str(j, "task", t->item.id);
	json_put_str(j, "title", t->item.title);
	json_put_int(j, "step", (int64_t)step);
	for (size_t k = 0; k < t->item.depends_on.n; k++)
		json_append(needs, json_new_string(t->item.depends_on.v[k]));
	json_put(j, "depends_on", needs);
	json_put_bool(j, "alone", !t->parallelizable);
	json_put_bool(j, "ambiguous", t->item.allowed_paths.n == 0);
	return j;
}

static struct json *
stuck_json(const struct preview *p)
{
	const struct taskgraph *g = &p->f->graph;
	struct json *list = json_new_array(), *j;
	char *waits;

	for (size_t i = 0; i < g->n; i++) {
		if (g->status[i] == TASK_COMPLETE)
			continue;
		j = json_new_object();
		json_put_str(j, "task", p->f->list.v[i].item.id);
		json_put_str(j, "status", task_status_name(g->status[i]));
		waits = tasks_waits_for(g, i);
		json_put_str(j, "waits_for", waits);
		free(waits);
		json_append(list, j);
	}
	return list;
}

static void
print_json(const struct preview *p)
{
	struct json *j = json_new_object(), *steps = json_new_array(), *tasks = json_new_array();
	struct json *step, *problems = json_new_array();
	size_t at = 0;

	json_put_int(j, "version", 1);
	json_put_str(j, "list", p->f->id);
	json_put_str(j, "name", p->f->list.name);
	json_put_int(j, "max_parallel", (int64_t)p->f->limits.max);
	json_put_str(j, "ambiguous", p->f->limits.trust ? "parallel" : "sequential");
	for (size_t n = 0; n < p->steps; n++) {
		for (step = json_new_array(); at < p->end[n]; at++) {
			const struct task *t = &p->f->list.v[p->order[at]];

			json_append(step, json_new_string(t->item.id));
			json_append(tasks, task_plan(t, n + 1));
		}
		json_append(steps, step);
	}
	json_put(j, "steps", steps);
	json_put(j, "tasks", tasks);
	json_put(j, "stuck", stuck_json(p));
	for (size_t i = 0; i < p->problems.n; i++)
		json_append(problems, json_new_string(p->problems.v[i]));
	json_put(j, "problems", problems);
	show_json(j);
}

static void
print_task(const struct task *t)
{
	const struct strings *needs = &t->item.depends_on;

	printf("  [%s] ", t->item.id);
	text_print(stdout, t->item.title, false);
	for (size_t k = 0; k < needs->n; k++)
		printf("%s%s", k == 0 ? " (after " : ", ", needs->v[k]);
	if (needs->n > 0)
		putchar(')');
	puts(t->parallelizable ? "" : " (alone)");
}

static void
print_stuck(const struct preview *p)
{
	const struct taskgraph *g = &p->f->graph;
	char *waits;

	for (size_t i = 0; i < g->n; i++) {
		if (g->status[i] == TASK_COMPLETE)
			continue;
		waits = tasks_waits_for(g, i);
		printf("not done  [%s] %s%s%s\n", p->f->list.v[i].item.id,
		    task_status_name(g->status[i]), waits == NULL ? "" : ", waits for ",
		    waits == NULL ? "" : waits);
		free(waits);
	}
}

static void
print_text(const struct preview *p)
{
	size_t at = 0;

	printf("%s: ", p->f->id);
	text_print(stdout, p->f->list.name, false);
	printf(": %zu step%s, at most %zu at once\n", p->steps, p->steps == 1 ? "" : "s",
	    p->f->limits.max);
	for (size_t n = 0; n < p->steps; n++) {
		printf("step %zu%s\n", n + 1, p->end[n] > at + 1 ? ", at once" : "");
		for (; at < p->end[n]; at++)
			print_task(&p->f->list.v[p->order[at]]);
	}
	print_stuck(p);
	for (size_t i = 0; i < p->problems.n; i++) {
		printf("problem   ");
		text_print(stdout, p->problems.v[i], false);
		putchar('\n');
	}
}

static void *
array(size_t n, size_t size)
{
	void *v = calloc(n + 1, size);

	if (v == NULL)
		err(EX_OSERR, NULL);
	return v;
}

static int
preview(struct flow *f)
{
	size_t left = f->list.n;
	struct preview p = { .f = f, .order = array(left, sizeof(*p.order)),
		.end = array(left, sizeof(*p.end)), .running = array(left, sizeof(*p.running)) };
	int rv;

	if (!find_problems(&p))
		simulate(&p);
	for (size_t i = 0; i < f->graph.n; i++)
		left -= f->graph.status[i] == TASK_COMPLETE;
	if (f->o->json)
		print_json(&p);
	else
		print_text(&p);
	rv = p.problems.n > 0 ? EX_DATAERR : left > 0 ? EX_NEGATIVE : 0;
	strings_free(&p.problems);
	free(p.order);
	free(p.end);
	free(p.running);
	return rv;
}

static int
run(struct orch *o, int argc, char **argv)
{
	char list[TASKLIST_ID_MAX];
	struct flow_args a;
	struct tasklist l;
	struct flow f;
	int rv;

	if ((rv = flow_args_parse(&cmd_plan, argc, argv, &a)) != 0 || (rv = orch_open(o)) != 0)
		return rv;
	source_recover(o);
	if ((rv = flow_args_need(o, &a, list)) != 0 || (rv = tasks_open_any(o, list, &l)) != 0)
		return rv;
	if ((rv = flow_args_open(o, &a, list, &f)) != 0) {
		tasklist_release(&l);
		return rv;
	}
	f.list = l;
	rv = preview(&f);
	flow_release(&f);
	return rv;
}

const struct cmd cmd_plan = {
	.name = "plan",
	.usage = "[--source SOURCE] [--max-parallel N] [PROJECT]",
	.summary = "show what execute would do",
	.run = run,
};
