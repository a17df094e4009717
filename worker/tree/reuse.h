/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WORKER_REUSE_H
#define WORKER_REUSE_H

/* Taking a tree from the pool (proto/git/pool.h). */

#include <stdbool.h>

struct git;
struct worker;

/*
 * Takes a tree from the pool beside the session's worktree, as the directory entry (which is
 * deleted first), and brings it to commit: g->worktree is its tree, g->index becomes its index.
 * false: none was available; a useless entry may be left then.
 */
bool reuse_entry(struct worker *, const char *entry, const struct git *g, const char *commit);

#endif
