/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_SOURCE_H
#define ORCHESTRATOR_SOURCE_H

/*
 * Where tasks come from, when people do not keep them in a list themselves: Beads,
 * a streams file.  A source maintains a task list (its "source" names the source) as a
 * copy of the work to do; everything else uses that list like any other.  Changes that are pending for the source (an
 * issue to be closed) follow from the list, so recovery only means bringing it up to date again.
 *
 *	source_select	the list for execute, plan and dispatch-ready
 *	source_find	the list that has an item, asking every source that is present
 *	source_of		the source of a list
 *
 * Functions print their errors and return 0 or a sysexits status.
 */

#include "proto/base/id.h"

struct orch;
struct tasklist;

#define SOURCE_WORDS	4
extern const char *const source_words[SOURCE_WORDS + 1];	/* valid words for --source, ended by NULL */

struct source {
	const char	*kind;		/* word in the list's "source" and for --source */
	/* Is the source used in this repository? */
	bool		(*present)(struct orch *);
	/* Is this a project of the source (such as an initiative)?  NULL: any name is valid. */
	bool		(*is_project)(struct orch *, const char *project);
	/* Its list for the project (NULL = everything), made if absent, and brought up to date. */
	int		(*open)(struct orch *, const char *project, char list[TASKLIST_ID_MAX]);
	/* Pushes pending changes to the source, and takes in changes made there.  May take long: execute calls
	 * it in a child. */
	int		(*refresh)(struct orch *, const char *list);
	bool		 local;	/* refresh is quick, and is done whenever its list is needed */
	/* Its list that has the item, which is added if necessary; "" when there is none. */
	int		(*find)(struct orch *, const char *item, char list[TASKLIST_ID_MAX]);
	/* Claims the task before it begins: EX_NEGATIVE when another person has it, which the list records
	 * then.  The other releases it.  NULL: the source has no other users. */
	int		(*claim)(struct orch *, const char *list, const char *task);
	int		(*release)(struct orch *, const char *list, const char *task);
	/* Puts away what is finished when all tasks of the list are COMPLETE.  What it did, malloced, or NULL.  NULL:
	 * there is nothing to put away. */
	char		*(*finish)(struct orch *, const char *list);
	/* The directory in which a file SOURCE_WAKE appears when something has changed in the source; malloced.
	 * NULL: there is none. */
	char		*(*wake_dir)(struct orch *);
};

extern const struct source source_beads, source_streams;

#define SOURCE_BEADS	"beads"
#define SOURCE_STREAMS	"streams"
#define SOURCE_LABEL	"project:"	/* before the name of a project, in labels and commands */
#define SOURCE_WAKE	"orchestrator.wake"

/* The name of a project without that prefix. */
const char *source_name(const char *project);
/* NULL: the list itself is the source. */
const struct source *source_of(const struct tasklist *);
/*
 * source: "none", "tasks", a kind, or NULL; project: a list's id or name, a source's project, or NULL.
 * Without a source: the list with that name, else the source in use; without a project either: the
 * only one there is.  list is "" and the result 0 when there is none at all.
 */
int source_select(struct orch *, const char *source, const char *project,
    char list[TASKLIST_ID_MAX]);
/* Is any source in use here? */
bool source_any(struct orch *);
int source_find(struct orch *, const char *item, char list[TASKLIST_ID_MAX]);
/* Brings the list up to date, if its source is local.  0, or a status. */
int source_fresh(struct orch *, const char *list);
/* For commands that merge: pushes pending changes for merged work to the sources, in the foreground. */
void source_settle(struct orch *);
/* finish of the list's source. */
char *source_finish(struct orch *, const char *list);
/* claim and release of the list's source; 0 when it has none. */
int source_claim(struct orch *, const char *list, const char *task);
void source_release(struct orch *, const char *list, const char *task);

#endif
