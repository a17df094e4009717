/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_STATUS_LISTING_H
#define ORCHESTRATOR_STATUS_LISTING_H

/* Of status_list.c: what is listed, and the sessions that need a person. */

#include "orchestrator/cli/status_list.h"
#include "orchestrator/cli/status_sort.h"
#include "orchestrator/session/busy.h"

/* A session as it is listed. */
struct listed {
	const struct entry *e;
	enum section	 section;
	char		*surplus;	/* what its worktree holds beyond the approved commit; NULL = nothing */
	bool		 superseded;
};
struct listing {
	const struct status_view *v;
	struct listed	*all;
	size_t		 n, count[SECTIONS];
	struct busy_columns columns;
	bool		 headed;	/* NEEDS YOU was printed */
};


/* What commands call it: its item, or the id of an earlier attempt. */
const char *listing_name(const struct listed *);
void listing_heading(const char *title, size_t n);	/* n 0: without a number */
/* Prints NEEDS YOU, if anything does. */
void listing_needs(struct listing *);

#endif
