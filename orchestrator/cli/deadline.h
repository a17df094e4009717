/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_DEADLINE_H
#define ORCHESTRATOR_DEADLINE_H

/* The time of --until and of --since, and the day of report --day.  Pure except for the local time zone. */

#include <stdint.h>

/*
 * "22:30" (its next occurrence), "2026-01-31T09:00" and with seconds, "Z" or an offset
 * "+01:00" (local time without one), or a duration from now: "90m", "2h", "1h30m", "45s",
 * "1d".  now: wall ms.  Returns the time in wall ms, or -1: it is invalid, or not after now.
 */
int64_t deadline_parse(const char *, int64_t now);
/* The same before now: "22:30" is its last occurrence, and a duration is that long ago.  -1: invalid, or after now. */
int64_t deadline_since(const char *, int64_t now);
/* When a day begins and ends, in wall ms: "2026-01-31", "today" (also NULL) or "yesterday".  -1: it is invalid. */
int deadline_day(const char *, int64_t now, int64_t *from, int64_t *to);

#endif
