/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROTO_POOL_H
#define PROTO_POOL_H

/*
 * Worktrees that are kept for the next items, in .pool/ beside the worktrees.  The
 * orchestrator puts them there (orchestrator/session/recycle.h), a worker takes them
 * (worker/tree/reuse.c).
 *
 *	.pool/<n>/		an entry that can be taken; n from 0
 *	.pool/.new-<session>/	an entry being made from the worktree of that session
 *	.pool/.taken-<session>/	an entry that this session's worker is taking
 *	.pool/.clean-<session>/	the clean tree of that session (worker/tree/clean.h)
 *	.pool/.merge-<session>/	the tree in which its merge is tested
 *	    tree/		the files, without .git
 *	    index		git's index of them
 *	    made		pool_record(): what they were made from, and how
 *
 * An entry appears and is taken by one rename, so it is complete and has one owner.
 * .new and .taken belong to the holder of the session's lock; without a holder
 * they are just deleted: the work in them is merged or saved, or there is none yet.
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
/* Does the pool belong to a repository?  Directories beside worktrees elsewhere are not ours. */
bool pool_ours(const char *pool);
/* Is it the name of an entry that can be taken? */
bool pool_name(const char *);
/* Compares two such names. */
int pool_order(const char *, const char *);
/* The number of entries that can be taken. */
size_t pool_count(const char *pool);
/*
 * What must still hold for the files to equal a fresh checkout: commit (first
 * line), boot (after a power loss files may differ from the index), umask, and the
 * repository's settings.  malloced.
 */
char *pool_record(const struct git_repo *, const char *commit);
/* Does the entry's record still hold?  Sets commit then. */
bool pool_fits(const struct git_repo *, const char *entry, char commit[OID_MAX]);

#endif
