/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_COMPLETE_H
#define ORCHESTRATOR_COMPLETE_H

/*
 * Completions of the word at the cursor of a command line, for shells.
 *
 *	complete_place(&orchestrator, words, &p)	reads the words before the cursor: a pure function of the table
 *	complete_print(o, &p)				prints the completions
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
	const struct syntax *const *commands;	/* ... one of these, ended by NULL */
	const struct option_row *row;	/* the option or operand whose value is expected; NULL = none */
	const char	*word;		/* the part of the word that is typed, without the part in attached */
	const char	*attached;	/* "--source=be" has 9 bytes of an option before the word; else NULL */
	int		 nattached;
	bool		 options;	/* the word begins an option */
	const char	*const *operands;	/* the operands before the word */
	size_t		 noperands;
	const char	*dir, *list;	/* the values of -C and --list; NULL = not given */
};

/* words: the arguments of the program, the last one at the cursor; ended by NULL; they are reordered. */
void complete_place(const struct program *, const char **words, struct place *);
void complete_print(struct orch *, const struct place *);

/* Prints a word and its description, if it begins with the word at the cursor and has no control characters. */
void complete_word(const struct place *, const char *word, const char *what);
/* The names of sessions that fit the command, and for answer the questions and their options. */
void complete_sessions(struct orch *, const struct place *);
/* The names of lists, tasks or streams. */
void complete_lists(struct orch *, const struct place *);
void complete_tasks(struct orch *, const struct place *);
void complete_streams(struct orch *, const struct place *);

#endif
