/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_DEADLINE_H
#define ORCHESTRATOR_DEADLINE_H

/* The time of --until.  Pure, but for the local time zone. */

#include <stdint.h>

/*
 * "22:30" (the next time it is that), "2026-01-31T09:00" and with seconds, "Z" or an offset
 * "+01:00" (local time without one), or how long from now: "90m", "2h", "1h30m", "45s", "1d".
 * now: wall ms.  The time in wall ms, or -1: it is none, or not after now.
 */
int64_t deadline_parse(const char *, int64_t now);

#endif
