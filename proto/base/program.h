/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROTO_PROGRAM_H
#define PROTO_PROGRAM_H

/*
 * The command line of a program that has commands: options of its own, a command, and the
 * arguments of that.
 *
 *	if (program_read(&program, &globals, argv + 1, &call, &status)) {
 *		status = ...;				by call.command
 *		program_release(&call);
 *	}
 *
 * --help, --version and what is wrong is dealt with here, and printed.
 */

#include "proto/base/option.h"

struct program {
	struct syntax	own;		/* what precedes a command; the name is "" */
	size_t		common;		/* of its rows, so many may follow a command, too */
	const struct syntax *const *commands;	/* ended by NULL */
};
struct call {
	const struct syntax *command;
	void		*arguments;	/* the struct of its syntax, filled */
};

/* globals: the struct of the program's own rows.  false: there is no command to be run, and *status is the
 * exit status. */
bool program_read(const struct program *, void *globals, char **argv, struct call *, int *status);
void program_release(struct call *);

/* The command of the list by its name, which for "tasks list" is "list"; or NULL. */
const struct syntax *program_find(const struct syntax *const *list, const char *name);
void program_help(const struct program *);	/* the same as --help */

#endif
