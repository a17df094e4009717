/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_REPORT_ITEMS_H
#define ORCHESTRATOR_REPORT_ITEMS_H

/* A report, or a report of a day, for people: a sentence, and the items.  Pure. */

#include <stddef.h>

#include "orchestrator/execute/report.h"
#include "proto/session/status.h"

struct json;

struct report_item {
	const char	*task;		/* its id */
	const char	*result;	/* "merged", "failed", ...; of a day, the status of the session */
	enum status_outcome outcome;	/* NONE: it has not ended */
	const struct json *j;		/* the object of the report */
};
struct report_items { struct report_item *v; size_t n; };

/* "7 of 10 merged in 46 min, 2 failed, 1 waits; 1 h 54 min one after another"; malloced. */
char *report_sentence(const struct json *);
/* The items, merged ones first; the strings belong to the report. */
void report_items(const struct json *, struct report_items *);
void report_items_free(struct report_items *);

#endif
