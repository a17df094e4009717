/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WORKER_TALK_H
#define WORKER_TALK_H

/*
 * The standard input of a run, for a client that is spoken to while it runs.  The adapter adds lines to
 * out, and sets over after the last one.  Then the input is closed.  A client that does not end by itself
 * is ended, unless the adapter has set ends: the run still counts as exited, with status 0.
 */

#include <stdbool.h>
#include <stddef.h>

#include "proto/base/text.h"

#define TALK_LINGER_S	2	/* time for a client to end by itself */

struct talk {
	struct text	 out;
	bool		 over;
	bool		 ends;	/* the client ends when its input is closed, however long it works until then */
	size_t		 sent;	/* bytes of out */
	int		 fd;	/* non-blocking; -1 = closed */
};

/* Makes the pipe; returns the end for the client, or -1 with errno. */
int talk_open(struct talk *);
/* Writes as much as the client reads now, and has watch_next report when it reads more.  true: all is written,
 * this call closed the input, and the client does not end by itself. */
bool talk_send(struct talk *);
/* Closes the input and frees what was not written; NULL is nothing. */
void talk_close(struct talk *);

#endif
