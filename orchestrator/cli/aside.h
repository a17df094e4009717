/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_ASIDE_H
#define ORCHESTRATOR_ASIDE_H

/*
 * A session in which a command asks an agent something: the agent may change no file, there is no review, and the
 * command discards the session.
 */

struct entry;
struct item;
struct orch;

/*
 * Starts a session for the item, under its id or, if a session has that, under it and a number; agent NULL = the
 * implementer of the settings.  Waits until it ends.  0: the agent has answered; EX_NEGATIVE: the session ended
 * otherwise; else no session was started, or the wait was interrupted, and the error is printed.  With 0 and
 * EX_NEGATIVE the entry is to be released.
 */
int aside_run(struct orch *, struct item *, const char *agent, struct entry *);
/* Prints why if it can't discard the session. */
void aside_discard(struct orch *, struct entry *);

#endif
