/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "orchestrator/execute/executor.h"
#include "orchestrator/execute/hold.h"
#include "orchestrator/execute/preview.h"
#include "proto/base/alloc.h"
#include "proto/base/text.h"
#include "proto/json/record.h"

struct sim {
	struct preview	*p;
	struct work	*running;	/* tasks of the current step */
	size_t		 nrunning;
};

/* Finds all unknown dependencies; only when there are none, a circle. */
static bool
find_problems(struct preview *p)
{
	const struct tasklist *l = &p->f->list;
	char why[RECORD_ERR], *text;

	if (taskgraph_make(&p->graph, l, why, sizeof(why)) == 0) {
		taskgraph_rank(&p->graph);
		return false;
	}
	for (size_t i = 0; i < l->n; i++)
		for (size_t k = 0; k < l->v[i].item.depends_on.n; k++) {
			if (tasklist_find(l, l->v[i].item.depends_on.v[k]) != TASK_NONE)
				continue;
			text = text_format("task %s depends on %s, which is not in the list",
			    l->v[i].item.id, l->v[i].item.depends_on.v[k]);
			strings_add(&p->problems, text);
			free(text);
		}
	if (p->problems.n == 0)
		strings_add(&p->problems, why);
	return true;
}

/* lead: the position of the session's first task; NULL: it is this task. */
static void
send(struct sim *s, size_t i, const size_t *lead)
{
	struct preview *p = s->p;
	struct work w = executor_work(&p->f->list.v[i]);

	w.idle = lead != NULL;
	s->running[s->nrunning++] = w;
	p->lead[p->n] = lead != NULL ? *lead : p->n;
	p->order[p->n++] = i;
}

static void
send_followers(struct sim *s, size_t first)
{
	const struct tasklist *l = &s->p->f->list;

	for (size_t i = 0; i < l->n; i++)
		if (l->v[i].status == TASK_IN_PROGRESS && i != s->p->order[first] &&
		    executor_follows(l, &l->v[i]) &&
		    strcmp(l->v[i].session, l->v[s->p->order[first]].session) == 0)
			send(s, i, &first);
}

/* Puts running tasks into the first step, and marks tasks worth another session as to be done. */
static void
begin(struct sim *s)
{
	struct taskgraph *g = &s->p->graph;
	const struct tasklist *l = &s->p->f->list;
	int64_t attempt;
	size_t first;

	for (size_t i = 0; i < g->n; i++) {
		const struct task *t = &l->v[i];

		if ((g->status[i] == TASK_FAILED || g->status[i] == TASK_BLOCKED) &&
		    executor_again(s->p->f, t, &attempt))
			taskgraph_enter(g, i, TASK_PENDING);
		else if (g->status[i] == TASK_IN_PROGRESS && t->session[0] != '\0' &&
		    !executor_follows(l, t)) {
			first = s->p->n;
			send(s, i, NULL);
			send_followers(s, first);
		}
	}
}

/* Notes why ready tasks are not in the step that begins at this position of the order. */
static void
note_others(struct sim *s, size_t first)
{
	static const char *const texts[HOLDS] = {
		[HOLD_PATHS] = "their paths can name the same file",
		[HOLD_ALONE] = "one of them is not parallelizable",
		[HOLD_NO_PATHS] = "neither names its paths",
	};
	const struct executor *f = s->p->f;
	struct taskgraph *g = &s->p->graph;
	size_t i = taskgraph_next(g);

	for (size_t n = 0; n < EXECUTOR_LOOKED_AT && i != TASK_NONE; n++, i = taskgraph_after(g, i)) {
		struct work w = executor_work(&f->list.v[i]);
		char **why = &s->p->why[i];

		free(*why);
		*why = NULL;
		for (size_t k = 0; k < s->nrunning && *why == NULL; k++)
			if (!admit_beside(&w, &s->running[k], 1, &f->limits))
				*why = text_format("not beside %s: %s", f->list.v[s->p->order[first + k]].item.id,
				    texts[hold_between(&w, &s->running[k])]);
	}
}

static void
simulate(struct sim *s)
{
	const struct executor *f = s->p->f;
	struct preview *p = s->p;
	struct taskgraph *g = &p->graph;
	size_t first = 0, i, lead;
	struct pick pick;

	for (begin(s);; first = p->n, s->nrunning = 0) {
		while (executor_choose(g, s->running, s->nrunning, &f->limits, f->opts.group, NULL, NULL,
		    &pick)) {
			lead = p->n;
			for (i = 0; i < pick.n; i++) {
				taskgraph_enter(g, pick.v[i], TASK_IN_PROGRESS);
				send(s, pick.v[i], i > 0 ? &lead : NULL);
			}
		}
		if (p->n == first)
			break;
		note_others(s, first);
		for (i = first; i < p->n; i++)
			taskgraph_enter(g, p->order[i], TASK_COMPLETE);
		p->end[p->steps++] = p->n;
	}
}

void
preview_make(struct preview *p, struct executor *f)
{
	struct sim s = { .p = p };
	size_t n = f->list.n;

	memset(p, 0, sizeof(*p));
	p->f = f;
	p->order = alloc_array(n, sizeof(*p->order));
	p->lead = alloc_array(n, sizeof(*p->lead));
	p->why = alloc_array(n, sizeof(*p->why));
	p->end = alloc_array(n, sizeof(*p->end));
	s.running = alloc_array(n, sizeof(*s.running));
	if (!find_problems(p))
		simulate(&s);
	free(s.running);
}

void
preview_release(struct preview *p)
{
	if (p->problems.n == 0)
		taskgraph_release(&p->graph);
	strings_free(&p->problems);
	for (size_t i = 0; p->why != NULL && i < p->f->list.n; i++)
		free(p->why[i]);
	free(p->why);
	free(p->order);
	free(p->lead);
	free(p->end);
	memset(p, 0, sizeof(*p));
}

size_t
preview_left(const struct preview *p)
{
	size_t left = p->f->list.n;

	for (size_t i = 0; i < p->graph.n; i++)
		left -= p->graph.status[i] == TASK_COMPLETE;
	return left;
}
