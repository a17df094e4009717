/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_LIVE_H
#define ORCHESTRATOR_LIVE_H

/*
 * The live display of execute on a terminal, below the scrolling events: the progress, a line for each session, the open
 * questions, and a prompt for answers.
 *
 *	live.c		when it is drawn, and the keyboard
 *	live_frame.c	its lines
 *	live_ask.c	the questions, and the answers, which orchestrator answer gives
 *
 * It is drawn when something has changed, at most ten times a second, and at whole minutes, for the ages.  A growing log
 * counts as a change once a second.
 *
 * Without a terminal the struct live is NULL; then all of these functions do nothing.
 */

#include <stdbool.h>
#include <sys/types.h>

struct live;
struct loop;
struct session_row;
struct watch_event;

/* From here on log messages appear among the events, including messages of children. */
struct live *live_open(struct loop *);
/* Removes it from the screen. */
void live_close(struct live *);
/* Before each wait. */
void live_show(struct live *);
/* Handles an event that is only for the display, such as a key; true: it was one. */
bool live_event(struct live *, const struct watch_event *);
/* A child has ended; false: the child is not of the display. */
bool live_reaped(struct live *, pid_t, int status);
/* The log of the session has grown. */
void live_logged(struct live *, struct session_row *);
/* Keeps the cost of a session that is about to be removed. */
void live_forget(struct live *, const struct session_row *);

#endif
