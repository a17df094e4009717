/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_MERGING_H
#define ORCHESTRATOR_MERGING_H

/* merge.h for the sessions of the registry, and what its outcomes are called. */

#include "orchestrator/merge/merge.h"
#include "proto/base/id.h"

struct entry;
struct orch;

/* Merges the session (or completes its merge) and drops its claim when it is over.  One that was
 * given back has its worker again.  leave: see merge.h. */
enum merge_outcome merging_run(struct orch *, const struct entry *, bool leave, char *why,
    size_t whylen);
/*
 * After a conflict, with merge.on_conflict retry: merging_retry_due tells whether the
 * item is to have one more session, merging_retry makes it and puts the former one away.
 * MERGE_RETRIED with the new one's id in session, or MERGE_ERROR (printed).
 */
bool merging_retry_due(const struct entry *);
enum merge_outcome merging_retry(struct orch *, struct entry *, char session[SESSION_ID_MAX]);
/* Is the session's work in the target now? */
bool merging_done(enum merge_outcome);
/* Could the same merge succeed later, when something else has changed? */
bool merging_again(enum merge_outcome);
/* "merged", "conflict", ... */
const char *merging_word(enum merge_outcome);
/* The merge commit of a session that was merged and archived; "" when unknown. */
void merging_commit(struct orch *, const char *id, char oid[OID_MAX]);

#endif
