/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_GIVE_BACK_H
#define ORCHESTRATOR_GIVE_BACK_H

/*
 * Gives an ended or approved session back to its worker.  The session loses its verdict and goes on in a
 * further round, in the same worktree and branch; gates and council judge the result.
 *
 * Order: its tasks are IN_PROGRESS, state.json says running in the first step of that round (durable), the
 * worker is started; without one execute and recover start it.
 */

#include "orchestrator/session/unjudged.h"
#include "orchestrator/session/registry.h"

enum give_back {
	GIVE_BACK_ADOPT,	/* the commits and edits in its worktree are judged */
	GIVE_BACK_RESOLVE,	/* after a conflict: the target is merged into its branch */
	GIVE_BACK_REWORK,	/* its implementer gets remarks */
};

/* remarks: of GIVE_BACK_REWORK.  0, or a sysexits status with the error printed; what is the unjudged part of the
 * worktree, to be released in any case. */
int give_back(struct orch *, struct entry *, enum give_back, const char *remarks, struct unjudged *what);

#endif
