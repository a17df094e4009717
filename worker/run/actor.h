/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WORKER_ACTOR_H
#define WORKER_ACTOR_H

/*
 * The actors that run in a session, and what each may write: one table, which
 * confine.c enforces and orchestrator-security(7) documents.
 */

#include <stdbool.h>

#include "proto/session/role.h"

enum actor {
	ACTOR_SETUP,		/* setup commands in the session's worktree */
	ACTOR_IMPLEMENTER,
	ACTOR_COMMIT,		/* git, committing what the implementer left */
	ACTOR_CLEAN_SETUP,	/* setup commands in a clean tree */
	ACTOR_GATE,
	ACTOR_OWN_GATE,		/* a failed gate, repeated in the session's worktree */
	ACTOR_REVIEWER,
	ACTOR_TECH_LEAD,
	ACTORS
};

/* Which git directory a run may write; it is mounted in place of the one that its tree names. */
enum actor_git { ACTOR_GIT_NONE, ACTOR_GIT_AGENT, ACTOR_GIT_SCRATCH };

struct actor_rights {
	const char	*name;
	bool		 clean;		/* works in the clean tree, otherwise in the session's worktree */
	bool		 write;		/* ... and may write there */
	enum actor_git	 git;
	bool		 judge;		/* judges the work */
};

extern const struct actor_rights actor_rights[];

/* The actor for an agent's run in a role. */
enum actor actor_of_role(enum role);

#endif
