/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_PLACE_H
#define ORCHESTRATOR_PLACE_H

/*
 * The worktree of a new session, below .worktrees/ of the repository or the "worktree.directory" of the settings,
 * and its branch.
 *
 *	place_settle(o, &settings);	before the others, or they are about .worktrees/
 */

#include <stdint.h>

struct orch;
struct settings;

/* The name of the branch for an attempt at an item, malloced: "branch_prefix" of the settings, else session/, or
 * sessions/ where a branch named session leaves no room for it. */
char *place_branch(const struct orch *, const struct settings *, const char *item, int64_t attempt);
/* The first attempt, beginning with this one, whose branch does not exist yet. */
int64_t place_attempt(const struct orch *, const struct settings *, const char *item, int64_t attempt);
void place_settle(struct orch *, const struct settings *);
/* The directory of the worktrees, malloced. */
char *place_dir(const struct orch *);
/* The path for the worktree of an item; where: the path from its record, or NULL; malloced. */
char *place_path(const struct orch *, const char *item, const char *where);
/* Makes that directory (and has git ignore it), the worktree and the branch.  0, or a sysexits status with the
 * error printed and nothing made. */
int place_make(struct orch *, const char *path, const char *branch, const char *base);
/* Removes both again; they contain no work.  -1: something is left. */
int place_drop(struct orch *, const char *path, const char *branch, const char *base);
/* Removes what a dispatch left that was killed or could not clean up: a worktree without files, and a branch
 * without commits of its own.  -1: something is left. */
int place_drop_leftover(struct orch *, const char *path, const char *branch, const char *base);

#endif
