/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WORKER_GATE_H
#define WORKER_GATE_H

/* Commands of the settings: setup and gates. */

#include <stdbool.h>

#include "proto/review.h"
#include "proto/settings.h"
#include "worker/run.h"

struct worker;

/* Runs one command by /bin/sh -c in dir, with its time limit; true = exit status 0. */
bool shell_run(struct worker *, const struct command *, const char *label, const char *dir,
    struct run_result *);
/* Runs one gate in dir and fills *g (gate_result_release frees it). */
enum run_end gate_run(struct worker *, const struct command *, const char *dir, struct gate_result *g);

#endif
