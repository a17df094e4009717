/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_PLAN_LANES_H
#define ORCHESTRATOR_PLAN_LANES_H

struct preview;

/* Prints a lane for each task, when it would run by the estimates; then how long all take, and which chain of tasks takes
 * the longest.  Fewer than two tasks have no lanes. */
void plan_lanes(const struct preview *);

#endif
