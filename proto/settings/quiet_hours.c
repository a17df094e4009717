/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdbool.h>
#include <stdio.h>
#include <time.h>

#include "proto/settings/quiet_hours.h"

int
quiet_hours_parse(const char *s, struct quiet_hours *q)
{
	unsigned from_hour, from_minute, to_hour, to_minute;
	int end = 0;

	if (sscanf(s, "%2u:%2u-%2u:%2u%n", &from_hour, &from_minute, &to_hour, &to_minute, &end) != 4 || s[end] != '\0' ||
	    from_hour > 23 || from_minute > 59 || to_hour > 23 || to_minute > 59)
		return -1;
	q->from = (int)(from_hour * 60 + from_minute);
	q->to = (int)(to_hour * 60 + to_minute);
	return q->from == q->to ? -1 : 0;
}

int64_t
quiet_hours_end(const struct quiet_hours *q, int64_t wall_ms)
{
	time_t now = (time_t)(wall_ms / 1000);
	struct tm t;
	int minute;
	bool next_day;
	int64_t end;

	localtime_r(&now, &t);
	minute = t.tm_hour * 60 + t.tm_min;
	if (q->from < q->to ? minute < q->from || minute >= q->to : minute < q->from && minute >= q->to)
		return 0;
	next_day = minute >= q->to;
	t.tm_mday += next_day;
	t.tm_hour = q->to / 60;
	t.tm_min = q->to % 60;
	t.tm_sec = 0;
	t.tm_isdst = -1;
	end = (int64_t)mktime(&t) * 1000;
	return end > wall_ms ? end : end + INT64_C(3600000);	/* the first of two hours when summer time ends */
}
