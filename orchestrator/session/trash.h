/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_TRASH_H
#define ORCHESTRATOR_TRASH_H

/*
 * What becomes of a worktree that is over: it is renamed to .trash-<session> beside
 * the others (git_worktree_remove), what is uncommitted in it is saved, then it is
 * called .gone-<session> and deleted.  So what is killed in between loses nothing:
 * .trash-<session> is still to be saved, .gone-<session> only to be deleted.  By the
 * settings that of a merged session is not deleted, but goes to the pool (recycle.h).
 */

#include <stdbool.h>
#include <stddef.h>

struct git_repo;
struct state;
struct strings;

/* <directory of worktree>/.trash-<session>, and the other name of it. */
char *trash_path(const char *worktree, const char *session);
char *trash_gone_path(const char *worktree, const char *session);
/* Moves the paths in left, which git can't save, from tree to .left-<session> beside worktree, and says so.  0 or -1. */
int trash_keep_left(const char *worktree, const char *session, const char *tree, const struct strings *left, char *err,
    size_t errlen);
/* Deletes the clean trees (pool.h) of a session that is over and was not merged. 0 or -1. */
int trash_clean_trees(const char *worktree, const char *session, char *err, size_t errlen);
/* The same as soon as one has ended, with its lock held; what can't be deleted is said, and cleanup's. */
void trash_ended(const struct state *, const char *session);
/*
 * Saves and deletes trash with the lock of its session, which is in archive: of
 * two only one is at it.  wait: until the other one is through, else EAGAIN.  0 or -1;
 * ENOENT when the archive has no such session.
 */
int trash_discard(const struct git_repo *, const char *archive, const char *session,
    const char *trash, bool wait, char *err, size_t errlen);

#endif
