/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_MERGING_H
#define ORCHESTRATOR_MERGING_H

/* merge.h for sessions of the registry, and the names of its outcomes. */

#include "orchestrator/merge/merge.h"
#include "proto/base/id.h"

struct entry;
struct orch;

/* Merges the session (or completes its merge) and releases its claim when it has ended.  Restarts the worker of
 * a session that was handed back.  leave: see merge.h. */
enum merge_outcome merging_run(struct orch *, const struct entry *, bool leave, char *why,
    size_t whylen);
/* Records a merge that a person made (by_hand.h); MERGE_NOT_APPROVED: the target does not have it any more. */
enum merge_outcome merging_by_hand(struct orch *, const struct entry *, char *why, size_t whylen);
/*
 * After a conflict, with merge.on_conflict retry: merging_retry_due tells whether the
 * item gets one more session; merging_retry makes it and archives the former one.
 * MERGE_RETRIED with the new id in session, or MERGE_ERROR (printed).
 */
bool merging_retry_due(const struct entry *);
enum merge_outcome merging_retry(struct orch *, struct entry *, char session[SESSION_ID_MAX]);
/* Is the session's work in the target now? */
bool merging_done(enum merge_outcome);
/* Could the same merge succeed later, when something else has changed? */
bool merging_again(enum merge_outcome);
/* "merged", "conflict", ... */
const char *merging_word(enum merge_outcome);
/* The merge commit of a merged and archived session; "" when unknown. */
void merging_commit(struct orch *, const char *id, char oid[OID_MAX]);

#endif
