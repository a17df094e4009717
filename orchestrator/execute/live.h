/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_LIVE_H
#define ORCHESTRATOR_LIVE_H

/*
 * What execute shows on a terminal, below the events that scroll: how far it is, a line a session, the open questions,
 * and a line in which they are answered.
 *
 *	live.c		when it is drawn, and what is typed
 *	live_frame.c	its lines
 *	live_ask.c	the questions, and their answers: orchestrator answer gives them
 *
 * It is drawn when something has changed, at most ten times in a second, and at whole minutes, since it has ages.  A log
 * that grows counts as a change once a second.
 *
 * Without a terminal there is no live, NULL, for which all of these do nothing.
 */

#include <stdbool.h>
#include <sys/types.h>

struct live;
struct loop;
struct session_row;
struct watch_event;

/* Messages of the log appear among the events from here on; those of children, too. */
struct live *live_open(struct loop *);
/* Removes it from the screen. */
void live_close(struct live *);
/* Before each wait. */
void live_show(struct live *);
/* Is the event for it alone, such as a key?  Then it is handled. */
bool live_event(struct live *, const struct watch_event *);
/* A child has ended; false: it is another one's. */
bool live_reaped(struct live *, pid_t, int status);
/* The log of the session has grown. */
void live_logged(struct live *, struct session_row *);
/* The session is about to be forgotten: its cost is kept. */
void live_forget(struct live *, const struct session_row *);

#endif
