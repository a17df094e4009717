/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_PLACE_H
#define ORCHESTRATOR_PLACE_H

/*
 * The worktree of a new session, below .worktrees/ of the repository, and its branch.
 */

struct orch;

/* Where the worktree of an item lies; where: as its record says, or NULL; malloced. */
char *place_path(const struct orch *, const char *item, const char *where);
/* Makes .worktrees/ (and has git ignore it), worktree and branch.  0, or a sysexits status with
 * the error printed and nothing made. */
int place_make(struct orch *, const char *path, const char *branch, const char *base);
/* Removes both again: nothing has been done in them.  -1: something is left. */
int place_drop(struct orch *, const char *path, const char *branch, const char *base);
/* Removes what a dispatch that was killed, or could not take it back, left: a worktree without
 * any file, a branch without any commit of its own.  -1: something of that is left. */
int place_drop_leftover(struct orch *, const char *path, const char *branch, const char *base);

#endif
