/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WORKER_ATTACH_H
#define WORKER_ATTACH_H

/*
 * A person at the client's own screen: orchestrator attach holds the lock SESSION_FILE_ATTACH, and its terminal becomes
 * that of the client, which runs in the worktree and confined as in any run, without the limits of agents.  A run
 * at work is interrupted for it (tells.h).  state.attached counts how often, and has the outcome.
 */

struct worker;

/* If a person asks for the screen, opens it and waits until the person leaves, or refuses it when the implementer's
 * work is being checked.  Only while no agent runs. */
void attach_serve(struct worker *);

#endif
