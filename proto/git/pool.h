/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROTO_POOL_H
#define PROTO_POOL_H

/*
 * Worktrees that are kept for the next items, in .pool/ beside the worktrees.  The
 * orchestrator puts them there (orchestrator/session/recycle.h), a worker takes them
 * (worker/tree/reuse.c).
 *
 *	.pool/<n>/		one that can be taken; n from 0
 *	.pool/.new-<session>/	one that is being made from the worktree of that session
 *	.pool/.taken-<session>/	one that this session's worker is taking
 *	.pool/.clean-<session>/	the clean tree of that session (worker/tree/clean.h)
 *	.pool/.merge-<session>/	the one that its merge is tested in
 *	    tree/		the files, without .git
 *	    index		git's index of them
 *	    made		pool_record(): what they were made from, and how
 *
 * An entry appears and is taken by one rename, so that it is whole and has one taker.
 * .new and .taken belong to the holder of the session's lock; without one they are
 * only to be deleted: what was done in them is merged or saved, or nothing was done yet.
 */

#include "proto/base/id.h"

struct git_repo;

#define POOL_DIR	".pool"
#define POOL_NEW	".new-"
#define POOL_TAKEN	".taken-"
#define POOL_CLEAN	".clean-"
#define POOL_MERGE	".merge-"
#define POOL_TREE	"tree"
#define POOL_INDEX	"index"
#define POOL_MADE	"made"

/* The pool beside a worktree; malloced. */
char *pool_dir(const char *worktree);
/* Is it the pool of a repository?  What lies beside worktrees elsewhere is not ours. */
bool pool_ours(const char *pool);
/* Can an entry of that name be taken? */
bool pool_name(const char *);
/* The order of two such names. */
int pool_order(const char *, const char *);
/* How many can. */
size_t pool_count(const char *pool);
/*
 * What must still be true for files to be as a checkout of today would make them:
 * commit (first line), boot (after a power loss files are not what the index says),
 * umask, and the repository's settings.  malloced.
 */
char *pool_record(const struct git_repo *, const char *commit);
/* Is the entry's record of today?  commit is set then. */
bool pool_fits(const struct git_repo *, const char *entry, char commit[OID_MAX]);

#endif
