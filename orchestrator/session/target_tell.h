/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_TARGET_TELL_H
#define ORCHESTRATOR_TARGET_TELL_H

/* What a user should know of the target of sessions. */

#include <stdbool.h>
#include <stddef.h>

struct entries;
struct entry;
struct orch;
struct text;

/* Adds what there is to say about a target, a sentence each, after "; ": it is not the branch that is checked out, it
 * is gone, it no longer has base, it lacks commits of its upstream, as last fetched. */
void target_news(struct orch *, const char *target, const char *base, struct text *);
/* Warns of this before a merge, once for each target. */
void target_tell_merge(struct orch *, const struct entry *);
/* Prints a remark for each target of the sessions that have not ended, if there is anything to say about it. */
void target_print(struct orch *, const struct entries *);
/* Will merges into it wait, since a checkout of it can't follow, or not with certain files?  Then why says so. */
bool target_waits(struct orch *, const char *target, char *why, size_t len);
/* The target of a session, malloced; NULL = unknown. */
char *target_of(const struct entry *);

#endif
