/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WORKER_PORTS_H
#define WORKER_PORTS_H

/*
 * The port numbers of a live session ("ports" of the settings): consecutive ones, which no other live session of the
 * state directory has.  PORTS_LOCK there has a byte for each number, which a worker keeps locked as long as it lives;
 * those of a session made by hand are in the directory beside it.  Programs other than sessions are not asked.
 */

#define PORTS_LOCK	"ports.lock"
#define PORTS_FIRST	20000	/* below the numbers that the kernel gives to connections */
#define PORTS_END	30000

struct strings;
struct worker;

/* Takes them, those that the session had before if they are free; state.port is the first.  0, or an exit status
 * after a message.  worker_close gives them back. */
int ports_take(struct worker *);
/* Tells a run of them: PORT, and SESSION_PORTS. */
void ports_environment(const struct worker *, struct strings *env);

#endif
