/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_MERGE_H
#define ORCHESTRATOR_MERGE_H

/*
 * Merging one approved session, crash-only: whatever a killed merge left,
 * calling merge_session again completes it or starts over; nothing is merged twice, and nothing half.
 *
 * Order: merge computed without a checkout, gates on the merged tree, commit,
 * checkouts checked, state.json says merging (durable), checkouts locked,
 * target moved by compare-and-swap, checkouts follow, state merged (durable),
 * worktree, branch, archive.
 */

#include <stdbool.h>
#include <stddef.h>

struct merge_request {
	const struct git_repo *repo;
	const char	*workspace;	/* directory with safe.git and merge.lock */
	const char	*session_path;
	const char	*archive_dir;
	const char	*worker;	/* path of the worker binary, for gates */
	bool		 leave;		/* what was not judged is saved, and left out */
	bool		 by_hand;	/* its target has the work already: only record that (by_hand.h) */
};

/*
 * One row per outcome: its name, and a description; whether the work is in the target now
 * (DONE), the same merge could succeed later, when something else has changed (AGAIN), or
 * neither (OVER).
 */
#define MERGE_TABLE(ROW) \
	ROW(MERGED,		"merged",			DONE) \
	ROW(NOTHING,		"nothing to merge",		DONE)	/* already merged and finished */ \
	ROW(CONFLICT,		"conflict",			OVER) \
	ROW(RESOLVE,		"conflict, being resolved",	OVER)	/* handed back: its worker must be started */ \
	ROW(GATE,		"failed (gate)",		OVER)	/* on the merged tree; or from the audit of the paths */ \
	ROW(BLOCKED,		"blocked",			AGAIN)	/* stays approved; err names the file or lock in the way */ \
	ROW(ERROR,		"error",			AGAIN) \
	ROW(UNJUDGED,		"unjudged work",		AGAIN)	/* stays approved; err names the unjudged changes */ \
	ROW(BUSY,		"busy",				OVER)	/* another process has the lock; its release is an event */ \
	ROW(RETRIED,		"conflict, dispatched again",	OVER)	/* only in merging.h: its item has a new session */ \
	ROW(NOT_APPROVED,	"not approved",			AGAIN)	/* or the branch is not at the approved commit */

#define MERGE_ENUM(name, ...)	MERGE_##name,
enum merge_outcome { MERGE_TABLE(MERGE_ENUM) MERGE_OUTCOMES };
#undef MERGE_ENUM

/*
 * A conflict sets the status conflict, or, with merge.on_conflict resolve and a resolve left,
 * running in step resolve.  Takes merge.lock (waiting) and worker.lock.  A detached process deletes
 * the worktree's files.  With MERGE_MERGED err says what was left out, or is empty.
 */
enum merge_outcome merge_session(const struct merge_request *, char *err, size_t errlen);

#endif
