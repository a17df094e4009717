/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_ROWS_H
#define ORCHESTRATOR_ROWS_H

/* The sessions as screen and page list them: the most urgent first.  Everything here is pure. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "orchestrator/session/section.h"

struct entry;
struct text;

struct row {
	const struct entry *e;
	const char	*note;		/* its open question, or what it waits for; NULL = none */
	enum section	 section;
	bool		 earlier;	/* a later attempt at its item is there */
};
struct rows {
	struct row	*v;
	size_t		 n;
	size_t		 count[SECTIONS];	/* also of those that are left out */
	size_t		 done, total;	/* items that are merged, of all */
};
/* What is left out, and what execute does. */
struct rows_look {
	bool		 executing;	/* it starts workers that died */
	bool		 over;		/* include ended sessions and earlier attempts */
	const char	*filter;	/* only sessions with this text; NULL = all */
};

/* The section is set by rows_settle(). */
void rows_add(struct rows *, const struct entry *, const char *note);
/* Sorts and counts the rows, and drops those that rows_look leaves out. */
void rows_settle(struct rows *, const struct rows_look *);
void rows_release(struct rows *);

/* How it is shown: its item; the id of an earlier attempt, "instance" for execute itself. */
const char *row_name(const struct row *);
/* Where it stands: "implement/2 3/7", or its status. */
void row_step(struct text *, const struct row *);
/* Its note; may be "". */
void row_note(struct text *, const struct row *);
/* "2 need you, 1 running, 3 ready to merge, 4 over" */
void rows_summary(struct text *, const struct rows *);

#endif
