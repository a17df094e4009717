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

/* Worker: makes inbox/<run> under the session directory; what lay there is removed. 0 or -1. */
int inbox_make(int sessionfd, const char *run);
/* Worker: are its directories still what inbox_make has made? */
bool inbox_intact(int sessionfd, const char *run);
/* Agent side: publishes one message, durably. inbox = path of inbox/<run>. */
int inbox_post(const char *inbox, const char *id, const void *buf, size_t len);

/* Agent side: is the message still to be taken by the worker? */
bool inbox_holds(const char *inbox, const char *id);

/*
 * Worker: calls fn for each regular file in new/ whose name is a valid message
 * id, oldest first (by time of arrival, then name); fn returns 0 to have the
 * message removed, 1 to keep it, -1 to stop.  Anything else in new/ (links,
 * FIFOs, odd names, over SESSION_MAX_MESSAGE) is removed, and fn is called with
 * buf NULL and the reason in why for the log (its id may be "").
 * At most INBOX_BATCH entries are handled a call; returns how many were, or -1 when it
 * stopped before the end (fn said so, or errno).
 */
#define INBOX_BATCH	50	/* each costs a sync: the caller has other things to do */
typedef int (*inbox_fn)(void *arg, const char *id, const char *buf, size_t len, const char *why);
int inbox_drain(int sessionfd, const char *run, inbox_fn fn, void *arg);

#endif
