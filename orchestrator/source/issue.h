/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_ISSUE_H
#define ORCHESTRATOR_ISSUE_H

/*
 * Issues of Beads, as bd prints them: read with distrust, and what they are as
 * tasks.  Pure.  Texts are borrowed from the JSON, which must outlive the issue.
 */

#include <stdint.h>

#include "proto/base/id.h"

struct strings;
struct task;
struct tasklist;

struct issue {
	char		 id[SESSION_ID_MAX];
	const char	*status;	/* "open", "in_progress", "closed", ...; never NULL */
	const char	*assignee;	/* "" = nobody */
	const char	*notes;		/* "" = none */
	const struct json *raw;
};
struct issues {
	struct issue	*v;		/* by id */
	size_t		 n;
};

/* Of an array; those that are none go to wrong, one line each. */
void issues_read(struct issues *, const struct json *array, struct strings *wrong);
void issues_release(struct issues *);
/* NULL: it is not there. */
const struct issue *issues_find(const struct issues *, const char *id);

bool issue_is(const struct issue *, const char *status);
/* Begun, by this one. */
bool issue_has(const struct issue *, const char *actor);
/* Is it nobody's work, but a heading for other issues? */
bool issue_heads(const struct issue *);
/* Has it the label?  True as well when it does not say its labels. */
bool issue_labelled(const struct issue *, const char *label);
/* What blocks it; open: as far as it is said not to be closed. */
void issue_blockers(const struct issue *, bool open, struct strings *);
/* Why it is not to be begun by the actor; malloced. */
char *issue_obstacle(const struct issue *, const char *actor);
/* Puts what the issue says into the task of its id: true when that changed anything.  Its
 * dependencies are those that are COMPLETE in the list: whether it is ready is for bd to say. */
bool issue_fill(const struct issue *, const struct tasklist *, struct task *);
/* RFC 3339 with any fraction and offset, as wall ms; 0 when it is not. */
int64_t issue_time(const char *);

#endif
