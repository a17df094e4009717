/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WORKER_TELLS_H
#define WORKER_TELLS_H

/*
 * Messages from people to the implementer: files in messages/, each recorded in messages.json before it is removed.
 * worker/agent/messages.h gives them to the agent.
 */

#include <stdbool.h>
#include <sys/types.h>

struct worker;

/* Scans messages/, after any hint.  Refuses messages when the implementer has no further turn.  true = a file is still
 * open for writing. */
bool tells_scan(struct worker *);
/* Has a person asked to interrupt the implementer's current turn, or to have its screen?  screen: has the person left
 * it? */
bool tells_interrupt(struct worker *, bool screen);
/* Does a person wait for the client's own screen, or have it (worker/agent/attach.h)?  Sets the pid of orchestrator attach. */
bool tells_attach(struct worker *, pid_t *);
/* Writes messages.json.  0 or -1 (logged: the worker ends). */
int tells_record_save(struct worker *);

#endif
