/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_ATTACH_H
#define ORCHESTRATOR_ATTACH_H

/* A person at the screen of a session's client, which its worker opens (worker/agent/attach.h). */

struct entry;
struct orch;

/* Why the session's client can't show its screen now, and what to do; malloced.  NULL: it can. */
char *attach_refusal(const struct entry *);
/* Asks for the screen at this terminal (standard input), starts the worker of a parked session, and waits until the
 * screen is closed.  0, or a sysexits status with the error printed. */
int attach_wait(struct orch *, struct entry *);

#endif
