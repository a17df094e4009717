/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WORKER_SESSION_REPO_H
#define WORKER_SESSION_REPO_H

/* Where the work comes from: repository, worktree, branch and base, from config.json or, for a session made by
 * hand, from the worktree. */

struct worker;

/* Fills w->repo, w->git and the empty members of state.{worktree,branch,base,head}.  0, or a sysexits status
 * with the error printed. */
int session_repo_open(struct worker *);
void session_repo_close(struct worker *);

#endif
