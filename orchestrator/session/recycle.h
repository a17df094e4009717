/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_RECYCLE_H
#define ORCHESTRATOR_RECYCLE_H

/*
 * From the worktree of a merged session to one that the next item can have (pool.h).
 *
 * Nothing of an agent's is believed: git directory and index are made anew, what a
 * checkout would not have made is removed (scrub.h), the contents of the rest are read and
 * compared with the commit, to the byte, and git writes what differs.  A tree
 * that some process still uses, or that is odd in any other way, is not kept.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct recycling {
	const struct git_repo *repo;
	const char	*session;	/* whose lock the caller has */
	const char	*pool;		/* its directory */
	const char	*trash;		/* the tree, renamed aside; its uncommitted work is saved */
	const char	*commit;	/* what is likely to be wanted next: the target */
	int64_t		 slots;		/* of the pool */
	bool		 keep_ignored;
};
/*
 * 0: trash is gone from there, kept or deleted.  1: it is as it was, to be deleted: the
 * pool is full, say.  -1 with err: it could not be deleted.
 */
int recycle(const struct recycling *, char *err, size_t errlen);

#endif
