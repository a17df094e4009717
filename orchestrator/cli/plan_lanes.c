/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "orchestrator/cli/plan_lanes.h"
#include "orchestrator/execute/executor.h"
#include "orchestrator/execute/group.h"
#include "orchestrator/execute/preview.h"
#include "orchestrator/view/look.h"
#include "orchestrator/view/page.h"
#include "orchestrator/view/show.h"
#include "proto/base/alloc.h"
#include "proto/base/clock.h"
#include "proto/base/text.h"

#define LANES_MAX	40	/* tasks; further ones are only counted */
#define NAMES_MAX	24	/* columns */
#define LANE_MIN	10
#define LANE_MAX	60
#define TIME		11	/* "1 h 54 min" */
#define CHAIN_MAX	6	/* names */
#define MINUTE		INT64_C(60000)
#define NONE		SIZE_MAX

struct lanes {
	const struct preview *p;
	int64_t	*from;		/* by position in order: minutes after the beginning */
	int64_t	 total, sum;	/* minutes: of all steps, and of all tasks one after another */
	size_t	 names, columns;
	bool	 guessed;	/* some tasks have no estimate */
};

static const struct task *
task_at(const struct preview *p, size_t at)
{
	return &p->f->list.v[p->order[at]];
}

static int64_t
minutes(const struct task *t)
{
	return t->item.estimate > 0 ? t->item.estimate : GROUP_UNKNOWN;
}

/* The tasks of a session follow each other; a step lasts as long as its longest session. */
static void
measure(struct lanes *l)
{
	const struct preview *p = l->p;
	size_t at = 0, width = look_width();
	int64_t *end = alloc_array(p->n, sizeof(*end)), last;

	for (size_t step = 0; step < p->steps; step++) {
		for (last = l->total; at < p->end[step]; at++) {
			const struct task *t = task_at(p, at);

			l->from[at] = p->lead[at] == at ? l->total : end[p->lead[at]];
			end[at] = end[p->lead[at]] = l->from[at] + minutes(t);
			last = end[at] > last ? end[at] : last;
			l->sum += minutes(t);
			l->guessed |= t->item.estimate == 0;
			if (page_columns(t->item.id) > l->names)
				l->names = page_columns(t->item.id);
		}
		l->total = last;
	}
	l->names = l->names > NAMES_MAX ? NAMES_MAX : l->names;
	width = width == SIZE_MAX ? LOOK_PAGE : width;
	l->columns = width < l->names + TIME + LANE_MIN + 6 ? LANE_MIN : width - l->names - TIME - 6;
	l->columns = l->columns > LANE_MAX ? LANE_MAX : l->columns;
	free(end);
}

/* "  api    ........########      40 min" */
static void
print_lane(const struct lanes *l, size_t at)
{
	const struct task *task = task_at(l->p, at);
	int64_t columns = (int64_t)l->columns, from = l->from[at] * columns / l->total;
	int64_t to = (l->from[at] + minutes(task)) * columns / l->total;
	bool known = task->item.estimate > 0;
	struct text t = { 0 }, bar = { 0 };
	char took[CLOCK_TEXT];

	to = to > from ? to : from + 1;
	text_puts(&t, "  ");
	page_column(&t, task->item.id, l->names);
	text_printf(&t, "  %*s", (int)from, "");
	for (int64_t i = from; i < to; i++)
		text_puts(&bar, known ? "█" : "░");
	look_puts(&t, known ? TONE_BUSY : TONE_QUIET, bar.buf);
	text_printf(&t, "%*s  %*s", (int)(columns > to ? columns - to : 0), "", TIME,
	    known ? clock_took(minutes(task) * MINUTE, took, sizeof(took)) : "?");
	show_cut(t.buf);
	text_free(&bar);
	text_free(&t);
}

static void
print_sum(const struct lanes *l)
{
	char took[CLOCK_TEXT], alone[CLOCK_TEXT];
	struct text t = { 0 };

	text_printf(&t, "about %s; one after another %s", clock_took(l->total * MINUTE, took, sizeof(took)),
	    clock_took(l->sum * MINUTE, alone, sizeof(alone)));
	if (l->guessed)
		text_printf(&t, "; a task without an estimate counts %d min", GROUP_UNKNOWN);
	show_note("time", t.buf);
	text_free(&t);
}

/* The longest way through the dependencies: before[i] is the task that i waits for longest.  Dependencies stand before
 * their tasks in order.  Returns its last task, and its minutes. */
static size_t
longest(const struct preview *p, size_t *before, int64_t *best)
{
	const struct taskgraph *g = &p->graph;
	int64_t *sum = alloc_array(g->n, sizeof(*sum));
	size_t last = NONE;

	*best = 0;
	for (size_t at = 0; at < p->n; at++) {
		size_t i = p->order[at], need;

		before[i] = NONE;
		for (size_t k = g->needs_at[i]; k < g->needs_at[i + 1]; k++) {
			need = g->needs[k];
			if (sum[need] > sum[i]) {
				sum[i] = sum[need];
				before[i] = need;
			}
		}
		sum[i] += minutes(task_at(p, at));
		if (sum[i] > *best) {
			*best = sum[i];
			last = i;
		}
	}
	free(sum);
	return last;
}

static void
print_chain(const struct lanes *l)
{
	size_t *before = alloc_array(l->p->graph.n, sizeof(*before)), n = 0, *chain = alloc_array(l->p->n, sizeof(*chain));
	struct text t = { 0 };
	char took[CLOCK_TEXT];
	int64_t sum;

	for (size_t i = longest(l->p, before, &sum); i != NONE; i = before[i])
		chain[n++] = i;
	for (size_t i = n; i-- > 0;) {
		if (n - i > CHAIN_MAX)
			continue;
		text_printf(&t, "%s%s", i + 1 == n ? "" : ", then ", l->p->f->list.v[chain[i]].item.id);
	}
	if (n > CHAIN_MAX)
		text_printf(&t, " and %zu more", n - CHAIN_MAX);
	text_printf(&t, " take %s: %s", clock_took(sum * MINUTE, took, sizeof(took)), sum >= l->total ?
	    "more parallel sessions would not make it shorter" : "more parallel sessions, or fewer shared paths, would make it shorter");
	if (n > 1)
		show_note("longest", t.buf);
	text_free(&t);
	free(chain);
	free(before);
}

void
plan_lanes(const struct preview *p)
{
	struct lanes l = { .p = p, .from = alloc_array(p->n, sizeof(*l.from)) };
	char *more;

	if (p->n > 1) {
		measure(&l);
		for (size_t at = 0; at < p->n && at < LANES_MAX; at++)
			print_lane(&l, at);
		if (p->n > LANES_MAX) {
			more = text_format("  and %zu more", p->n - LANES_MAX);
			show_cut(more);
			free(more);
		}
		print_sum(&l);
		print_chain(&l);
	}
	free(l.from);
}
