/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_ADOPT_H
#define ORCHESTRATOR_ADOPT_H

/*
 * What lies in the worktree of a session that is over, or approved, becomes its work: the session goes
 * on where it commits, without a verdict, and gates and council judge what comes of it.
 *
 * Order: its tasks are IN_PROGRESS, state.json says running in step commit (durable), the worker is
 * started.  The worker imports and commits; without one execute and recover start it.
 */

#include "orchestrator/merge/unjudged.h"
#include "orchestrator/session/registry.h"

/* 0, or a sysexits status with the error printed; what is what was found, to be released in any case. */
int adopt(struct orch *, struct entry *, struct unjudged *what);

#endif
