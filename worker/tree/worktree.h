/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WORKER_WORKTREE_H
#define WORKER_WORKTREE_H

/* The worktree and its commit. */

#include <stdbool.h>
#include <stddef.h>

#include "proto/base/id.h"

struct worker;

enum worktree_state { WORKTREE_SAME, WORKTREE_EXTRA, WORKTREE_CHANGED, WORKTREE_ERROR };

/* Compares the worktree with state.head.  EXTRA: there are only additional files (not ignored); CHANGED: files
 * of the commit differ, and detail names them. */
enum worktree_state worktree_compare(struct worker *, char *detail, size_t len);
/* Saves all differences from state.head to refs/salvage/<id>, then resets the worktree and the agent's git
 * directory to it.  0 or -1 (worker_fail is set). */
int worktree_pin(struct worker *);
/* Makes safe.git and git/ (again), points the worktree at git/ after saving its own link, and checks base out.
 * 0 or -1 (worker_fail is set). */
int worktree_prepare(struct worker *);
/* Replaces our worktree, if it is empty, with one of a former session (pool.h), at base and pointing at git.
 * false: none was available, and nothing has changed. */
bool worktree_reuse(struct worker *, const char *git, bool empty);
/* After a crash, perhaps of the machine: remakes our index (while a conflict is being resolved only if it is
 * unreadable), the agent's index after a reboot, and the agent's git directory if its commits are incomplete.
 * 0 or -1 (logged). */
int worktree_repair(struct worker *);
/* Imports the agent's commits and commits the remaining changes on top: commit is the result, to which nothing
 * refers yet, and w->taken its tree.  1: the agent made commits itself; 0; -1 (worker_fail is set). */
int worktree_take(struct worker *, const char *message, char *commit);
/* Moves the branch and the agent's git directory to commit, and sets state.head; files is the worktree's
 * contents, "" = those of the commit.  0 or -1. */
int worktree_advance(struct worker *, const char *commit, const char *files);
/* Moves the worktree from one commit to another, keeping files as converted by filters; files is the tree of
 * its contents then, "" = that of to.  0 or -1 (worker_fail is set). */
int worktree_move(struct worker *, const char *from, const char *to, char files[OID_MAX]);
/* Makes the newest commit of the target in the imported work the base of the session. */
void worktree_settle_base(struct worker *);
/* Commits the remaining changes, imports, moves the branch, and sets state.head.  0; 1 = nothing has changed
 * since base; -1 (worker_fail is set). */
int worktree_commit(struct worker *, const char *message);

#endif
