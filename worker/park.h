/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WORKER_PARK_H
#define WORKER_PARK_H

/* An account that is at its limit: no agent is started until that is reset. */

#include <stdbool.h>

struct agent_run;
struct worker;

/* Records until when, from what the client said, and logs it. */
void park(struct worker *, const struct agent_run *);
/* Waits as long as state.parked_until says; false = stopped meanwhile. */
bool park_wait(struct worker *);

#endif
