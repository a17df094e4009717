/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_ORPHANS_H
#define ORCHESTRATOR_ORPHANS_H

/* Removing what interrupted commands have left behind. */

#include <stddef.h>

struct orch;

/* Releases claims without a session; removes incomplete session directories, worktrees of merged sessions,
 * trash, and the pool of worktrees; prints each.  Returns their number.  Also removes locks of references that
 * a killed git left, and, silently, empty control groups of workers that are gone. */
size_t orphans_remove(struct orch *);

#endif
