/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_BEADS_H
#define ORCHESTRATOR_BEADS_H

/*
 * Beads as a source (source.h).  The list has every issue that was ever ready.
 *
 *	source_beads.c	its list, and the issue of an item
 *	beads_pull.c	from issues to tasks: how a task changes; pure except for the calls of bd
 *	beads_push.c	from tasks to issues: closes merged ones, notes failures
 *	beads_claim.c	the owner of an issue
 *
 * A task is "claimed" from before bd is asked for its issue until that is closed or
 * given back.  So after a kill at any point a task that is claimed but not begun is
 * claimed again, which bd allows its holder; a task that is claimed and COMPLETE needs its issue closed, unless that
 * is closed already.  An issue in Beads is ours when its assignee is the actor of
 * the list (bd.h), so that two lists, machines or people never both have it.
 *
 * Functions print their errors and return 0 or a sysexits status.
 */

#include "orchestrator/source/bd.h"
#include "orchestrator/source/issue.h"
#include "orchestrator/source/source.h"

#define BEADS_LABEL	SOURCE_LABEL
#define BEADS_AUTHOR	"beads"		/* author of changes made in Beads */

/* Updates the list from Beads, after all pending changes were pushed. */
int beads_pull(const struct bd *, const char *list);
/* Pushes pending changes.  Refused ones are reported, and stay pending. */
int beads_push(const struct bd *, const char *list);

/* The issue with an id: 0, and not NULL when it exists; it borrows from the answer, which must be freed. */
int beads_issue(const struct bd *, const char *id, struct issues *, struct json **answer);
/* Reports invalid issues. */
void beads_name_wrong(struct strings *wrong);

int beads_claim(struct orch *, const char *list, const char *task);
int beads_release(struct orch *, const char *list, const char *task);

#endif
