/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_MERGING_H
#define ORCHESTRATOR_MERGING_H

/* merge.h for the sessions of the registry, and what its outcomes are called. */

#include "orchestrator/merge.h"
#include "orchestrator/registry.h"

/* Merges the session (or completes its merge) and drops its claim when it is over. */
enum merge_outcome merging_run(struct orch *, const struct entry *, char *why, size_t whylen);
/* Is the session's work in the target now? */
bool merging_done(enum merge_outcome);
/* Could the same merge succeed later, when something else has changed? */
bool merging_again(enum merge_outcome);
/* "merged", "conflict", ... */
const char *merging_word(enum merge_outcome);
/* The merge commit of a session that was merged and archived; "" when unknown. */
void merging_commit(struct orch *, const char *id, char oid[OID_MAX]);

#endif
