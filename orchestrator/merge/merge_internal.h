/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_MERGE_INTERNAL_H
#define ORCHESTRATOR_MERGE_INTERNAL_H

/* Shared by the merge*.c files. */

#include "orchestrator/merge/merge.h"
#include "proto/checkout/checkout.h"
#include "proto/git/git.h"
#include "proto/record/config.h"
#include "proto/record/review.h"
#include "proto/record/state.h"

struct merge {
	const struct merge_request *req;
	int		 session;	/* descriptor of the session directory */
	const char	*id;
	struct state	 state;
	struct config	 config;
	struct review	 review;
	struct git	 git;		/* the workspace's safe directory */
	char		 target[256];	/* full ref name */
	char		 old[OID_MAX], tree[OID_MAX], new[OID_MAX];
	char		 late_old[OID_MAX], late_new[OID_MAX];	/* of a killed merge that has not moved the target yet */
	struct git_change *changes;	/* old..new */
	size_t		 nchanges;
	struct checkout	*checkouts;
	size_t		 ncheckouts;
	bool		 looked;	/* unjudged changes were searched for */
	char		*left;		/* what was saved of them, and where; NULL = nothing */
	char		*err;
	size_t		 errlen;
};

enum merge_outcome merge_result(struct merge *, enum merge_outcome, const char *, ...)
    __attribute__((format(printf, 3, 4)));
/* Enters a status and saves it durably; 0 or -1 with err. */
int merge_enter(struct merge *, enum status, const char *reason, const char *detail);
int merge_save(struct merge *);

/* merge_compute.c: merged tree and commit; MERGE_MERGED = continue, MERGE_NOTHING = already in the target. */
enum merge_outcome merge_compute(struct merge *);
/* merge_conflict.c: the session becomes conflict, for this reason. */
enum merge_outcome merge_conflict(struct merge *, const char *reason, const char *, ...)
    __attribute__((format(printf, 3, 4)));
/* The work and the target don't go together: by the mode the session is given back, or is a conflict. */
enum merge_outcome merge_resolve(struct merge *, enum conflict_mode, const char *reason, const char *detail);
/* merge_audit.c: the paths of the session's commits, and of what the merge changes. */
enum merge_outcome merge_audit(struct merge *);
/* merge_gate.c: runs the gates on the merged tree if it is new. */
enum merge_outcome merge_gates(struct merge *);
/* merge_move.c */
enum merge_outcome merge_move(struct merge *, bool *again);
/* Completes or undoes the merge in state.merging; MERGE_NOTHING = there was none. */
enum merge_outcome merge_recover(struct merge *);
/* When the target already has the work: the git of a killed merge may have moved it only now. */
enum merge_outcome merge_late(struct merge *);
/* merge_finish.c: worktree, branch, archive; *trash is to be deleted, or NULL. */
int merge_finish(struct merge *, char **trash);
/* Saves and deletes the trash in a process of its own; session_path is in the archive then. */
void merge_discard(const struct merge *, const char *trash);

#endif
