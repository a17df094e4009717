/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WORKER_DEFERRED_H
#define WORKER_DEFERRED_H

/*
 * Questions that end a turn: the session waits with no process of the agent, and the answer is the next prompt of
 * the same conversation.  Such a question stays open over crashes and reboots.  It is the end of the agent's result
 * (deferred_ask), or worker ask --defer during the turn, any number of times (mail.h).
 */

#include <stdbool.h>
#include <stdint.h>

#include "proto/session/role.h"

struct question;
struct worker;

/* The first question of a role that is open, or whose answer has not been in a run that ended well; NULL = none. */
struct question *deferred_pending(const struct worker *, enum role);
/* Has the current run asked one? */
bool deferred_asked(const struct worker *);
/* Closes the questions of the session's first runs, whose answers were delivered or are not needed any more.
 * -1: the disk failed. */
int deferred_heard(struct worker *, int64_t runs);
/* Records w->question of the last run.  NULL: refused (logged), or the disk failed. */
struct question *deferred_ask(struct worker *, enum role);
/* Waits for the answers to all pending questions of a role: a prompt with them, malloced; NULL: stopped. */
char *deferred_answers(struct worker *, enum role);

#endif
