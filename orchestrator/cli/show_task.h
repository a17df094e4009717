/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_SHOW_TASK_H
#define ORCHESTRATOR_SHOW_TASK_H

struct orch;

/* Prints a task that has no session: what it is, what holds it back, and the next commands.  0, or a sysexits status;
 * EX_NOINPUT, without a message: no list has it. */
int show_task(struct orch *, const char *task);

#endif
