/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_LOGS_FOLLOW_H
#define ORCHESTRATOR_LOGS_FOLLOW_H

/* Follows the logs of sessions by file events, without a timer. */

#include <stddef.h>

struct entry;
struct log_from;
struct orch;

/* Prints the logs of these sessions until all have ended; with several, each line begins with the session's name.
 * 0: all were approved; EX_NEGATIVE; EX_IOERR or EX_OSERR with the error printed; 128 + the number of a signal. */
int logs_follow(const struct entry *, size_t n, const struct log_from *);
/* The same for all sessions that are not archived, and for sessions that begin later; it ends only by a signal. */
int logs_follow_all(struct orch *, const struct log_from *);

#endif
