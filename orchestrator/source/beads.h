/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_BEADS_H
#define ORCHESTRATOR_BEADS_H

/*
 * Beads as a source (source.h).  The list has each issue that was ready once.
 *
 *	source_beads.c	its list, and the issue of an item
 *	beads_pull.c	from issues to tasks: what a task becomes; pure but for the calls of bd
 *	beads_push.c	from tasks to issues: what is merged is closed, what failed is noted
 *	beads_claim.c	whose an issue is
 *
 * A task is "claimed" from before bd is asked for its issue until that is closed or
 * given back.  Hence, whenever we are killed: a task that is claimed and not begun is
 * claimed once more, which bd allows its holder; one that is claimed and COMPLETE is owed a
 * close, unless its issue is closed.  An issue in Beads is ours when its assignee is the actor of
 * the list (bd.h), so that two lists, machines or people never both have it.
 *
 * Functions print their errors and return 0 or a sysexits status.
 */

#include "orchestrator/source/bd.h"
#include "orchestrator/source/issue.h"

#define BEADS_LABEL	"project:"
#define BEADS_AUTHOR	"beads"		/* of changes that are made there */

/* Lets the list be as Beads has it, now that nothing is owed. */
int beads_pull(const struct bd *, const char *list);
/* Does what is owed. What bd refuses is named, and owed still. */
int beads_push(const struct bd *, const char *list);

/* The issue of one id: 0, and not NULL when there is one; of the answer, to be freed. */
int beads_issue(const struct bd *, const char *id, struct issues *, struct json **answer);
/* Names what is no issue. */
void beads_name_wrong(struct strings *wrong);

int beads_claim(struct orch *, const char *list, const char *task);
int beads_release(struct orch *, const char *list, const char *task);

#endif
