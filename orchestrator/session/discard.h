/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_DISCARD_H
#define ORCHESTRATOR_DISCARD_H

/*
 * Removes an ended, unmerged session.  Order: what its worktree and branch hold beyond the target is saved in
 * refs/salvage/<session-id>; worktree; branch, and those of attempts that have no session any more; directory,
 * renamed .gone-<session> before it is deleted; claim.  Killed at any point, the same call or cleanup completes it.
 */

#include "orchestrator/session/registry.h"

#define DISCARD_GONE	".gone-"

/* 0, or -1 with the reason. */
int entry_discard(struct orch *, struct entry *, char *err, size_t errlen);

#endif
