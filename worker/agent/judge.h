/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WORKER_JUDGE_H
#define WORKER_JUDGE_H

/* Runs a judge, and tells what its run means. */

#include <stdbool.h>
#include <stddef.h>

#include "proto/session/role.h"
#include "proto/session/status.h"

struct text_var;
struct worker;

/*
 * 0, or -1 with worker_fail set: the judge can't be run, or the worker must stop.
 * *verdict is VERDICT_NONE when the judge gave none; *how says where the verdict came
 * from, or why there is none.
 */
int judge_hear(struct worker *, enum role, const char *prompt_name, const struct text_var *,
    enum verdict *, const char **how);

#endif
