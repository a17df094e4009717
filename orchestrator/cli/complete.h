/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_COMPLETE_H
#define ORCHESTRATOR_COMPLETE_H

/*
 * What may stand at the cursor of a command line, for the completions of shells.
 *
 *	complete_place(&orchestrator, words, &p)	reads the words before the cursor: a pure function of the table
 *	complete_print(o, &p)				prints what fits there
 *
 * A line printed is a word, a tab and a description.  A line that begins with a tab asks the shell for names of its own:
 * "files" or "directories".  Nothing is changed, no agent and no client of Beads is run, and errors are not printed.
 */

#include <stdbool.h>
#include <stddef.h>

#include "proto/base/program.h"

struct orch;

struct place {
	const struct syntax *common;	/* the options of all commands */
	const struct syntax *command;	/* NULL: the name of a command is expected */
	const struct syntax *const *commands;	/* its choices then, ended by NULL */
	const struct option_row *row;	/* the option or operand whose value is expected; NULL = none */
	const char	*word;		/* what there is of the word, without what attached has */
	const char	*attached;	/* "--source=be" has 9 bytes of an option before the word; else NULL */
	int		 nattached;
	bool		 options;	/* the word begins an option */
	const char	*const *operands;	/* those before the word */
	size_t		 noperands;
	const char	*dir, *list;	/* the values of -C and --list; NULL = not given */
};

/* words: all after the program's name, the last one is at the cursor; ended by NULL, reordered. */
void complete_place(const struct program *, const char **words, struct place *);
void complete_print(struct orch *, const struct place *);

/* Prints a word and what it is, if the word begins as the one at the cursor and has nothing that a terminal obeys. */
void complete_word(const struct place *, const char *word, const char *what);
/* The names of sessions that fit the command, and for answer the questions and their options. */
void complete_sessions(struct orch *, const struct place *);
/* The names of lists, tasks or streams. */
void complete_lists(struct orch *, const struct place *);
void complete_tasks(struct orch *, const struct place *);
void complete_streams(struct orch *, const struct place *);

#endif
