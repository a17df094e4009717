/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROTO_TASKGRAPH_H
#define PROTO_TASKGRAPH_H

/*
 * The dependencies of a list's tasks, or of streams, and which comes next.  Pure.
 *
 *	taskgraph_make(&g, &list, err, sizeof(err))	once, for a list; or
 *	taskgraph_begin(&g, n)				for anything else, then
 *	    taskgraph_edge(&g, i, j), taskgraph_end(&g, ...)
 *	taskgraph_rank(&g)				once, for an order
 *	while ((i = taskgraph_next(&g)) != TASK_NONE)
 *		taskgraph_enter(&g, i, TASK_IN_PROGRESS) ... TASK_COMPLETE
 *
 * A task is ready when it is PENDING and all its dependencies are COMPLETE.
 * Ready tasks of a list are ordered by priority, then by how many tasks that are not COMPLETE wait for them,
 * directly or not (including tasks recorded as waiting elsewhere), then by age; all others by their index.
 * Making takes time linear in tasks and dependencies; ranking adds a sort and a pass for each 64 tasks.  A change
 * of status takes time linear in the task's direct dependents, and next takes constant time: counts and a bitmap are kept up to date.
 */

#include "proto/plan/tasklist.h"

#define TASKGRAPH_LEVELS	3	/* levels of the bitmap: 64^3 tasks */

struct taskgraph {
	const struct tasklist *list;	/* borrowed; its ids and indices must not change; NULL = not of a list */
	size_t		 n, edges;
	size_t		*needs_at;	/* n + 1 entries: where a task's dependencies begin in needs */
	uint32_t	*needs;		/* indices of the dependencies */
	size_t		*frees_at;
	uint32_t	*frees;		/* indices of the dependents */
	uint32_t	*waiting;	/* number of dependencies that are not COMPLETE */
	uint32_t	*topo;		/* all tasks, dependencies first; in a circle in any order */
	uint32_t	*unblocks;	/* number of tasks waiting for it; set by taskgraph_rank */
	uint32_t	*rank, *ranked;	/* position in the order; task at a position */
	enum task_status *status;
	uint64_t	*ready[TASKGRAPH_LEVELS];	/* bits by rank; a bit of an upper level says that the word below is not 0 */
};

/* -1 with err for an unknown dependency or a circle, which is printed as "a -> b -> a". */
int taskgraph_make(struct taskgraph *, const struct tasklist *, char *err, size_t errlen);

/* Each of the n tasks depends on the next one, the last on the first. */
typedef void taskgraph_circle(void *arg, const uint32_t *task, size_t n);
/* n tasks, all PENDING. */
void taskgraph_begin(struct taskgraph *, size_t n);
/* i depends on j; no i is smaller than the one before. */
void taskgraph_edge(struct taskgraph *, size_t i, size_t j);
/* After the last edge.  Calls circle, which may be NULL, for each circle. */
void taskgraph_end(struct taskgraph *, taskgraph_circle *circle, void *arg);
/* Does i depend on j, directly or not? */
bool taskgraph_depends(const struct taskgraph *, size_t i, size_t j);

void taskgraph_rank(struct taskgraph *);
void taskgraph_release(struct taskgraph *);
bool taskgraph_ready(const struct taskgraph *, size_t);
size_t taskgraph_next(const struct taskgraph *);
/* The next ready task after task i in the order. */
size_t taskgraph_after(const struct taskgraph *, size_t i);
void taskgraph_enter(struct taskgraph *, size_t, enum task_status);

#endif
