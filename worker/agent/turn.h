/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WORKER_TURN_H
#define WORKER_TURN_H

/* The records of one run of an agent: its name, inbox and prompt, and what was heard from it. */

#include <stddef.h>

#include "proto/session/role.h"
#include "worker/agent/agent.h"

struct worker;

/* Sets w->run, and the name of the run's files in transcript/; all is on disk before the agent starts.  Returns a
 * descriptor from which the prompt can be read, or -1. */
int turn_begin(struct worker *, enum role, const char *prompt, char *name, size_t len);
/* Takes the run's ruling and figures, withdraws its questions, and records how it ended. */
void turn_end(struct worker *, struct agent_run *, enum agent_outcome);

#endif
