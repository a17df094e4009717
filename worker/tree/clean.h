/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WORKER_CLEAN_H
#define WORKER_CLEAN_H

/*
 * The clean tree: a checkout of one commit, with setup commands run in it, in which gates,
 * reviewer and tech-lead work.  Nothing that git ignores comes into it from the
 * implementer's worktree.  It is taken out of the pool (proto/git/pool.h) or checked out,
 * belongs to this commit alone, and returns to the pool only when that is merged.
 *
 *	switch (clean_ready(w, commit)) ...	before a run in it
 *	clean_compare(w, detail, len)		afterwards: has it changed files of the commit?
 *	clean_tidy(w)				removes unignored files that are not in the commit
 *	clean_keep(w)				the commit was approved: the tree may be kept for the pool
 *	clean_drop(w)				deletes it with its caches
 */

#include <stddef.h>

#include "worker/core/step.h"
#include "worker/tree/worktree.h"

struct worker;
struct gate_result;

/*
 * Makes the tree of commit and runs the setup commands there, unless it exists already.
 * EVENT_DONE; EVENT_GATE_FAILED: a setup command failed, *failed says which and how (or
 * NULL: not wanted; gate_result_release frees it); EVENT_FAILED (worker_fail is set).
 */
enum event clean_ready(struct worker *, const char *commit, struct gate_result *failed);
/* Gives the next run there its own writable git directory, at the commit, in SESSION_DIR_SCRATCH_GIT.  0 or -1
 * (worker_fail is set). */
int clean_scratch(struct worker *);
enum worktree_state clean_compare(struct worker *, char *detail, size_t len);
int clean_tidy(struct worker *);
void clean_keep(struct worker *);
void clean_drop(struct worker *);
/* Deletes the tree that a killed worker left on disk, before this worker makes one. */
void clean_forget(struct worker *);

#endif
