/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_CONFLICT_H
#define ORCHESTRATOR_CONFLICT_H

/*
 * Texts about a conflict: who else changed the same files, from the summaries in the
 * archive.  The results are malloced.
 */

struct git;
struct orch;
struct state;

/* The summaries, oldest first, of what was merged (or committed by hand) between the state's base and the
 * commit target and changed a file of its conflicts. */
char *conflict_others(const struct git *, const char *archive, const struct state *,
    const char *target);
/* For the next attempt: the conflicts, the session's changes and the others' changes.  sessionfd: its
 * directory; branch: its target. */
char *conflict_findings(struct orch *, int sessionfd, const struct state *, const char *branch);

#endif
