/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_TASK_LINK_H
#define ORCHESTRATOR_TASK_LINK_H

/*
 * Between sessions and the task lists their items came from, be they kept by people or
 * by a source (source.h).
 *
 *	task_link_item	what dispatch takes from it
 *	task_link_open	the task, and what it consists of, is IN_PROGRESS; task_link_drop: it
 *			was not, after all
 *	task_link_close	the session has ended: COMPLETE, BLOCKED or FAILED
 *	task_link_reopen	it goes on all the same
 *	task_link_recover	task_link_close for all ended sessions whose tasks are still open
 *
 * A task knows its session, so closing again changes nothing, and the session of an
 * item that came from nowhere closes nothing.
 */

#include "proto/plan/tasklist.h"
#include "proto/session/status.h"

struct orch;

/*
 * Fills item from the task of that id (in the list that in names, NULL = any) and names its
 * list.  list is "" and the result 0 when no list has such a task (item is left alone).  A
 * task that can't begin is an error, printed with the reason; a sysexits status then.
 */
int task_link_item(struct orch *, const char *in, const char *id, struct item *,
    char list[TASKLIST_ID_MAX]);
/* The list whose task had this session last and is not COMPLETE; list is "" when none is. */
void task_link_list(struct orch *, const char *item, const char *session,
    char list[TASKLIST_ID_MAX]);
/* 0, or a sysexits status with the error printed: task_link_drop undoes what was done. */
int task_link_open(struct orch *, const char *list, const struct item *, const char *session);
void task_link_drop(struct orch *, const char *list, const char *item, const char *session);
/* path: of the session directory.  Does nothing unless the status is one that ends. */
void task_link_close(const char *path, const char *session, enum status);
/* The session goes on: what it had closed is IN_PROGRESS again. */
void task_link_reopen(const char *path, const char *session);
void task_link_recover(struct orch *);
/* The same in a list that was read, and not on disk. */
struct tasklist;
void task_link_settle(struct orch *, struct tasklist *);

#endif
