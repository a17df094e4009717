/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "orchestrator/cli/plan_lanes.h"
#include "orchestrator/execute/executor.h"
#include "orchestrator/execute/preview.h"
#include "orchestrator/source/tasks.h"
#include "orchestrator/view/look.h"
#include "orchestrator/view/page.h"
#include "orchestrator/view/show.h"
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

/* "  [api] The API (after setup) (alone)" */
static void
print_task(const struct preview *p, size_t at)
{
	const struct task *t = &p->f->list.v[p->order[at]];
	const struct strings *needs = &t->item.depends_on;
	struct text line = { 0 };
	char *lead = text_format("  %s[%s] ", p->lead[at] == at ? "" : "+ ", t->item.id);

	text_line(&line, t->item.title, strlen(t->item.title));
	for (size_t k = 0; k < needs->n; k++)
		text_printf(&line, "%s%s", k == 0 ? " (after " : ", ", needs->v[k]);
	if (needs->n > 0)
		text_puts(&line, ")");
	if (p->why[p->order[at]] != NULL)
		text_printf(&line, " (%s)", p->why[p->order[at]]);
	text_puts(&line, t->parallelizable ? "" : " (alone)");
	show_item(&(struct page_item){ lead, line.buf, NULL }, 6);
	text_free(&line);
	free(lead);
}

static void
add_reason(struct text *line, const struct task *t, enum task_status now)
{
	const char *why = t->nhistory == 0 ? NULL : t->history[t->nhistory - 1].reason;

	if (t->status != now || why == NULL || now != TASK_BLOCKED)
		return;
	text_puts(line, ": ");
	text_line(line, why, strlen(why));
}

static void
print_stuck(const struct preview *p)
{
	const struct taskgraph *g = &p->graph;
	struct text line = { 0 };
	char *waits;

	for (size_t i = 0; i < g->n; i++) {
		if (g->status[i] == TASK_COMPLETE)
			continue;
		waits = tasks_waits_for(g, i);
		text_clear(&line);
		text_printf(&line, "[%s] %s%s%s", p->f->list.v[i].item.id, task_status_name(g->status[i]),
		    waits == NULL ? "" : ", waits for ", waits == NULL ? "" : waits);
		add_reason(&line, &p->f->list.v[i], g->status[i]);
		show_item(&(struct page_item){ "not done  ", line.buf, NULL }, 2);
		free(waits);
	}
	text_free(&line);
}

/* Prints them where it matters: there are at least two, and the user does not trust them. */
static void
print_ambiguous(const struct preview *p)
{
	struct text line = { 0 };
	size_t n = 0;

	for (size_t i = 0; i < p->n; i++) {
		const struct task *t = &p->f->list.v[p->order[i]];

		if (executor_ambiguous(t) && !executor_work(t).trusted)
			text_printf(&line, "%s[%s]", n++ == 0 ? "" : " ", t->item.id);
	}
	text_puts(&line, p->f->settings.ambiguous == AMBIGUOUS_ASK ?
	    ": one at a time among themselves, unless that question is answered otherwise" :
	    ": one at a time among themselves (ambiguous is sequential)");
	if (n > 1 && !p->f->limits.trust)
		show_item(&(struct page_item){ "no paths  ", line.buf, NULL }, 2);
	text_free(&line);
}

static void
print_head(const struct preview *p)
{
	char *limit = capacity_text(&p->f->capacity, p->f->max_name), *lead = text_format("%s: ", p->f->id);
	const char *name = p->f->list.name != NULL ? p->f->list.name : "";
	struct text line = { 0 };

	text_line(&line, name, strlen(name));
	text_printf(&line, ": %zu step%s, at most %zu at once: %s", p->steps, p->steps == 1 ? "" : "s", p->f->limits.max, limit);
	show_item(&(struct page_item){ lead, line.buf, NULL }, 2);
	text_free(&line);
	free(limit);
	free(lead);
}

static void
print_step(size_t n, size_t sessions)
{
	char *title = text_format("step %zu%s", n, sessions > 1 ? ", at once" : "");
	struct text t = { 0 };

	look_puts(&t, TONE_HEAD, title);
	show_cut(t.buf);
	text_free(&t);
	free(title);
}

void
preview_text(const struct preview *p)
{
	struct text line = { 0 };
	size_t at = 0, sessions;

	print_head(p);
	plan_lanes(p);
	for (size_t n = 0; n < p->steps; n++) {
		sessions = 0;
		for (size_t i = at; i < p->end[n]; i++)
			sessions += p->lead[i] == i;
		print_step(n + 1, sessions);
		for (; at < p->end[n]; at++)
			print_task(p, at);
	}
	print_ambiguous(p);
	print_stuck(p);
	for (size_t i = 0; i < p->problems.n; i++) {
		text_clear(&line);
		text_line(&line, p->problems.v[i], strlen(p->problems.v[i]));
		show_item(&(struct page_item){ "problem   ", line.buf, NULL }, 2);
	}
	text_free(&line);
}
