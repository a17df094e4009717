/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WORKER_JUDGE_H
#define WORKER_JUDGE_H

/*
 * A judge is heard: run with its prompt, and, when it has a question to a person instead of a
 * verdict, run again in the same conversation once that is answered.  No process waits for the
 * answer.
 */

#include <stdbool.h>
#include <stddef.h>

#include "proto/session/role.h"
#include "proto/session/status.h"

struct text_var;
struct worker;

/*
 * 0, or -1 with worker_fail set: it can't be run, or the worker is to stop.  *verdict is
 * VERDICT_NONE when none was given; *how says where it came from, or why there is none.
 */
int judge_hear(struct worker *, enum role, const char *prompt_name, const struct text_var *,
    enum verdict *, const char **how);
/* After a crash: does a question stand open that no run is waiting for? */
bool judge_waits(const struct worker *);

#endif
