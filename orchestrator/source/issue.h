/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_ISSUE_H
#define ORCHESTRATOR_ISSUE_H

/*
 * Issues of Beads, as printed by bd: read with distrust, and converted to tasks.
 * Pure.  Texts are borrowed from the JSON, which must outlive the issue.
 */

#include <stdint.h>

#include "proto/base/id.h"

struct strings;
struct task;
struct tasklist;

#define ISSUE_AGENT	"agent:"	/* before the agent type, in labels */

struct issue {
	char		 id[SESSION_ID_MAX];
	const char	*status;	/* "open", "in_progress", "closed", ...; never NULL */
	const char	*assignee;	/* "" = unassigned */
	const char	*notes;		/* "" = none */
	const struct json *raw;
};
struct issues {
	struct issue	*v;		/* by id */
	size_t		 n;
};

/* Reads the issues of an array; invalid ones go to wrong, one line each. */
void issues_read(struct issues *, const struct json *array, struct strings *wrong);
void issues_release(struct issues *);
/* NULL: not found. */
const struct issue *issues_find(const struct issues *, const char *id);

bool issue_is(const struct issue *, const char *status);
/* Has this actor begun it? */
bool issue_has(const struct issue *, const char *actor);
/* Is it only a heading for other issues? */
bool issue_heads(const struct issue *);
/* Has it the label?  True as well when its labels are not given. */
/* What follows the prefix in each of its labels that begin with it. */
void issue_label_rests(const struct issue *, const char *prefix, struct strings *);
bool issue_labelled(const struct issue *, const char *label);
/* The issues that block it; open: only those not known to be closed. */
void issue_blockers(const struct issue *, bool open, struct strings *);
/* Why the actor must not begin it; malloced. */
char *issue_obstacle(const struct issue *, const char *actor);
/* Updates the task with its id from the issue: true when anything changed.  Its dependencies are those that are
 * COMPLETE in the list, since bd decides whether it is ready. */
bool issue_fill(const struct issue *, const struct tasklist *, struct task *);
/* RFC 3339 with any fraction and offset, as wall ms; 0 when it is not a time. */
int64_t issue_time(const char *);

#endif
