/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WORKER_GITDIR_H
#define WORKER_GITDIR_H

/*
 * The two git directories of a session's worktree.  git/ is the one that the worktree's .git file names: the
 * user's git and editor read it, no run writes there.  agent.git/ is the implementer's, and in its runs in the
 * other's place: mounted there, or, where nothing can be mounted, named by the .git file until the run is over.
 *
 *	gitdir_make(w, commit)		both at commit, with our index
 *	gitdir_lend(w, actor)		before a run
 *	gitdir_return(w, actor)		after it, before anything reads the worktree
 */

#include <stdbool.h>
#include <stddef.h>

#include "worker/run/actor.h"

struct worker;

/* Their paths. */
void gitdir_path(const struct worker *, const char *name, char *path, size_t len);
/* Makes them, or brings branch, HEAD and index in both to commit.  0 or -1 (worker_fail is set). */
int gitdir_make(struct worker *, const char *commit);
/* Gives both a copy of our index.  0 or -1 (worker_fail is set). */
int gitdir_index(struct worker *);
/* Makes the agent's again when it was emptied: its commits are lost then.  0 or -1 (worker_fail is set). */
int gitdir_refill(struct worker *);
/* Points the worktree at the directory that a run may write.  0, or -1 with the reason in err. */
int gitdir_lend(struct worker *, enum actor, char *err, size_t len);
/* Points the worktree back at git/, from which all that git would run or obey is removed unless we put it there. */
void gitdir_return(struct worker *, enum actor);
/* What HEAD of git/ is at: a person's commit when that is not the session's head.  state.head where there is none;
 * -1 (worker_fail is set) when it can't be read now. */
int gitdir_outside(struct worker *, char *commit);
/* Takes the locks out of the agent's git directory that are left when nothing of a run lives; gitdir_unlock.c */
void gitdir_unlock(struct worker *);

#endif
