/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WORKER_GATE_H
#define WORKER_GATE_H

/* The gates: running them in the clean tree, and the consequences. */

#include <stdbool.h>
#include <stddef.h>

struct command;
struct gate_result;
struct worker;

/* -1 (worker_fail is set) when the review is by gates but there is none, so that nothing would be judged. */
int gate_needed(struct worker *);
/* Runs a gate in the clean tree: 0; 1: it failed, or changed files of the commit, which are listed in changed;
 * -1: it could not be run (worker_fail is set). */
int gate_one(struct worker *, const struct command *, struct gate_result *g, char *changed, size_t len);

/* Does the commit have the files that the item expects?  The result lists missing ones. */
bool outputs_there(struct worker *, struct gate_result *);

#endif
