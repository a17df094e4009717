/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROTO_QUIET_HOURS_H
#define PROTO_QUIET_HOURS_H

/*
 * The hours of the day without notices, "22:00-07:00" in local time.  Hours that end before they begin end on the
 * next day.
 */

#include <stdint.h>

struct quiet_hours { int from, to; };	/* minutes since midnight */

/* 0, or -1: not of this form, or both times are the same. */
int quiet_hours_parse(const char *, struct quiet_hours *);
/* When the quiet hours at this time end (wall ms); 0: the time is not in quiet hours. */
int64_t quiet_hours_end(const struct quiet_hours *, int64_t wall_ms);

#endif
