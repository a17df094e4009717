/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>

#include "orchestrator/execute/executor.h"
#include "orchestrator/execute/preview.h"
#include "orchestrator/source/tasks.h"
#include "proto/base/text.h"
#include "proto/json/json.h"

static struct json *
task_json_of(const struct preview *p, size_t at, size_t step)
{
	const struct task *t = &p->f->list.v[p->order[at]];
	struct json *j = json_new_object(), *needs = json_new_array();

	json_put_str(j, "task", t->item.id);
	json_put_str(j, "title", t->item.title);
	json_put_int(j, "step", (int64_t)step);
	for (size_t k = 0; k < t->item.depends_on.n; k++)
		json_append(needs, json_new_string(t->item.depends_on.v[k]));
	json_put(j, "depends_on", needs);
	json_put_str(j, "why", p->why[p->order[at]]);
	json_put_bool(j, "alone", !t->parallelizable);
	json_put_bool(j, "ambiguous", t->item.allowed_paths.n == 0);
	json_put_str(j, "with", p->lead[at] == at ? NULL :
	    p->f->list.v[p->order[p->lead[at]]].item.id);
	return j;
}

static struct json *
stuck_json(const struct preview *p)
{
	const struct taskgraph *g = &p->graph;
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

static struct json *
count_or_null(size_t n)
{
	return n == SIZE_MAX ? NULL : json_new_int((int64_t)n);
}

static struct json *
capacity_json(const struct capacity *c)
{
	struct json *j = json_new_object();

	json_put_int(j, "wanted", (int64_t)c->wanted);
	json_put(j, "by_memory", count_or_null(c->by_memory));
	json_put(j, "by_processors", count_or_null(c->by_processors));
	return j;
}

struct json *
preview_json(const struct preview *p, struct json *held, struct json *manifest)
{
	struct json *j = json_new_object(), *steps = json_new_array(), *tasks = json_new_array();
	struct json *step, *problems = json_new_array();
	size_t at = 0;

	json_put_int(j, "version", 1);
	json_put_str(j, "list", p->f->id);
	json_put_str(j, "name", p->f->list.name);
	json_put_int(j, "max_parallel", (int64_t)p->f->limits.max);
	json_put(j, "capacity", capacity_json(&p->f->capacity));
	json_put_str(j, "ambiguous", ambiguous_names[p->f->settings.ambiguous]);
	for (size_t n = 0; n < p->steps; n++) {
		for (step = json_new_array(); at < p->end[n]; at++) {
			json_append(step, json_new_string(p->f->list.v[p->order[at]].item.id));
			json_append(tasks, task_json_of(p, at, n + 1));
		}
		json_append(steps, step);
	}
	json_put(j, "steps", steps);
	json_put(j, "tasks", tasks);
	json_put(j, "stuck", stuck_json(p));
	for (size_t i = 0; i < p->problems.n; i++)
		json_append(problems, json_new_string(p->problems.v[i]));
	json_put(j, "problems", problems);
	json_put(j, "held", held);
	json_put(j, "terminal_manifest", manifest);
	return j;
}

static void
print_task(const struct preview *p, size_t at)
{
	const struct task *t = &p->f->list.v[p->order[at]];
	const struct strings *needs = &t->item.depends_on;

	printf("  %s[%s] ", p->lead[at] == at ? "" : "+ ", t->item.id);
	text_print(stdout, t->item.title, false);
	for (size_t k = 0; k < needs->n; k++)
		printf("%s%s", k == 0 ? " (after " : ", ", needs->v[k]);
	if (needs->n > 0)
		putchar(')');
	if (p->why[p->order[at]] != NULL)
		printf(" (%s)", p->why[p->order[at]]);
	puts(t->parallelizable ? "" : " (alone)");
}

static void
print_reason(const struct task *t, enum task_status now)
{
	const char *why = t->nhistory == 0 ? NULL : t->history[t->nhistory - 1].reason;

	if (t->status != now || why == NULL || now != TASK_BLOCKED)
		return;
	printf(": ");
	text_print(stdout, why, false);
}

static void
print_stuck(const struct preview *p)
{
	const struct taskgraph *g = &p->graph;
	char *waits;

	for (size_t i = 0; i < g->n; i++) {
		if (g->status[i] == TASK_COMPLETE)
			continue;
		waits = tasks_waits_for(g, i);
		printf("not done  [%s] %s%s%s", p->f->list.v[i].item.id,
		    task_status_name(g->status[i]), waits == NULL ? "" : ", waits for ",
		    waits == NULL ? "" : waits);
		print_reason(&p->f->list.v[i], g->status[i]);
		putchar('\n');
		free(waits);
	}
}

/* Prints them where it matters: there are at least two, and the user does not trust them. */
static void
print_ambiguous(const struct preview *p)
{
	size_t n = 0;

	for (int pass = 0; pass < 2; pass++) {
		if (pass == 1 && (n < 2 || p->f->limits.trust))
			return;
		if (pass == 1)
			printf("no paths  ");
		for (size_t i = 0, k = 0; i < p->n; i++) {
			const struct task *t = &p->f->list.v[p->order[i]];

			if (!executor_ambiguous(t) || executor_work(t).trusted)
				continue;
			if (pass == 0)
				n++;
			else
				printf("%s[%s]", k++ == 0 ? "" : " ", t->item.id);
		}
	}
	puts(p->f->settings.ambiguous == AMBIGUOUS_ASK ?
	    ": one at a time among themselves, unless that question is answered otherwise" :
	    ": one at a time among themselves (ambiguous is sequential)");
}

void
preview_text(const struct preview *p)
{
	char *limit = capacity_text(&p->f->capacity, p->f->max_name);
	size_t at = 0, sessions;

	printf("%s: ", p->f->id);
	text_print(stdout, p->f->list.name, false);
	printf(": %zu step%s, at most %zu at once: %s\n", p->steps, p->steps == 1 ? "" : "s",
	    p->f->limits.max, limit);
	free(limit);
	for (size_t n = 0; n < p->steps; n++) {
		sessions = 0;
		for (size_t i = at; i < p->end[n]; i++)
			sessions += p->lead[i] == i;
		printf("step %zu%s\n", n + 1, sessions > 1 ? ", at once" : "");
		for (; at < p->end[n]; at++)
			print_task(p, at);
	}
	print_ambiguous(p);
	print_stuck(p);
	for (size_t i = 0; i < p->problems.n; i++) {
		printf("problem   ");
		text_print(stdout, p->problems.v[i], false);
		putchar('\n');
	}
}
