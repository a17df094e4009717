/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_GROUP_H
#define ORCHESTRATOR_GROUP_H

/*
 * Small tasks that share a session (--group).  Pure.
 *
 * Related are tasks for the same agent type whose first allowed path begins with the same
 * directory, or which all do not say their paths.  One to three of them share a
 * session, of GROUP_MINUTES together at most; there are no more sessions than that takes, and the
 * longest are given out first, each to the session that has least, so that they
 * are of about one length.  On its own is what is urgent (priority 0), has to be alone,
 * consists of several things already, says its worktree, is too long, or
 * had a session before: what has failed in a group is done again by itself.
 */

#include <stddef.h>

struct item;
struct task;

#define GROUP_MAX	3	/* tasks of a session */
#define GROUP_MINUTES	30
#define GROUP_UNKNOWN	10	/* minutes that a task without an estimate counts */

/* What goes out as one session: a task, v[0], and those that share it; indices in its list. */
struct pick { size_t v[GROUP_MAX], n; };

/* of[i]: the index of the first task of i's group.  What may not be at once must not be among v. */
void group_make(const struct task *const v[], size_t n, size_t *of);
/*
 * The item of a group: the first one's id, and all as its parts, of that list; what they say of
 * paths, outputs and dependencies together.  To be released.
 */
void group_item(struct item *, const struct task *const v[], size_t n, const char *list);

#endif
