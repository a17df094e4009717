/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_PREVIEW_H
#define ORCHESTRATOR_PREVIEW_H

/*
 * What execute would do with a list, found by a simulation in steps: the tasks of a step would
 * run at the same time, if all of them ended together.  It uses the same functions as execute
 * to choose, and changes nothing, neither on disk nor in the executor.
 */

#include "proto/plan/taskgraph.h"

struct preview {
	const struct executor *f;	/* borrowed; its list is loaded */
	struct taskgraph graph;
	struct strings	 problems;	/* all problems of the list; if there are any, nothing else is filled */
	size_t		*order;		/* tasks in the order of dispatch */
	size_t		*lead;		/* by position: the position of the task whose session it shares */
	char		**why;		/* by task: why it is not in the step before its own, though ready; NULL = nothing */
	size_t		*end;		/* the end of each step in order */
	size_t		 n, steps;
};

void preview_make(struct preview *, struct executor *);
void preview_release(struct preview *);
/* Counts tasks that will not be done. */
size_t preview_left(const struct preview *);
/* Prints the plan.  held: hold_json(); manifest: NULL: none; ownership of both passes. */
void preview_text(const struct preview *);
struct json *preview_json(const struct preview *, struct json *held, struct json *manifest);

#endif
