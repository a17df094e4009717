/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_RECYCLE_H
#define ORCHESTRATOR_RECYCLE_H

/*
 * Turns the worktree of a merged session into one for the next item (pool.h).
 *
 * Nothing from an agent is trusted: git directory and index are remade, anything
 * that a checkout would not have made is removed (scrub.h), the other contents are compared with the commit byte by
 * byte, and git rewrites what differs.  A tree that a process still uses, or that is unusual in any way, is not kept.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct recycling {
	const struct git_repo *repo;
	const char	*session;	/* the caller holds its lock */
	const char	*pool;		/* its directory */
	const char	*trash;		/* the tree, renamed aside; its uncommitted work is already saved */
	const char	*commit;	/* commit likely to be needed next: the target */
	int64_t		 slots;		/* size of the pool */
	bool		 keep_ignored;
};
/*
 * 0: trash is gone, kept or deleted.  1: it is unchanged and must be deleted, for
 * example because the pool is full.  -1 with err: it could not be deleted.
 */
int recycle(const struct recycling *, char *err, size_t errlen);

#endif
