/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_TASK_LINK_CHANGE_H
#define ORCHESTRATOR_TASK_LINK_CHANGE_H

/*
 * Changes all tasks of a list that a session has.
 */

#include "proto/plan/tasklist.h"
#include "proto/session/status.h"

struct task;
struct tasklist;

#define TASK_LINK_NEVER_WAS	"its session never came to life"

struct task_link_change {
	const char	*session;
	enum task_status to;
	const char	*reason;
	bool		 done;		/* something has changed */
};

/* Does the task belong to the session, and does the change affect it? */
bool task_link_changes(const struct task *, const struct task_link_change *);
/* For tasks_change, with a task_link_change: 1 when there is nothing to write. */
int task_link_enter(struct tasklist *, void *);
/* The status of a task after the end of its session. */
enum task_status task_link_outcome(enum status);	/* pure */

#endif
