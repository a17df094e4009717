/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_ORPHANS_H
#define ORCHESTRATOR_ORPHANS_H

/* What interrupted commands have left behind. */

#include <stddef.h>

struct orch;

/* Releases claims without a session, removes session directories that were never finished,
 * worktrees of merged sessions, trash, and the pool of worktrees; prints each. Returns how many.
 * The locks of references that a git left which was killed go, too; empty control groups of
 * workers that are gone go without a word. */
size_t orphans_remove(struct orch *);

#endif
