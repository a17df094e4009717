/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_GROUP_H
#define ORCHESTRATOR_GROUP_H

/*
 * Small tasks that share a session (--group).  Pure.
 *
 * Tasks are related when they have the same agent type and their first allowed paths begin with
 * the same directory, or none names its paths.  One to three of them share a session, of at most
 * GROUP_MINUTES in total.  The number of sessions is minimal; the longest tasks are assigned
 * first, each to the session with the least work, so that the sessions have about the same
 * length.  A task stays alone when it is urgent (priority 0), must run alone, has several parts
 * already, names its worktree, is too long, or had a session before: tasks that failed in a group
 * are repeated individually.
 */

#include <stddef.h>

struct item;
struct task;

#define GROUP_MAX	3	/* tasks of a session */
#define GROUP_MINUTES	30
#define GROUP_UNKNOWN	10	/* minutes counted for a task without an estimate */

/* The tasks that go out as one session: v[0] and those that share it; indices in its list. */
struct pick { size_t v[GROUP_MAX], n; };

/* of[i]: the index of the first task of i's group.  v must not contain tasks that may not run at the same time. */
void group_make(const struct task *const v[], size_t n, size_t *of);
/*
 * The item of a group: it has the id of the first task, all tasks as its parts, and their
 * combined paths, outputs and dependencies.  The caller releases it.
 */
void group_item(struct item *, const struct task *const v[], size_t n, const char *list);

#endif
