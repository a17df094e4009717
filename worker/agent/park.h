/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WORKER_PARK_H
#define WORKER_PARK_H

/* Waits while no agent runs: for an account at its limit, for a service that failed, for an answer, or for a person
 * who resumes the session. */

#include <stdbool.h>
#include <stdint.h>

struct agent_run;
struct question;
struct worker;

/* Records and logs until when, according to the client. */
void park(struct worker *, const struct agent_run *);
/* Waits until state.parked_until; false = stopped meanwhile. */
bool park_wait(struct worker *);
/* Waits until the client can resume the conversation (clients.h); false = stopped meanwhile. */
bool park_resume(struct worker *, const struct agent_run *);
/* Waits ms for a service that failed, or until the session is stopped. */
void park_down(struct worker *, int64_t ms);
/* Waits as long as a person holds the session; false = stopped meanwhile. */
bool park_pause(struct worker *);
/* Waits for the answer to a question; NULL = stopped meanwhile, or the worker ends (park.worker): the question stays
 * open. */
struct question *park_answer(struct worker *, const char *id);

#endif
