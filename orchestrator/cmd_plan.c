/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <err.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "orchestrator/flow.h"
#include "orchestrator/show.h"
#include "proto/record.h"

struct preview {
	struct flow	*f;
	struct json	*steps, *tasks, *stuck, *problems;
	struct work	*running;	/* of the step */
	size_t		*index;
	size_t		 n;
};

static void
problem(struct preview *p, const char *text)
{
	json_append(p->problems, json_new_string(text));
}

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
			problem(p, text);
			free(text);
		}
	if (json_count(p->problems) > 0)
		return true;
	if (taskgraph_make(&p->f->graph, l, why, sizeof(why)) == -1) {
		problem(p, why);
		return true;
	}
	taskgraph_rank(&p->f->graph);
	return false;
}

static void
put_task(struct preview *p, size_t i, size_t step)
{
	const struct task *t = &p->f->list.v[i];
	struct json *j = json_new_object(), *needs = json_new_array();

	json_put_str(j, "task", t->item.id);
	json_put_str(j, "title", t->item.title);
	json_put_int(j, "step", (int64_t)step);
	for (size_t k = 0; k < t->item.depends_on.n; k++)
		json_append(needs, json_new_string(t->item.depends_on.v[k]));
	json_put(j, "depends_on", needs);
	json_put_bool(j, "alone", !t->parallelizable);
	json_put_bool(j, "ambiguous", t->item.allowed_paths.n == 0);
	json_append(p->tasks, j);
}

/* Each step as if its tasks ended together. */
static void
simulate(struct preview *p)
{
	struct taskgraph *g = &p->f->graph;
	struct json *step;
	const struct task *v = p->f->list.v;
	int64_t attempt;
	size_t i;

	for (i = 0; i < g->n; i++)	/* what runs is in the first step */
		if ((g->status[i] == TASK_FAILED || g->status[i] == TASK_BLOCKED) &&
		    flow_again(p->f, &v[i], &attempt))
			taskgraph_enter(g, i, TASK_PENDING);
		else if (g->status[i] == TASK_IN_PROGRESS && v[i].session[0] != '\0') {
			p->running[p->n] = flow_work(&v[i]);
			p->index[p->n++] = i;
		}
	for (size_t n = 1;; n++) {
		while ((i = flow_choose(g, p->running, p->n, &p->f->limits, NULL, NULL)) !=
		    TASK_NONE) {
			taskgraph_enter(g, i, TASK_IN_PROGRESS);
			p->running[p->n] = flow_work(&v[i]);
			p->index[p->n++] = i;
		}
		if (p->n == 0)
			break;
		step = json_new_array();
		for (i = 0; i < p->n; i++) {
			json_append(step, json_new_string(v[p->index[i]].item.id));
			put_task(p, p->index[i], n);
			taskgraph_enter(g, p->index[i], TASK_COMPLETE);
		}
		json_append(p->steps, step);
		p->n = 0;
	}
}

static void
find_stuck(struct preview *p)
{
	const struct taskgraph *g = &p->f->graph;
	struct json *j;
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
		json_append(p->stuck, j);
	}
}

static void
print_json(struct preview *p)
{
	struct json *j = json_new_object();

	json_put_int(j, "version", 1);
	json_put_str(j, "list", p->f->id);
	json_put_str(j, "name", p->f->list.name);
	json_put_int(j, "max_parallel", (int64_t)p->f->limits.max);
	json_put_str(j, "ambiguous", p->f->limits.trust ? "parallel" : "sequential");
	json_put(j, "steps", json_ref(p->steps));
	json_put(j, "tasks", json_ref(p->tasks));
	json_put(j, "stuck", json_ref(p->stuck));
	json_put(j, "problems", json_ref(p->problems));
	show_json(j);
}

static void
print_task(const struct json *t)
{
	const struct json *needs = json_get(t, "depends_on");

	printf("  [%s] ", json_str(t, "task"));
	text_print(stdout, json_str(t, "title"), false);
	for (size_t k = 0; k < json_count(needs); k++)
		printf("%s%s", k == 0 ? " (after " : ", ", json_string(json_at(needs, k)));
	if (json_count(needs) > 0)
		putchar(')');
	if (json_bool(t, "alone", false))
		printf(" (alone)");
	putchar('\n');
}

static void
print_text(const struct preview *p)
{
	size_t at = 0;

	printf("%s: ", p->f->id);
	text_print(stdout, p->f->list.name, false);
	printf(": %zu steps, at most %zu at once\n", json_count(p->steps), p->f->limits.max);
	for (size_t n = 0; n < json_count(p->steps); n++) {
		printf("step %zu%s\n", n + 1,
		    json_count(json_at(p->steps, n)) > 1 ? ", at once" : "");
		for (size_t k = 0; k < json_count(json_at(p->steps, n)); k++)
			print_task(json_at(p->tasks, at++));
	}
	for (size_t i = 0; i < json_count(p->stuck); i++) {
		const struct json *s = json_at(p->stuck, i);
		const char *waits = json_str(s, "waits_for");

		printf("not done  [%s] %s%s%s\n", json_str(s, "task"), json_str(s, "status"),
		    waits == NULL ? "" : ", waits for ", waits == NULL ? "" : waits);
	}
	for (size_t i = 0; i < json_count(p->problems); i++) {
		printf("problem   ");
		text_print(stdout, json_string(json_at(p->problems, i)), false);
		putchar('\n');
	}
}

static int
preview(struct flow *f)
{
	struct preview p = { .f = f, .steps = json_new_array(), .tasks = json_new_array(),
		.stuck = json_new_array(), .problems = json_new_array() };
	int rv;

	p.running = calloc(f->list.n + 1, sizeof(*p.running));
	p.index = calloc(f->list.n + 1, sizeof(*p.index));
	if (p.running == NULL || p.index == NULL)
		err(EX_OSERR, NULL);
	if (!find_problems(&p)) {
		simulate(&p);
		find_stuck(&p);
	}
	if (f->o->json)
		print_json(&p);
	else
		print_text(&p);
	rv = json_count(p.problems) > 0 ? EX_DATAERR : json_count(p.stuck) > 0 ? EX_NEGATIVE : 0;
	json_free(p.steps);
	json_free(p.tasks);
	json_free(p.stuck);
	json_free(p.problems);
	free(p.running);
	free(p.index);
	return rv;
}

static int
run(struct orch *o, int argc, char **argv)
{
	static const struct option options[] = {
		{ "max-parallel", required_argument, NULL, 'm' },
		{ NULL, 0, NULL, 0 }
	};
	const char *max = NULL;
	struct flow f;
	int c, rv;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1)
		if (c != 'm')
			return cmd_usage(&cmd_plan);
		else
			max = optarg;
	if (optind < argc - 1)
		return cmd_usage(&cmd_plan);
	if ((rv = orch_open(o)) != 0 || (rv = flow_open(&f, o, argv[optind])) != 0)
		return rv;
	if ((rv = flow_limit(&f, max)) == 0 && (rv = tasks_read(o->workspace, f.id, &f.list)) == 0)
		rv = preview(&f);
	flow_release(&f);
	return rv;
}

const struct cmd cmd_plan = {
	.name = "plan",
	.usage = "[--max-parallel N] [LIST]",
	.summary = "show what execute would do with a task list",
	.run = run,
};
