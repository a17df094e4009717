/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_NEXT_H
#define ORCHESTRATOR_NEXT_H

/* What a person can do next about a session: a pure table from its situation to commands. */

#include <stdbool.h>
#include <stddef.h>

#include "proto/session/status.h"

struct entry;

enum next {
	NEXT_UNREADABLE,
	NEXT_NOT_STARTED,	/* no worker has taken it yet */
	NEXT_DEAD,		/* its worker has died */
	NEXT_MERGING,		/* its merge was interrupted */
	NEXT_QUESTION,		/* it waits for an answer */
	NEXT_PAUSED,
	NEXT_AT_WORK,
	NEXT_IN_REVIEW,
	NEXT_APPROVED,
	NEXT_SURPLUS_APPROVED,	/* and its worktree holds more than was judged */
	NEXT_SURPLUS,		/* ended, and its worktree holds more than was judged */
	NEXT_BLOCKED,		/* its agent was blocked */
	NEXT_REJECTED,
	NEXT_CONFLICT,
	NEXT_REPAIR,		/* it failed, and a repair in its worktree can be judged */
	NEXT_FAILED,
	NEXT_ARCHIVED,		/* it was not merged */
	NEXT_MERGED,
	NEXT_COUNT
};
struct next_row {
	const char	*command;	/* without "orchestrator"; %s = the session */
	const char	*what;		/* what it does */
};

enum next next_of(const struct entry *, bool surplus);	/* pure */
/* The rows of a situation, the likeliest first; ended by command NULL. */
const struct next_row *next_rows(enum next);
/* The command for a session as a person types it, malloced. */
char *next_command(const struct next_row *, const char *session);

#endif
