/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WORKER_GATE_H
#define WORKER_GATE_H

/* The gates: run in the clean tree, and what comes of them. */

#include <stdbool.h>
#include <stddef.h>

struct command;
struct gate_result;
struct worker;

/* -1 (worker_fail is set) when the review is by gates and there is none: nothing would be judged. */
int gate_needed(struct worker *);
/* Runs a gate in the clean tree: 0; 1: it did not pass, or changed files of the commit, which changed names;
 * -1: it could not be run (worker_fail is set). */
int gate_one(struct worker *, const struct command *, struct gate_result *g, char *changed, size_t len);

/* Are the files there that the item expects, in the commit?  What is missing is in the result. */
bool outputs_there(struct worker *, struct gate_result *);

#endif
