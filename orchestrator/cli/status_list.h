/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_STATUS_LIST_H
#define ORCHESTRATOR_STATUS_LIST_H

/* The sessions of orchestrator status: what needs a person, what runs, what is ready, what is over. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct entries;
struct json;
struct orch;

struct status_view {
	struct orch	*o;
	const struct entries *es;
	const struct json *execute;	/* the running execute (cache.h), or NULL */
	size_t		 older;		/* sessions that are not among these, since they ended before since */
	int64_t		 since;		/* when today began, or execute, if that was earlier; wall ms */
	const char	*when;		/* "today", or "since execute began" */
	bool		 all;		/* also those that are over, and earlier attempts */
	bool		 filtered;	/* some are not among these, since a filter leaves them out */
};

/* "proj on main, execute 4231 works on sprint: 7/10, 2 running, 41m, 1.84 USD" */
void status_head(const struct status_view *);
void status_list(const struct status_view *);

#endif
