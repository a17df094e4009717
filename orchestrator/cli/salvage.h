/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_SALVAGE_H
#define ORCHESTRATOR_SALVAGE_H

/*
 * Work of sessions that was saved before something was stopped or removed:
 * refs/salvage/<session-id>, made by git_salvage (proto/git/git.h).
 *
 *	salvage.c		finding it
 *	salvage_*.c		the commands
 */

#include "proto/git/git.h"

struct orch;

struct salvage {
	struct git	 git;		/* borrows from the orch */
	char		 session[SESSION_ID_MAX];
	struct git_salvaged what;
};

/* Finds the session for name: a session's id, a unique prefix, or an item's id (its last saved session).  0, or
 * a sysexits status with the error printed. */
int salvage_find(struct orch *, const char *name, struct salvage *);

extern const struct cmd cmd_salvage_list, cmd_salvage_show, cmd_salvage_restore;

#endif
