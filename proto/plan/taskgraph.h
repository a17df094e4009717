/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROTO_TASKGRAPH_H
#define PROTO_TASKGRAPH_H

/*
 * The dependencies of a list's tasks, and which task comes next.  Pure.
 *
 *	taskgraph_make(&g, &list, err, sizeof(err))	once
 *	taskgraph_rank(&g)				once, for an order
 *	while ((i = taskgraph_next(&g)) != TASK_NONE)
 *		taskgraph_enter(&g, i, TASK_IN_PROGRESS) ... TASK_COMPLETE
 *
 * A task is ready when it is PENDING and all it depends on is COMPLETE.  Ready
 * ones are ordered by priority, then by how many tasks that are not COMPLETE wait for them,
 * directly or not (and what is said to wait elsewhere), then by age.  Making takes time linear in tasks and
 * dependencies, ranking that and a sort and a pass for each 64 tasks; a
 * change of status takes as long as the task has direct dependents, and next
 * is the same in a list of any size: counts and a bitmap are kept, not looked for.
 */

#include "proto/plan/tasklist.h"

#define TASKGRAPH_LEVELS	3	/* of the bitmap: 64^3 tasks */

struct taskgraph {
	const struct tasklist *list;	/* borrowed; its ids and indices stay */
	size_t		 n;
	size_t		*needs_at;	/* n + 1: where in needs those of a task are */
	uint32_t	*needs;		/* indices of what it depends on */
	size_t		*frees_at;
	uint32_t	*frees;		/* of what depends on it */
	uint32_t	*waiting;	/* how many it depends on that are not COMPLETE */
	uint32_t	*topo;		/* all, dependencies first */
	uint32_t	*unblocks;	/* how many wait for it; by taskgraph_rank */
	uint32_t	*rank, *ranked;	/* place in the order; what is in a place */
	enum task_status *status;
	uint64_t	*ready[TASKGRAPH_LEVELS];	/* by rank; a bit says: a word below is not 0 */
};

/* -1 with err: an unknown dependency, or a circle, which is printed: "a -> b -> a". */
int taskgraph_make(struct taskgraph *, const struct tasklist *, char *err, size_t errlen);
void taskgraph_rank(struct taskgraph *);
void taskgraph_release(struct taskgraph *);
bool taskgraph_ready(const struct taskgraph *, size_t);
size_t taskgraph_next(const struct taskgraph *);
/* The ready one that comes after the task i in the order. */
size_t taskgraph_after(const struct taskgraph *, size_t i);
void taskgraph_enter(struct taskgraph *, size_t, enum task_status);

#endif
