/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WORKER_WORKTREE_H
#define WORKER_WORKTREE_H

/* The worktree and the commit it stands for. */

#include <stdbool.h>
#include <stddef.h>

#include "proto/base/id.h"

struct worker;

enum worktree_state { WORKTREE_SAME, WORKTREE_EXTRA, WORKTREE_CHANGED, WORKTREE_ERROR };

/* Compares the worktree with state.head. EXTRA: only files beside it (not ignored);
 * CHANGED: files of the commit differ, named in detail. */
enum worktree_state worktree_compare(struct worker *, char *detail, size_t len);
/* Saves whatever differs from state.head to refs/salvage/<id>, then brings the
 * worktree and the agent's git directory back to it. 0 or -1 (worker_fail is set). */
int worktree_pin(struct worker *);
/* Makes safe.git and git/ (again), points the worktree at git/, keeping its own
 * link, and checks base out. 0 or -1 (worker_fail is set). */
int worktree_prepare(struct worker *);
/* Puts a worktree of a former session in the place of ours when that is empty (pool.h), at base and
 * pointing at git.  False: there was none to be had, and nothing has changed. */
bool worktree_reuse(struct worker *, const char *git, bool empty);
/* After a crash, which may have been the machine's: our index is made again (while a conflict is
 * resolved only one that can't be read), the agent's when the machine has stopped, its git directory
 * where its commits are not whole. 0 or -1 (logged). */
int worktree_repair(struct worker *);
/* Imports the agent's commits and commits what is left on top: commit is the result, which
 * nothing refers to yet, and w->taken its tree. 1: it made some itself; 0; -1 (worker_fail is set). */
int worktree_take(struct worker *, const char *message, char *commit);
/* Moves the branch and the agent's git directory to commit, and sets state.head; files is what the worktree
 * holds, "" = what the commit has.  0 or -1. */
int worktree_advance(struct worker *, const char *commit, const char *files);
/* Moves the worktree from the commit from to the commit to, keeping files as filters have converted them;
 * files is the tree that it holds then, "" = that of to.  0 or -1 (worker_fail is set). */
int worktree_move(struct worker *, const char *from, const char *to, char files[OID_MAX]);
/* Makes the newest commit of the target that the imported work contains the base of the session. */
void worktree_settle_base(struct worker *);
/* Commits what is left, imports, moves the branch, sets state.head. 0; 1 = there
 * is nothing since base; -1 (worker_fail is set). */
int worktree_commit(struct worker *, const char *message);

#endif
