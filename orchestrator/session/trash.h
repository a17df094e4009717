/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_TRASH_H
#define ORCHESTRATOR_TRASH_H

/*
 * What happens to the worktree of an ended session: it is renamed to .trash-<session> beside
 * the others (git_worktree_remove), uncommitted changes in it are saved, then it
 * is renamed .gone-<session> and deleted.  So a kill in between loses nothing: .trash-<session> must still be saved,
 * .gone-<session> only deleted.  Depending on the settings the worktree of a merged session goes to the pool instead
 * (recycle.h).
 */

#include <stdbool.h>
#include <stddef.h>

struct git_repo;
struct state;
struct strings;

/* <directory of worktree>/.trash-<session>, and the other name. */
char *trash_path(const char *worktree, const char *session);
char *trash_gone_path(const char *worktree, const char *session);
/* Moves the paths in left, which git can't save, from tree to .left-<session> beside worktree, and logs this.
 * 0 or -1. */
int trash_keep_left(const char *worktree, const char *session, const char *tree, const struct strings *left, char *err,
    size_t errlen);
/* Deletes the clean trees (pool.h) of a session that ended unmerged.  0 or -1. */
int trash_clean_trees(const char *worktree, const char *session, char *err, size_t errlen);
/* The same right after the end, holding its lock; failures are logged, and left to cleanup. */
void trash_ended(const struct state *, const char *session);
/*
 * Saves and deletes trash with the lock of its session, which is in archive, so that
 * only one process does it.  wait: until the other process is finished, else EAGAIN.
 * 0 or -1; ENOENT when the archive has no such session.
 */
int trash_discard(const struct git_repo *, const char *archive, const char *session,
    const char *trash, bool wait, char *err, size_t errlen);

#endif
