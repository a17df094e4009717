/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_PREVIEW_H
#define ORCHESTRATOR_PREVIEW_H

/*
 * What execute would do with a list, found by doing it in thought: in steps of
 * what would run at once, if all of a step ended together.  It is chosen by the functions that
 * execute chooses with; nothing is changed, neither on disk nor in the flow.
 */

#include "proto/plan/taskgraph.h"

struct preview {
	const struct flow *f;	/* borrowed; its list is read */
	struct taskgraph graph;
	struct strings	 problems;	/* of the list, all of them: then nothing else is filled */
	size_t		*order;		/* tasks as they go out */
	size_t		*lead;		/* by place in it: the place of the one whose session it is */
	size_t		*end;		/* of each step in it */
	size_t		 n, steps;
};

void preview_make(struct preview *, struct flow *);
void preview_release(struct preview *);
/* Tasks that are not going to be done. */
size_t preview_left(const struct preview *);
/* As plan prints it. manifest: for --json, taken over; NULL: none. */
void preview_text(const struct preview *);
struct json *preview_json(const struct preview *, struct json *manifest);

#endif
