/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_TASK_LINK_CHANGE_H
#define ORCHESTRATOR_TASK_LINK_CHANGE_H

/*
 * What becomes of all tasks of a list that a session has.
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
	bool		 done;		/* something was changed */
};

/* Is the task of the session, and another one after the change? */
bool task_link_changes(const struct task *, const struct task_link_change *);
/* For tasks_change, with a task_link_change: 1 when there is nothing to write. */
int task_link_enter(struct tasklist *, void *);
/* What a task becomes with the end of its session. */
enum task_status task_link_outcome(enum status);	/* pure */
/* Reads in silence: commands that work with a list tell that it is damaged. */
bool task_link_read(const char *workspace, const char *id, struct tasklist *);

#endif
