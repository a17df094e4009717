/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_SOURCE_H
#define ORCHESTRATOR_SOURCE_H

/*
 * Where tasks come from, when people do not keep them in a list themselves: Beads,
 * a streams file.  A source keeps a task list (its "source" names the source) that is a
 * copy of what there is to do; all else works on that list as on any other.  What is owed to
 * the other side (an issue to be closed) follows from the list, so that
 * bringing it up to date once more is all the recovery there is.
 *
 *	source_select	the list that execute, plan, dispatch-ready are to work on
 *	source_find	the list that has an item, asking every source that is present
 *	source_of		the source of a list
 *
 * Functions print their errors and return 0 or a sysexits status.
 */

#include "proto/base/id.h"

struct orch;
struct tasklist;

#define SOURCE_WORDS	4
extern const char *const source_words[SOURCE_WORDS + 1];	/* what --source may name, ended by NULL */

struct source {
	const char	*kind;		/* in the list's "source", and of --source */
	/* Is there something of it in this repository? */
	bool		(*present)(struct orch *);
	/* Is this its project (an initiative, say)?  NULL: any name may be. */
	bool		(*is_project)(struct orch *, const char *project);
	/* Its list for the project (NULL = all there is), made if absent, up to date. */
	int		(*open)(struct orch *, const char *project, char list[TASKLIST_ID_MAX]);
	/* Does what is owed to the other side, and takes in what has changed there.  May take
	 * long: execute calls it in a child. */
	int		(*refresh)(struct orch *, const char *list);
	bool		 local;	/* refresh is quick, and is made whenever its list is asked for */
	/* Its list that has the item, taken in if need be; "" when there is none. */
	int		(*find)(struct orch *, const char *item, char list[TASKLIST_ID_MAX]);
	/* Makes the task ours before it is begun: EX_NEGATIVE when another person has it, which
	 * the list says then; and gives it back.  NULL: there is nobody else. */
	int		(*claim)(struct orch *, const char *list, const char *task);
	int		(*release)(struct orch *, const char *list, const char *task);
	/* The directory in which a file SOURCE_WAKE appears when something has changed there;
	 * malloced.  NULL: there is none. */
	char		*(*wake_dir)(struct orch *);
};

extern const struct source source_beads, source_streams;

#define SOURCE_BEADS	"beads"
#define SOURCE_STREAMS	"streams"
#define SOURCE_WAKE	"orchestrator.wake"

/* NULL: the list itself is the source. */
const struct source *source_of(const struct tasklist *);
/*
 * source: "none", "tasks", a kind, or NULL; project: a list's id or name, a source's project, or NULL.
 * Without a source: the list of that name, else the source that is present; without a
 * project either: the one there is.  list is "" and the result 0 when there is nothing
 * at all.
 */
int source_select(struct orch *, const char *source, const char *project,
    char list[TASKLIST_ID_MAX]);
int source_find(struct orch *, const char *item, char list[TASKLIST_ID_MAX]);
/* Brings the list up to date, if its source is a local one.  0, or a status. */
int source_fresh(struct orch *, const char *list);
/* What lists owe the other side for what is merged, for commands that merge: in the foreground. */
void source_settle(struct orch *);
/* claim and release of the list's source; 0 when it has none. */
int source_claim(struct orch *, const char *list, const char *task);
void source_release(struct orch *, const char *list, const char *task);

#endif
