/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_TELL_H
#define ORCHESTRATOR_TELL_H

/* Messages to the implementer of a session: messages/<id> of the session (proto/record/tell.h). */

#include "proto/base/id.h"

struct entry;

/* Writes the message, durably, under a new id.  0, or a sysexits status with the error printed, as when the review has
 * begun meanwhile. */
int tell_give(const struct entry *, const char *text, char id[SESSION_ID_MAX]);

/* Is a turn of its implementer under way?  0, or EX_DATAERR with the error printed. */
int tell_check_turn(const struct entry *);
/* Has the worker end that turn and continue its conversation.  0, or a sysexits status with the error printed. */
int tell_interrupt(const struct entry *);

#endif
