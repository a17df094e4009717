/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WORKER_GITDIR_H
#define WORKER_GITDIR_H

/*
 * The two git directories of a session's worktree.  git/ is named by the worktree's .git file: the user's
 * git and editor read it, and no run writes it.  agent.git/ is the implementer's, and takes the place of git/ in its
 * runs: mounted there, or, where mounts do not work, named by the .git file until the run ends.
 *
 *	gitdir_make(w, commit)		both at commit, with our index
 *	gitdir_lend(w, actor)		before a run
 *	gitdir_return(w, actor)		after it, before anything reads the worktree
 */

#include <stddef.h>

#include "worker/run/actor.h"

struct worker;

/* Their paths. */
void gitdir_path(const struct worker *, const char *name, char *path, size_t len);
/* Makes both, or resets branch, HEAD and index in both to commit.  0 or -1 (worker_fail is set). */
int gitdir_make(struct worker *, const char *commit);
/* Gives both a copy of our index.  0 or -1 (worker_fail is set). */
int gitdir_index(struct worker *);
/* Remakes the agent's directory when it was emptied, which loses its commits.  0 or -1 (worker_fail is set). */
int gitdir_refill(struct worker *);
/* Points the worktree at the directory that a run may write.  0, or -1 with the reason in err. */
int gitdir_lend(struct worker *, enum actor, char *err, size_t len);
/* Points the worktree back at git/, and removes everything from git/ that git would run or obey and that is not ours. */
void gitdir_return(struct worker *, enum actor);
/* The commit at HEAD of git/: a person's commit when it differs from the session's head.  state.head when there
 * is none; -1 (worker_fail is set) when it can't be read now. */
int gitdir_outside(struct worker *, char *commit);
/* Removes leftover locks from the agent's git directory once no process of a run is alive; in gitdir_unlock.c */
void gitdir_unlock(struct worker *);

#endif
