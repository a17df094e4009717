/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WORKER_PARK_H
#define WORKER_PARK_H

/* Waits without an agent: until an account is no longer at its limit, or a question is answered. */

#include <stdbool.h>

struct agent_run;
struct question;
struct worker;

/* Records until when, from what the client said, and logs it. */
void park(struct worker *, const struct agent_run *);
/* Waits as long as state.parked_until says; false = stopped meanwhile. */
bool park_wait(struct worker *);
/* Waits for the answer to a question; NULL = stopped meanwhile, and it stays open. */
struct question *park_answer(struct worker *, const char *id);

#endif
