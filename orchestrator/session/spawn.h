/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_SPAWN_H
#define ORCHESTRATOR_SPAWN_H

/*
 * Makes a session with a live worker from an item.
 */

#include <stdint.h>
#include <sys/types.h>

#include "proto/base/id.h"

struct orch;

struct dispatch {
	struct item	*item;
	const char	*agent;		/* --agent: for all roles; NULL = settings */
	const char	*agent_type;	/* persona, or NULL */
	const char	*review;	/* "council", "gates", "none" or NULL = settings */
	char *const	*command;	/* from after "--": the implementer's command; NULL = none */
	const char	*retry_of;	/* former session, or NULL */
	const char	*findings;	/* its findings, or NULL */
	int64_t		 attempt;	/* 0 = one more than the item's newest */
	const char	*list;		/* task list of the item, or NULL */
	bool		 alone;		/* no person judges the work, whatever the settings say */
};
struct dispatched {
	char	 session[SESSION_ID_MAX];
	char	*path;			/* session directory */
	char	*worktree;
	char	*branch;
	char	*target;		/* branch */
};

/*
 * Reads settings; makes claim, branch, worktree (without a checkout, which the
 * worker makes) and session directory (built aside and renamed in); starts the
 * worker.  Returns once the worker holds its lock.  On failure it undoes
 * everything, prints the error, and returns a sysexits status.  Parts that
 * can't be undone keep their claim, so that the next dispatch of the item, or
 * cleanup, undoes them.
 */
int dispatch_item(struct orch *, const struct dispatch *, struct dispatched *);
void dispatched_release(struct dispatched *);
/* Prints it like dispatch does; with wait also waits and prints how the session ends.  Returns the exit status. */
int dispatch_show(struct orch *, const struct dispatched *, const struct item *, bool wait);

/*
 * Starts `worker run -d PATH` in its own process session and waits until it holds
 * the lock (its standard error, a pipe, is closed then) or has failed (err holds
 * its message).  Returns its pid or -1; fault_passing() means: not now, but perhaps
 * later.
 */
pid_t worker_spawn(struct orch *, const char *path, char *err, size_t errlen);

#endif
