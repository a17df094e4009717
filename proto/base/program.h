/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROTO_PROGRAM_H
#define PROTO_PROGRAM_H

/*
 * The command line of a program with commands: its own options, a command, and the
 * arguments of the command.
 *
 *	if (program_read(&program, &globals, argv + 1, &call, &status)) {
 *		status = ...;				by call.command
 *		program_release(&call);
 *	}
 *
 * --help, --version and errors are handled here, and printed.
 */

#include "proto/base/option.h"

/* A command that other programs have, and what does the same here. */
struct program_habit { const char *word, *instead; };
struct program {
	struct syntax	own;		/* the options before a command; the name is "" */
	size_t		common;		/* this many of its rows are also allowed after a command */
	const struct syntax *const *commands;	/* ended by NULL */
	const struct syntax *const *hidden;	/* NULL, or commands for other programs, which no list shows; ended by NULL */
	const struct program_habit *habits;	/* NULL, or ended by a row without a word */
};
struct call {
	const struct syntax *command;
	void		*arguments;	/* the struct of the command's syntax, filled */
};

/* globals is the struct of the program's own rows.  Returns false when there is no command to run; *status is
 * then the exit status. */
bool program_read(const struct program *, void *globals, char **argv, struct call *, int *status);
void program_release(struct call *);

/* Finds a command in the list by name ("tasks list" is found as "list"), or NULL. */
const struct syntax *program_find(const struct syntax *const *list, const char *name);
void program_help(const struct program *);	/* the same as --help */

#endif
