/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_SOURCE_H
#define ORCHESTRATOR_SOURCE_H

/*
 * Between sessions and the task lists their items came from, be they kept by people or
 * by a feed (feed.h).
 *
 *	source_item	what dispatch takes from it
 *	source_open	the task, and what it consists of, is IN_PROGRESS; source_drop: it
 *			was not, after all
 *	source_close	the session has ended: COMPLETE, BLOCKED or FAILED
 *	source_reopen	it goes on all the same
 *	source_recover	source_close for all that nobody has closed
 *
 * A task knows its session, so closing again changes nothing, and the session of an
 * item that came from nowhere closes nothing.
 */

#include "orchestrator/workspace/orch.h"
#include "proto/plan/tasklist.h"
#include "proto/record/item.h"

/*
 * Fills item from the task of that id (in the list that in names, NULL = any) and names its
 * list.  list is "" and the result 0 when no list has such a task (item is left alone).  A
 * task that can't begin is an error, printed with the reason; a sysexits status then.
 */
int source_item(struct orch *, const char *in, const char *id, struct item *,
    char list[TASKLIST_ID_MAX]);
/* The list whose task had this session last and is not COMPLETE; list is "" when none is. */
void source_list(struct orch *, const char *item, const char *session,
    char list[TASKLIST_ID_MAX]);
/* 0, or a sysexits status with the error printed: source_drop undoes what was done. */
int source_open(struct orch *, const char *list, const struct item *, const char *session);
void source_drop(struct orch *, const char *list, const char *item, const char *session);
/* path: of the session directory.  Does nothing unless the status is one that ends. */
void source_close(const char *path, const char *session, enum status);
/* The session goes on: what it had closed is IN_PROGRESS again. */
void source_reopen(const char *path, const char *session);
void source_recover(struct orch *);
/* The same in a list that was read, and not on disk. */
struct tasklist;
void source_settle(struct orch *, struct tasklist *);

#endif
