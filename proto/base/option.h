/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROTO_OPTION_H
#define PROTO_OPTION_H

/*
 * The command line of a command as a table with one row per option or operand.  Parsing, the
 * usage, --help and the completion use the table.
 *
 *	struct arguments { bool wait; const char *session; };
 *
 *	static const struct option_row rows[] = {
 *		OPT_FLAG(struct arguments, wait, 0, "wait", "wait until it has ended"),
 *		OPERAND(struct arguments, session, "SESSION"),
 *	};
 *	const struct cmd cmd_adopt = COMMAND("adopt", "have work judged", run, OPTION_ROWS(rows, struct arguments));
 *
 * A row names the member of the command's own struct that receives the value.  A row
 * whose member has the wrong type, or a row without help, does not compile.  Values are the arguments
 * themselves; lists hold copies, which option_release() frees.
 *
 * Options are "--name VALUE", "--name=VALUE", a unique prefix of a name, "-xVALUE" and "-x
 * VALUE"; they may stand after operands, unless the syntax says that they end there.  "--" ends
 * them.  An argument with a blank that names no option is an operand: a text that begins with a dash.
 * An error is printed in one line that ends with what to do next.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/base/strings.h"

enum option_type {
	OPTION_FLAG = 1,	/* bool: set to true */
	OPTION_SET,		/* int: set to min */
	OPTION_HELP,		/* parsing ends */
	OPTION_VERSION,		/* prints the version */
	OPTION_STRING,		/* const char *; the last value counts */
	OPTION_FILE,		/* const char *: the next argument, but "-" if there is none or it is another option */
	OPTION_CHOICE,		/* const char *: one of words */
	OPTION_NUMBER,		/* struct option_number, from min to max */
	OPTION_LIST,		/* struct strings; may be given more than once */
	OPTION_COMMAND,		/* char *const *: what follows "--" */
	OPERAND_ONE,		/* const char * */
	OPERAND_MAY,		/* const char *: the operand, or NULL */
	OPERAND_MANY,		/* char *const *: one or more, ended by NULL */
	OPERAND_ANY,		/* char *const *: the operands, or NULL when there are none */
};

struct option_number {
	bool		given;
	int64_t		value;
};

struct option_row {
	enum option_type type;
	char		letter;		/* 0 = none */
	const char	*name;		/* without "--"; NULL = none */
	const char	*argument;	/* the argument of an option, or the operand, as usage shows it */
	size_t		offset;		/* offset of the member */
	const char	*help;		/* one line; NULL for operands */
	const char	*const *words;	/* the values of a choice, ended by NULL */
	int64_t		min, max;	/* bounds of a number */
};

/* A command as seen by its command line. */
struct syntax {
	const char	*name;		/* "" for the program itself */
	const char	*summary;	/* one line */
	const struct option_row *row;
	size_t		n, size;	/* number of rows; size of the struct that they fill */
	bool		stops;		/* options end at the first operand */
	const struct syntax *const *sub;	/* NULL, or its subcommands, ended by NULL */
};

/* The offset of a member, which must have this type; help must not be empty. */
#define OPTION_AT(s, member, type, help)	(offsetof(s, member) + 0 * sizeof(struct { \
	_Static_assert(_Generic(((s *)0)->member, type: 1, default: 0), #member " has to be " #type); \
	_Static_assert(sizeof("" help) > 1, "the option has no help"); int unused; }))
#define OPT_FLAG(s, member, letter, name, help) \
	{ OPTION_FLAG, letter, name, NULL, OPTION_AT(s, member, bool, help), help, NULL, 0, 0 }
#define OPT_SET(s, member, letter, name, value, help) \
	{ OPTION_SET, letter, name, NULL, OPTION_AT(s, member, int, help), help, NULL, value, 0 }
#define OPT_STRING(s, member, letter, name, argument, help) \
	{ OPTION_STRING, letter, name, argument, OPTION_AT(s, member, const char *, help), help, NULL, 0, 0 }
#define OPT_FILE(s, member, letter, name, help) \
	{ OPTION_FILE, letter, name, "[FILE]", OPTION_AT(s, member, const char *, help), help, NULL, 0, 0 }
#define OPT_CHOICE(s, member, letter, name, argument, words, help) \
	{ OPTION_CHOICE, letter, name, argument, OPTION_AT(s, member, const char *, help), help, words, 0, 0 }
#define OPT_NUMBER(s, member, letter, name, argument, min, max, help) \
	{ OPTION_NUMBER, letter, name, argument, OPTION_AT(s, member, struct option_number, help), help, NULL, min, max }
#define OPT_LIST(s, member, letter, name, argument, help) \
	{ OPTION_LIST, letter, name, argument, OPTION_AT(s, member, struct strings, help), help, NULL, 0, 0 }
#define OPT_COMMAND(s, member, argument, help) \
	{ OPTION_COMMAND, 0, NULL, argument, OPTION_AT(s, member, char *const *, help), help, NULL, 0, 0 }
#define OPT_HELP(letter, name, help)	{ OPTION_HELP, letter, name, NULL, 0, "" help, NULL, 0, 0 }
#define OPT_VERSION(letter, name, help)	{ OPTION_VERSION, letter, name, NULL, 0, "" help, NULL, 0, 0 }
#define OPERAND_ROW(type, s, member, of, name)	{ type, 0, NULL, name, OPTION_AT(s, member, of, name), NULL, NULL, 0, 0 }
#define OPERAND(s, member, name)	OPERAND_ROW(OPERAND_ONE, s, member, const char *, name)
#define OPERAND_OPTIONAL(s, member, name)	OPERAND_ROW(OPERAND_MAY, s, member, const char *, name)
#define OPERANDS(s, member, name)	OPERAND_ROW(OPERAND_MANY, s, member, char *const *, name)
#define OPERANDS_OPTIONAL(s, member, name)	OPERAND_ROW(OPERAND_ANY, s, member, char *const *, name)

/* Fills the members row, n and size of a syntax. */
#define OPTION_ROWS(rows, s)	.row = rows, .n = sizeof(rows) / sizeof((rows)[0]), .size = sizeof(s)
#define NO_ROWS		.n = 0
/* Defines a command: a struct of a syntax and a function run. */
#define COMMAND(word, line, function, ...)	\
	{ .syntax = { .name = word, .summary = line, __VA_ARGS__ }, .run = function }

/*
 * Parses the arguments that follow a command's name into the struct of its syntax (initially zero;
 * NULL for a syntax without rows).  It reorders the arguments.  common: the options of all
 * commands, in a struct of their own, or NULL.  Returns 0, EX_USAGE with the error printed, or one
 * of these when the user asked for it.
 */
#define OPTION_ASKED_HELP	(-1)
#define OPTION_ASKED_VERSION	(-2)
int option_parse(const struct syntax *, void *into, const struct syntax *common, void *shared, char **argv);
void option_release(const struct syntax *, void *into);

/* Prints what is wrong with the arguments and how to get help.  Returns EX_USAGE. */
int option_error(const struct syntax *, const char *, ...) __attribute__((format(printf, 2, 3)));
/* "PROGRAM NAME [--option ARGUMENT] OPERAND" on standard output, first after "usage: ". */
void option_usage(const struct syntax *, bool first);
/* --help: usage, summary, and one line per option. */
void option_help(const struct syntax *, const struct syntax *common);

#endif
