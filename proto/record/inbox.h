/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROTO_INBOX_H
#define PROTO_INBOX_H

/*
 * inbox/<run>/{tmp,new}: maildir-style messages from the agent of one run.
 * A message is a file new/<message-id>; it appears by rename and is removed by
 * the worker once its reply is on disk.
 */

#include <stdbool.h>
#include <stddef.h>

/* Worker: makes inbox/<run> in the session directory, and removes what was there.  0 or -1. */
int inbox_make(int sessionfd, const char *run);
/* Worker: are the directories still those that inbox_make made? */
bool inbox_intact(int sessionfd, const char *run);
/* Agent: publishes one message durably.  inbox is the path of inbox/<run>. */
int inbox_post(const char *inbox, const char *id, const void *buf, size_t len);

/* Agent: has the worker not yet taken the message? */
bool inbox_holds(const char *inbox, const char *id);

/*
 * Worker: calls fn for each regular file in new/ whose name is a valid message
 * id, oldest first (by time of arrival, then name); fn returns 0 to remove
 * the message, 1 to keep it, -1 to stop.  Anything else in new/ (links,
 * FIFOs, odd names, over SESSION_MAX_MESSAGE) is removed, and fn gets buf NULL
 * and the reason for the log in why (its id may be "").
 * Handles at most INBOX_BATCH entries per call; returns how many it handled, or -1 when it
 * stopped before the end (fn said so, or errno).
 */
#define INBOX_BATCH	50	/* each costs a sync, and the caller has other things to do */
typedef int (*inbox_fn)(void *arg, const char *id, const char *buf, size_t len, const char *why);
int inbox_drain(int sessionfd, const char *run, inbox_fn fn, void *arg);

#endif
