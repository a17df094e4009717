/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_PLAN_LANES_H
#define ORCHESTRATOR_PLAN_LANES_H

struct preview;

/* Prints a lane for each task, which shows when it would run by the estimates; then the total time and the longest chain of
 * tasks.  With fewer than two tasks it prints nothing. */
void plan_lanes(const struct preview *);

#endif
