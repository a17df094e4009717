/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_ADOPT_H
#define ORCHESTRATOR_ADOPT_H

/*
 * Makes the commits and edits in the worktree of an ended or approved session its work: the session
 * loses its verdict, goes on in step commit, and gates and council judge the result.
 *
 * Order: its tasks are IN_PROGRESS, state.json says running in step commit (durable), the worker is
 * started.  The worker imports and commits; without one execute and recover start it.
 */

struct entry;
struct orch;
struct unjudged;

/* 0, or a sysexits status with the error printed; what is what was found, to be released in any case. */
int adopt(struct orch *, struct entry *, struct unjudged *what);

#endif
