/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_LOG_READER_H
#define ORCHESTRATOR_LOG_READER_H

/*
 * Prints the log of a session to standard output as it grows.
 *
 *	log_reader_open(&r, entry)
 *	log_reader_seek(&r, &from)	or everything is printed
 *	log_reader_print(&r)		once, or whenever the log may have grown
 *	log_reader_close(&r)		prints a last line without a newline, too
 */

#include <stdbool.h>
#include <stdint.h>

#include "proto/base/text.h"
#include "proto/session/status.h"

struct entry;

struct log_reader {
	int		 dir;		/* session directory, which stays valid when it is moved */
	int		 log;		/* output.log; -1 = does not exist yet */
	char		*prefix;	/* stands before each line; NULL = none */
	struct text	 rest;		/* an incomplete line */
	struct text	 line;		/* the line being neutralised */
	enum status	 status;	/* once it is over */
};
struct log_from {
	int64_t		 lines;		/* the number of last lines; -1 = all */
	int64_t		 since;		/* wall ms; 0 = from the beginning */
};

/* 0, or -1 with errno: its directory is gone. */
int log_reader_open(struct log_reader *, const struct entry *);
/* Output begins at the later of lines and since.  Only lines of the worker have a time, so since means: after the last
 * worker line that is older.  0, or -1 with errno. */
int log_reader_seek(struct log_reader *, const struct log_from *);
/* Prints the text appended since the last call.  0, or -1 with errno. */
int log_reader_print(struct log_reader *);
/* Is the log finished, since the session has no worker?  The worker writes the last line after the status and then
 * ends; the lock moves along with the directory. */
bool log_reader_over(struct log_reader *);
void log_reader_close(struct log_reader *);

#endif
