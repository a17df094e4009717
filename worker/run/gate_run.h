/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WORKER_GATE_RUN_H
#define WORKER_GATE_RUN_H

/* Runs a command of the settings (setup or a gate), and records its result. */

#include "worker/run/run.h"

struct command;
struct gate_result;
struct worker;

/* Runs one command with /bin/sh -c as the actor, within its time limit, and fills *g (gate_result_release frees it). */
enum run_end gate_run(struct worker *, enum actor, const struct command *, struct gate_result *g);

#endif
