/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_MERGE_H
#define ORCHESTRATOR_MERGE_H

/*
 * Merging one approved session, crash-only: whatever a killed merge left,
 * calling merge_session again completes it or begins again; nothing is merged
 * twice and nothing half.
 *
 * Order: merge computed without a checkout, gates on the merged tree, commit,
 * checkouts looked at, state.json says merging (durable), checkouts locked,
 * target moved by compare-and-swap, checkouts follow, state merged (durable),
 * worktree, branch, archive.
 */

#include <stdbool.h>
#include <stddef.h>

#include "proto/git/git.h"

struct merge_request {
	const struct git_repo *repo;
	const char	*workspace;	/* directory with safe.git and merge.lock */
	const char	*session_path;
	const char	*archive_dir;
	const char	*worker;	/* path of the worker binary, for gates */
	bool		 leave;		/* what was not judged is saved, and left out */
};

enum merge_outcome {
	MERGE_MERGED,
	MERGE_NOTHING,		/* already merged and finished */
	MERGE_CONFLICT,
	MERGE_RESOLVE,		/* given back to the session: its worker is to be started */
	MERGE_GATE,		/* a gate failed on the merged tree, or the audit of the paths did */
	MERGE_BLOCKED,		/* left approved; err names the local file or lock in the way */
	MERGE_ERROR,
	MERGE_UNJUDGED,		/* left approved; err names what was not judged in its worktree */
	MERGE_BUSY,		/* another process has the session's lock; its end is an event */
	MERGE_RETRIED,		/* of merging.h: its item has a new session */
	MERGE_NOT_APPROVED,	/* nor is what the branch is at now */
	MERGE_OUTCOMES
};

/*
 * A conflict makes the session conflict, or, with merge.on_conflict resolve and a resolve
 * left, running in step resolve.  Takes merge.lock (waiting) and worker.lock. The worktree's tree is
 * deleted by a detached process.  With MERGE_MERGED err says what was left out, or is empty.
 */
enum merge_outcome merge_session(const struct merge_request *, char *err, size_t errlen);

#endif
