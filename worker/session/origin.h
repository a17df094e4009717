/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WORKER_ORIGIN_H
#define WORKER_ORIGIN_H

/* Where the work comes from: repository, worktree, branch and base, from
 * config.json or, for a session made by hand, from the worktree itself. */

struct worker;

/* Fills w->repo, w->git and the empty ones of state.{worktree,branch,base,head}.
 * 0, or a sysexits status with the error printed. */
int origin_open(struct worker *);
void origin_close(struct worker *);

#endif
