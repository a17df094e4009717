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

/* What to do about a conflict: for printf, and its arguments. */
#define CONFLICT_ADVICE	"orchestrator resolve %s has its agent resolve it, orchestrator retry %s begins again; or git merge %s " \
	"into %s by hand"
#define CONFLICT_ADVICE_OF(s, onto)	(s)->item, (s)->item, (s)->branch != NULL ? (s)->branch : "its branch", onto

/* The session is to merge the commit target into its branch; the caller enters the status. */
void conflict_give_back(const struct git *, const char *archive, struct state *, const char *target);
/* What was merged (or committed by hand) between the state's base and the commit target, and
 * changed a file of its conflicts, or any file when there are none: the summaries, oldest first. */
char *conflict_others(const struct git *, const char *archive, const struct state *,
    const char *target);
/* For the next attempt: the conflicts, the session's changes and the others' changes.  sessionfd: its
 * directory; branch: its target. */
char *conflict_findings(struct orch *, int sessionfd, const struct state *, const char *branch);

#endif
