/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROTO_CLOCK_H
#define PROTO_CLOCK_H

#include <stddef.h>
#include <stdint.h>

#define CLOCK_MS	INT64_C(1000000)
#define CLOCK_S		INT64_C(1000000000)

int64_t clock_now(void);	/* CLOCK_MONOTONIC, nanoseconds: deadlines */
int64_t clock_wall(void);	/* CLOCK_REALTIME, milliseconds since the epoch: records */

/* RFC 3339 in UTC with milliseconds, "2026-01-31T09:00:00.123Z"; buf of >= 25 bytes. */
#define CLOCK_TEXT	32
const char *clock_text(int64_t wall_ms, char *buf, size_t len);
/* The reverse of clock_text; -1 when the text is not such a time. */
int64_t clock_parse(const char *);
/* Local time for people: "09:00", of another day than now "2026-01-31 09:00". */
const char *clock_local(int64_t wall_ms, int64_t now_ms, char *buf, size_t len);
/* The local time of day: "09:00:07"; buf of >= 9 bytes. */
const char *clock_time(int64_t wall_ms, char *buf, size_t len);
/* "41s", "3m", "2h", "5d": an age for people. */
const char *clock_age(int64_t ms, char *buf, size_t len);
/* "1.5 s", "41 s", "3 min", "1 h 54 min", "2 d 3 h": how long something took. */
const char *clock_took(int64_t ms, char *buf, size_t len);

#endif
