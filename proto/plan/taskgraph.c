/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/alloc.h"
#include "proto/base/text.h"
#include "proto/plan/taskgraph.h"

#define CIRCLE_SHOWN	20	/* tasks of a circle named in a message */

/* Fills needs; err names a missing dependency. */
static int
find_needs(struct taskgraph *g, char *err, size_t errlen)
{
	const struct task *t = g->list->v;
	size_t at = 0, j;

	for (size_t i = 0; i < g->n; i++)
		at += t[i].item.depends_on.n;
	g->needs = alloc_array(at, sizeof(*g->needs));
	at = 0;
	for (size_t i = 0; i < g->n; i++) {
		g->needs_at[i] = at;
		for (size_t k = 0; k < t[i].item.depends_on.n; k++) {
			j = tasklist_find(g->list, t[i].item.depends_on.v[k]);
			if (j == TASK_NONE) {
				snprintf(err, errlen, "task %s depends on %s, which is not in the "
				    "list", t[i].item.id, t[i].item.depends_on.v[k]);
				return -1;
			}
			g->needs[at++] = (uint32_t)j;
		}
	}
	g->needs_at[g->n] = at;
	return 0;
}

/* Fills frees: the same edges in reverse. */
static void
find_frees(struct taskgraph *g)
{
	size_t edges = g->needs_at[g->n], *fill;

	g->frees = alloc_array(edges, sizeof(*g->frees));
	for (size_t e = 0; e < edges; e++)
		g->frees_at[g->needs[e] + 1]++;
	for (size_t i = 0; i < g->n; i++)
		g->frees_at[i + 1] += g->frees_at[i];
	fill = alloc_array(g->n, sizeof(*fill));
	for (size_t i = 0; i < g->n; i++)
		for (size_t e = g->needs_at[i]; e < g->needs_at[i + 1]; e++)
			g->frees[g->frees_at[g->needs[e]] + fill[g->needs[e]]++] = (uint32_t)i;
	free(fill);
}

/* Each remaining task depends on another remaining one, so following dependencies must reach some task again. */
static void
say_circle(const struct taskgraph *g, const uint32_t *left, char *err, size_t errlen)
{
	size_t *step = alloc_array(g->n, sizeof(*step)), i = 0, e, n = 0, len;
	struct text t = { 0 };

	while (left[i] == 0)
		i++;
	while (step[i] == 0) {
		step[i] = ++n;
		for (e = g->needs_at[i]; left[g->needs[e]] == 0; e++)
			;
		i = g->needs[e];
	}
	len = n - step[i] + 1;
	text_printf(&t, "circular dependency: ");
	for (size_t k = 0, j = i; k < len; k++, j = g->needs[e]) {
		if (k < CIRCLE_SHOWN)
			text_printf(&t, "%s -> ", g->list->v[j].item.id);
		for (e = g->needs_at[j]; left[g->needs[e]] == 0; e++)
			;
	}
	if (len > CIRCLE_SHOWN)
		text_printf(&t, "(%zu more) -> ", len - CIRCLE_SHOWN);
	text_puts(&t, g->list->v[i].item.id);
	strlcpy(err, t.buf, errlen);
	text_free(&t);
	free(step);
}

static int
sort(struct taskgraph *g, char *err, size_t errlen)
{
	uint32_t *left = alloc_array(g->n, sizeof(*left));
	size_t done = 0, end = 0;
	int rv = 0;

	for (size_t i = 0; i < g->n; i++)
		if ((left[i] = (uint32_t)(g->needs_at[i + 1] - g->needs_at[i])) == 0)
			g->topo[end++] = (uint32_t)i;
	while (done < end) {
		size_t i = g->topo[done++];

		for (size_t e = g->frees_at[i]; e < g->frees_at[i + 1]; e++)
			if (--left[g->frees[e]] == 0)
				g->topo[end++] = g->frees[e];
	}
	if (end < g->n) {
		say_circle(g, left, err, errlen);
		rv = -1;
	}
	free(left);
	return rv;
}

int
taskgraph_make(struct taskgraph *g, const struct tasklist *list, char *err, size_t errlen)
{
	memset(g, 0, sizeof(*g));
	g->list = list;
	g->n = list->n;
	g->needs_at = alloc_array(g->n + 1, sizeof(*g->needs_at));
	g->frees_at = alloc_array(g->n + 1, sizeof(*g->frees_at));
	g->waiting = alloc_array(g->n, sizeof(*g->waiting));
	g->topo = alloc_array(g->n, sizeof(*g->topo));
	g->status = alloc_array(g->n, sizeof(*g->status));
	if (find_needs(g, err, errlen) == -1) {
		taskgraph_release(g);
		return -1;
	}
	find_frees(g);
	if (sort(g, err, errlen) == -1) {
		taskgraph_release(g);
		return -1;
	}
	for (size_t i = 0; i < g->n; i++) {
		g->status[i] = list->v[i].status;
		for (size_t e = g->needs_at[i]; e < g->needs_at[i + 1]; e++)
			g->waiting[i] += list->v[g->needs[e]].status != TASK_COMPLETE;
	}
	return 0;
}

void
taskgraph_release(struct taskgraph *g)
{
	free(g->needs_at);
	free(g->needs);
	free(g->frees_at);
	free(g->frees);
	free(g->waiting);
	free(g->topo);
	free(g->unblocks);
	free(g->rank);
	free(g->ranked);
	free(g->status);
	for (int l = 0; l < TASKGRAPH_LEVELS; l++)
		free(g->ready[l]);
	memset(g, 0, sizeof(*g));
}
