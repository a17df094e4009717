/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_ROOM_H
#define ORCHESTRATOR_ROOM_H

/* Room for a new or a parked session: max_parallel of the settings. */

#include <stdbool.h>
#include <stddef.h>

struct entry;
struct orch;

/* Has the session not ended, and a worker? */
bool room_taken(const struct entry *);
/* Counts the sessions of the instance that have a worker; with parked also those that are parked, whose answers may
 * come at any time.  0, or a sysexits status with the error printed. */
int room_count(struct orch *, bool parked, size_t *live, size_t *max);

#endif
