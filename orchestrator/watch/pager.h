/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_PAGER_VIEW_H
#define ORCHESTRATOR_PAGER_VIEW_H

/* A text that is longer than the screen: moving and searching in it.  Everything here is pure. */

#include <stdbool.h>
#include <stddef.h>

#include "orchestrator/watch/frame.h"

#define PAGER_MAX	(1u << 20)	/* bytes that are kept of a log: the last ones */

struct pager {
	char		*title;		/* NULL = it is not open */
	struct text	 text;
	size_t		 top;		/* of the first line that is shown, in text */
	size_t		 side;		/* columns to the left of the screen */
	bool		 follow;	/* the end is shown, and what is added to it */
	char		*search;	/* NULL = none */
};

/* Replaces what is there; takes title. */
void pager_open(struct pager *, char *title, bool follow);
void pager_close(struct pager *);
/* Appends a text; beyond PAGER_MAX, the oldest lines are dropped. */
void pager_add(struct pager *, const char *, size_t);
/* Moves by so many lines, on a screen of height lines. */
void pager_move(struct pager *, long lines, size_t height);
/* Moves to the next (+1) or previous (-1) line that has the text; false: no line has it. */
bool pager_find(struct pager *, int direction);
/* Adds title and lines. */
void pager_frame(const struct pager *, struct frame *, size_t height);

#endif
