/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_KEYS_H
#define ORCHESTRATOR_KEYS_H

/* The keys, in one table: what they do, the help screen, and the line at the bottom. */

#include <stdbool.h>

struct frame;
struct text;
struct viewer;

enum { KEY_LIST = 1, KEY_PAGER = 2 };	/* where a key counts */

struct key {
	int		 code[2];	/* 0 = none */
	const char	*name;		/* as the help and orchestrator-watch(1) have it */
	const char	*help;
	unsigned int	 where;
	unsigned int	 fits;		/* urgencies of rows for which the last line shows it, a bit each */
	const char	*word;		/* for it in the last line */
	void		(*act)(struct viewer *, const struct key *);
	long		 lines;		/* to move */
	const char	*command;	/* of orchestrator */
	const char	*label;		/* of the prompt for a text; NULL: the prompt asks for a "y" */
	const char	*more;		/* an option of the command, NULL = none */
};

/* Handles a key. */
void keys_press(struct viewer *, int code);
/* "Enter log  a answer  ? help": of what fits the chosen row. */
void keys_hint(const struct viewer *, struct text *);
/* The help, a line a key. */
void keys_help(struct text *);

#endif
