/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/alloc.h"
#include "proto/base/text.h"
#include "proto/plan/taskgraph.h"

#define CIRCLE_SHOWN	20	/* tasks of a circle named in a message */

void
taskgraph_begin(struct taskgraph *g, size_t n)
{
	memset(g, 0, sizeof(*g));
	g->n = n;
	g->needs_at = alloc_array(n + 1, sizeof(*g->needs_at));
	g->frees_at = alloc_array(n + 1, sizeof(*g->frees_at));
	g->waiting = alloc_array(n, sizeof(*g->waiting));
	g->topo = alloc_array(n, sizeof(*g->topo));
	g->status = alloc_array(n, sizeof(*g->status));
}

void
taskgraph_edge(struct taskgraph *g, size_t i, size_t j)
{
	uint32_t *need = array_add(&g->needs, &g->edges, sizeof(*g->needs));

	*need = (uint32_t)j;
	g->waiting[i]++;
}

/* Fills frees: the same edges in reverse. */
static void
find_frees(struct taskgraph *g)
{
	size_t *fill;

	g->frees = alloc_array(g->edges, sizeof(*g->frees));
	for (size_t e = 0; e < g->edges; e++)
		g->frees_at[g->needs[e] + 1]++;
	for (size_t i = 0; i < g->n; i++)
		g->frees_at[i + 1] += g->frees_at[i];
	fill = alloc_array(g->n, sizeof(*fill));
	for (size_t i = 0; i < g->n; i++)
		for (size_t e = g->needs_at[i]; e < g->needs_at[i + 1]; e++)
			g->frees[g->frees_at[g->needs[e]] + fill[g->needs[e]]++] = (uint32_t)i;
	free(fill);
}

/* Fills topo, depth first: from each task that was not seen yet, a path leads to its dependencies.  A path that returns to
 * itself is a circle. */
static void
sort(struct taskgraph *g, taskgraph_circle *circle, void *arg)
{
	uint32_t *way = alloc_array(g->n, sizeof(*way));
	size_t *edge = alloc_array(g->n, sizeof(*edge));	/* its next edge + 1; 0 = not seen yet */
	size_t *place = alloc_array(g->n, sizeof(*place));	/* its position on the path + 1; 0 = not on it */
	size_t n = 0, i, j, end = 0;

	for (size_t root = 0; root < g->n; root++)
		for (j = root;; j = g->needs[edge[i]++ - 1]) {
			if (edge[j] == 0) {
				edge[j] = g->needs_at[j] + 1;
				way[n] = (uint32_t)j;
				place[j] = ++n;
			} else if (place[j] != 0 && circle != NULL)
				circle(arg, &way[place[j] - 1], n - place[j] + 1);
			while (n > 0 && edge[way[n - 1]] > g->needs_at[way[n - 1] + 1]) {
				place[way[--n]] = 0;
				g->topo[end++] = way[n];
			}
			if (n == 0)
				break;
			i = way[n - 1];
		}
	free(way);
	free(edge);
	free(place);
}

void
taskgraph_end(struct taskgraph *g, taskgraph_circle *circle, void *arg)
{
	for (size_t i = 0; i < g->n; i++)
		g->needs_at[i + 1] = g->needs_at[i] + g->waiting[i];
	find_frees(g);
	sort(g, circle, arg);
}

bool
taskgraph_depends(const struct taskgraph *g, size_t i, size_t j)
{
	bool *seen = alloc_array(g->n, sizeof(*seen)), found;
	uint32_t *left = alloc_array(g->n + 1, sizeof(*left));

	for (size_t n = 1, at = i; n > 0 && !seen[j]; at = left[--n])
		for (size_t e = g->needs_at[at]; e < g->needs_at[at + 1]; e++)
			if (!seen[g->needs[e]]) {
				seen[g->needs[e]] = true;
				left[n++] = g->needs[e];
			}
	found = seen[j];
	free(seen);
	free(left);
	return found;
}

/* A list, and the first circle in it. */
struct found {
	const struct task *t;
	char		*err;
	size_t		 errlen;
	int		 rv;
};

static void
say_circle(void *arg, const uint32_t *task, size_t n)
{
	struct found *f = arg;
	struct text t = { 0 };

	if (f->rv == -1)
		return;
	f->rv = -1;
	text_printf(&t, "circular dependency: ");
	for (size_t k = 0; k < n && k < CIRCLE_SHOWN; k++)
		text_printf(&t, "%s -> ", f->t[task[k]].item.id);
	if (n > CIRCLE_SHOWN)
		text_printf(&t, "(%zu more) -> ", n - CIRCLE_SHOWN);
	text_puts(&t, f->t[task[0]].item.id);
	strlcpy(f->err, t.buf, f->errlen);
	text_free(&t);
}

int
taskgraph_make(struct taskgraph *g, const struct tasklist *list, char *err, size_t errlen)
{
	struct found f = { .t = list->v, .err = err, .errlen = errlen };
	size_t j;

	taskgraph_begin(g, list->n);
	g->list = list;
	for (size_t i = 0; i < g->n; i++)
		for (size_t k = 0; k < f.t[i].item.depends_on.n; k++) {
			if ((j = tasklist_find(list, f.t[i].item.depends_on.v[k])) == TASK_NONE) {
				snprintf(err, errlen, "task %s depends on %s, which is not in the "
				    "list", f.t[i].item.id, f.t[i].item.depends_on.v[k]);
				taskgraph_release(g);
				return -1;
			}
			taskgraph_edge(g, i, j);
		}
	taskgraph_end(g, say_circle, &f);
	if (f.rv == -1)
		taskgraph_release(g);
	for (size_t i = 0; i < g->n; i++)
		taskgraph_enter(g, i, list->v[i].status);
	return f.rv;
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
