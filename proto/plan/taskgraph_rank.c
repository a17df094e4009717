/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "proto/base/alloc.h"
#include "proto/plan/taskgraph.h"

#define BITS	64

_Static_assert(TASKLIST_MAX_TASKS <= BITS * BITS * BITS, "the bitmap has three levels");

/* Finds the tasks that wait, directly or not, for each of up to 64 tasks: one bit per task of the block. */
static void
count_block(struct taskgraph *g, const uint32_t *pos, size_t from, uint64_t *reach)
{
	size_t to = from + BITS < g->n ? from + BITS : g->n;

	for (size_t p = to; p-- > 0;) {
		size_t i = g->topo[p], j;
		uint64_t r = 0;

		for (size_t e = g->frees_at[i]; e < g->frees_at[i + 1]; e++) {
			if ((j = pos[g->frees[e]]) >= to)
				continue;
			r |= reach[j];
			if (j >= from && g->status[g->frees[e]] != TASK_COMPLETE)
				r |= UINT64_C(1) << (j - from);
		}
		reach[p] = r;
		if (r != 0)
			g->unblocks[i] += (uint32_t)__builtin_popcountll(r);
	}
}

static int
compare(const void *a, const void *b, void *arg)
{
	const uint32_t i = *(const uint32_t *)a, j = *(const uint32_t *)b;
	const struct taskgraph *g = arg;
	const struct task *x = &g->list->v[i], *y = &g->list->v[j];

	if (x->item.priority != y->item.priority)
		return x->item.priority < y->item.priority ? -1 : 1;
	if (g->unblocks[i] != g->unblocks[j])
		return g->unblocks[i] > g->unblocks[j] ? -1 : 1;
	if (x->created_at != y->created_at)
		return x->created_at < y->created_at ? -1 : 1;
	return i < j ? -1 : i > j;
}

static void
mark(struct taskgraph *g, size_t i, bool on)
{
	size_t r = g->rank[i];

	for (int l = 0; l < TASKGRAPH_LEVELS; l++, r /= BITS) {
		uint64_t *word = &g->ready[l][r / BITS], bit = UINT64_C(1) << r % BITS;

		*word = on ? *word | bit : *word & ~bit;
		on = *word != 0;
	}
}

void
taskgraph_rank(struct taskgraph *g)
{
	uint32_t *pos = alloc_array(g->n, sizeof(*pos));
	uint64_t *reach = alloc_array(g->n, sizeof(*reach));
	size_t words = g->n;

	g->unblocks = alloc_array(g->n, sizeof(*g->unblocks));
	g->rank = alloc_array(g->n, sizeof(*g->rank));
	g->ranked = alloc_array(g->n, sizeof(*g->ranked));
	for (size_t p = 0; p < g->n; p++)
		pos[g->topo[p]] = (uint32_t)p;
	for (size_t i = 0; i < g->n && g->list != NULL; i++)
		g->unblocks[i] = (uint32_t)g->list->v[i].unblocks;
	for (size_t from = 0; from < g->n; from += BITS)
		count_block(g, pos, from, reach);
	for (size_t i = 0; i < g->n; i++)
		g->ranked[i] = (uint32_t)i;
	if (g->list != NULL && g->n > 1)
		qsort_r(g->ranked, g->n, sizeof(*g->ranked), compare, g);
	for (size_t r = 0; r < g->n; r++)
		g->rank[g->ranked[r]] = (uint32_t)r;
	for (int l = 0; l < TASKGRAPH_LEVELS; l++) {
		words = words / BITS + 1;
		g->ready[l] = alloc_array(words, sizeof(**g->ready));
	}
	for (size_t i = 0; i < g->n; i++)
		if (taskgraph_ready(g, i))
			mark(g, i, true);
	free(pos);
	free(reach);
}

bool
taskgraph_ready(const struct taskgraph *g, size_t i)
{
	return g->status[i] == TASK_PENDING && g->waiting[i] == 0;
}

/* The first ready task below bit r of level l. */
static size_t
first_below(const struct taskgraph *g, int l, size_t r)
{
	while (l-- > 0)
		r = r * BITS + (size_t)__builtin_ctzll(g->ready[l][r]);
	return g->ranked[r];
}

size_t
taskgraph_next(const struct taskgraph *g)
{
	if (g->ready[0] == NULL || g->ready[TASKGRAPH_LEVELS - 1][0] == 0)
		return TASK_NONE;
	return first_below(g, TASKGRAPH_LEVELS, 0);
}

size_t
taskgraph_after(const struct taskgraph *g, size_t i)
{
	size_t r = g->rank[i];
	uint64_t rest;

	for (int l = 0; l < TASKGRAPH_LEVELS; l++, r /= BITS) {
		rest = g->ready[l][r / BITS] & ~(UINT64_MAX >> (BITS - 1 - r % BITS));
		if (rest != 0)
			return first_below(g, l, r - r % BITS + (size_t)__builtin_ctzll(rest));
	}
	return TASK_NONE;
}

static void
update(struct taskgraph *g, size_t i)
{
	if (g->rank != NULL)
		mark(g, i, taskgraph_ready(g, i));
}

void
taskgraph_enter(struct taskgraph *g, size_t i, enum task_status to)
{
	bool was = g->status[i] == TASK_COMPLETE, is = to == TASK_COMPLETE;

	g->status[i] = to;
	update(g, i);
	if (was == is)
		return;
	for (size_t e = g->frees_at[i]; e < g->frees_at[i + 1]; e++) {
		if (is)
			g->waiting[g->frees[e]]--;
		else
			g->waiting[g->frees[e]]++;
		update(g, g->frees[e]);
	}
}
