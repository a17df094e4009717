/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_CONFLICT_H
#define ORCHESTRATOR_CONFLICT_H

/*
 * What is told of a conflict: who else changed the same files, by the summaries in the
 * archive.  The results are malloced text.
 */

struct git;
struct orch;
struct state;

/* What was merged (or committed by hand) between the state's base and the commit target, and
 * changed a file of its conflicts: the summaries, oldest first. */
char *conflict_others(const struct git *, const char *archive, const struct state *,
    const char *target);
/* For the next attempt: the conflicts, what the session did and what the others did.
 * sessionfd: its directory; branch: its target. */
char *conflict_findings(struct orch *, int sessionfd, const struct state *, const char *branch);

#endif
