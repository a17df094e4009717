/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_ADOPT_H
#define ORCHESTRATOR_ADOPT_H

/*
 * Makes the commits and edits in the worktree of an ended or approved session its work: the session
 * loses its verdict and continues in step commit, and gates and council judge the result.
 *
 * Order: its tasks become IN_PROGRESS, state.json says running in step commit (durable), the worker
 * is started.  The worker imports and commits; if it was not started, execute or recover starts it.
 */

struct entry;
struct orch;
struct unjudged;

/* 0, or a sysexits status with the error printed; what gets what was found, and must be released in any case. */
int adopt(struct orch *, struct entry *, struct unjudged *what);

#endif
