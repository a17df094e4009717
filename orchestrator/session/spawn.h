/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_SPAWN_H
#define ORCHESTRATOR_SPAWN_H

/*
 * From an item to a session whose worker lives.
 */

#include <sys/types.h>

#include "proto/base/id.h"

struct orch;

struct dispatch {
	struct item	*item;
	const char	*agent;		/* --agent: for all roles; NULL = settings */
	const char	*agent_type;	/* persona or NULL */
	const char	*review;	/* "council", "gates", "none" or NULL = settings */
	char *const	*command;	/* after "--", NULL = none: the implementer */
	const char	*retry_of;	/* former session or NULL */
	const char	*findings;	/* its findings or NULL */
	int		 attempt;	/* 1, or the former one + 1 */
	const char	*list;		/* task list that the item is a task of, or NULL */
};
struct dispatched {
	char	 session[SESSION_ID_MAX];
	char	*path;			/* session directory */
	char	*worktree;
	char	*branch;
};

/*
 * Settings, claim, branch and worktree (without a checkout: the worker makes
 * it), session directory built aside and renamed in, worker started.  Returns
 * once the worker holds its lock.  On failure everything made is undone, the
 * error is printed, and a sysexits status is returned.  What can't be undone
 * keeps its claim, so that the next dispatch of the item, or cleanup, does it.
 */
int dispatch_item(struct orch *, const struct dispatch *, struct dispatched *);
void dispatched_release(struct dispatched *);
/* Prints it as dispatch does; with wait also until and how the session ends. The exit status. */
int dispatch_show(struct orch *, const struct dispatched *, const struct item *, bool wait);

/*
 * Starts `worker run -d PATH` in a session of its own and waits until it holds the
 * lock (its standard error, a pipe, is closed then) or has failed (err holds what
 * it wrote). Returns its pid or -1; errno EBUSY then: not now, and perhaps later.
 */
pid_t worker_spawn(struct orch *, const char *path, char *err, size_t errlen);

#endif
