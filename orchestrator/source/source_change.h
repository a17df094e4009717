/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_SOURCE_CHANGE_H
#define ORCHESTRATOR_SOURCE_CHANGE_H

/*
 * What becomes of all tasks of a list that a session has.
 */

#include "orchestrator/source/tasks.h"
#include "proto/record/state.h"

#define SOURCE_NEVER_WAS	"its session never came to life"

struct source_change {
	const char	*session;
	enum task_status to;
	const char	*reason;
	bool		 done;		/* something was changed */
};

/* Is the task of the session, and another one after the change? */
bool source_changes(const struct task *, const struct source_change *);
/* For tasks_change, with a source_change: 1 when there is nothing to write. */
int source_enter(struct tasklist *, void *);
/* What a task becomes with the end of its session. */
enum task_status source_outcome(enum status);	/* pure */
/* Reads in silence: whoever works with a list is told that it is damaged. */
bool source_read(const char *workspace, const char *id, struct tasklist *);

#endif
