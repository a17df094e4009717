/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WORKER_PARK_H
#define WORKER_PARK_H

/* Waits without an agent running: until an account is no longer at its limit, or a question is answered. */

#include <stdbool.h>

struct agent_run;
struct question;
struct worker;

/* Records and logs until when, according to the client. */
void park(struct worker *, const struct agent_run *);
/* Waits until state.parked_until; false = stopped meanwhile. */
bool park_wait(struct worker *);
/* Waits for the answer to a question; NULL = stopped meanwhile, and the question stays open. */
struct question *park_answer(struct worker *, const char *id);

#endif
