/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_TASK_LINK_H
#define ORCHESTRATOR_TASK_LINK_H

/*
 * Connects sessions with the task lists of their items, whether kept by people or by a
 * source (source.h).
 *
 *	task_link_item what dispatch takes from the list
 *	task_link_open	the task and its parts become IN_PROGRESS; task_link_drop undoes this
 *	task_link_close	the session has ended: COMPLETE, BLOCKED or FAILED
 *	task_link_reopen	the session continues after its end
 *	task_link_recover	task_link_close for all ended sessions whose tasks are still open
 *
 * A task names its session, so closing again changes nothing, and the session of an
 * item without a list closes nothing.
 */

#include "proto/plan/tasklist.h"
#include "proto/session/status.h"

struct orch;

/*
 * Fills item from the task with that id (in the list named by in, NULL = any) and names its
 * list.  list is "" and the result 0 when no list has such a task (item is unchanged).  If
 * the task can't begin it prints the reason and returns a sysexits status.
 */
/* Has this repository a tracker with open tasks?  nearest is then the task whose id is nearest to id, or "". */
bool task_link_nearest(struct orch *, const char *id, char nearest[SESSION_ID_MAX]);
int task_link_item(struct orch *, const char *in, const char *id, struct item *,
    char list[TASKLIST_ID_MAX]);
/* The list with a task whose last session is this one and that is not COMPLETE; list is "" when there is none. */
void task_link_list(struct orch *, const char *item, const char *session,
    char list[TASKLIST_ID_MAX]);
/* 0, or a sysexits status with the error printed; task_link_drop undoes it. */
int task_link_open(struct orch *, const char *list, const struct item *, const char *session);
void task_link_drop(struct orch *, const char *list, const char *item, const char *session);
/* path: of the session directory.  Does nothing unless the status is an end. */
void task_link_close(const char *path, const char *session, enum status);
/* The session continues: tasks that its end had closed are IN_PROGRESS again. */
void task_link_reopen(const char *path, const char *session);
void task_link_recover(struct orch *);
/* The same for a loaded list, without writing it. */
struct tasklist;
void task_link_settle(struct orch *, struct tasklist *);

#endif
