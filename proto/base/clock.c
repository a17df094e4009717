/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "proto/base/clock.h"

#define DAY_MS	INT64_C(86400000)

int64_t
clock_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * CLOCK_S + ts.tv_nsec;
}

int64_t
clock_wall(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / CLOCK_MS;
}

/*
 * The Gregorian calendar by arithmetic, as in Howard Hinnant's "chrono-compatible
 * low-level date algorithms": libc's functions read the time zone first.  Years begin
 * in March; days count from 1970-01-01; earlier dates never occur.
 */
static int64_t
days_of(int64_t year, int month, int day)
{
	int64_t y = month <= 2 ? year - 1 : year, era = y / 400, of_era = y % 400;
	int64_t of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static void
date_of(int64_t days, int *year, int *month, int *day)
{
	int64_t z = days + 719468, era = z / 146097, of_era = z % 146097;
	int64_t y = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	int64_t of_year = of_era - (365 * y + y / 4 - y / 100), m = (5 * of_year + 2) / 153;

	*day = (int)(of_year - (153 * m + 2) / 5 + 1);
	*month = (int)(m < 10 ? m + 3 : m - 9);
	*year = (int)(y + era * 400 + (*month <= 2));
}

const char *
clock_text(int64_t wall_ms, char *buf, size_t len)
{
	int year, month, day, s;

	/* RFC 3339 covers only the years 1970 to 9999 here. */
	if (wall_ms < 0)
		wall_ms = 0;
	if (wall_ms > INT64_C(253402300799999))
		wall_ms = INT64_C(253402300799999);
	date_of(wall_ms / DAY_MS, &year, &month, &day);
	s = (int)(wall_ms % DAY_MS / 1000);
	snprintf(buf, len, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", year, month, day, s / 3600,
	    s / 60 % 60, s % 60, (int)(wall_ms % 1000));
	return buf;
}

static int
digits(const char *s, size_t n)
{
	int value = 0;

	for (; n > 0; n--)
		value = value * 10 + (*s++ - '0');
	return value;
}

int64_t
clock_parse(const char *s)
{
	static const char form[] = "dddd-dd-ddTdd:dd:dd.dddZ";
	int year, month, day, hour, minute, second, y, m, d;
	int64_t days;
	size_t i;

	if (s == NULL || strlen(s) != sizeof(form) - 1)
		return -1;
	for (i = 0; form[i] != '\0'; i++)
		if (form[i] == 'd' ? s[i] < '0' || s[i] > '9' : s[i] != form[i])
			return -1;
	year = digits(s, 4), month = digits(s + 5, 2), day = digits(s + 8, 2);
	hour = digits(s + 11, 2), minute = digits(s + 14, 2), second = digits(s + 17, 2);
	days = days_of(year, month, day);
	if (days < 0 || hour > 23 || minute > 59 || second > 59)
		return -1;
	/* 31 February becomes 3 March, so only a date that survives the round trip is valid */
	date_of(days, &y, &m, &d);
	if (y != year || m != month || d != day)
		return -1;
	return days * DAY_MS + (hour * 3600 + minute * 60 + second) * INT64_C(1000) +
	    digits(s + 20, 3);
}

const char *
clock_age(int64_t ms, char *buf, size_t len)
{
	int64_t s = ms < 0 ? 0 : ms / 1000;

	if (s < 60)
		snprintf(buf, len, "%" PRId64 "s", s);
	else if (s < 60 * 60)
		snprintf(buf, len, "%" PRId64 "m", s / 60);
	else if (s < 48 * 60 * 60)
		snprintf(buf, len, "%" PRId64 "h", s / (60 * 60));
	else
		snprintf(buf, len, "%" PRId64 "d", s / (24 * 60 * 60));
	return buf;
}

const char *
clock_time(int64_t ms, char *buf, size_t len)
{
	time_t t = (time_t)(ms / 1000);
	struct tm tm;

	if (localtime_r(&t, &tm) == NULL || strftime(buf, len, "%H:%M:%S", &tm) == 0)
		buf[0] = '\0';
	return buf;
}

const char *
clock_local(int64_t ms, int64_t now_ms, char *buf, size_t len)
{
	time_t t = (time_t)(ms / 1000), now = (time_t)(now_ms / 1000);
	struct tm tm, today;

	if (localtime_r(&t, &tm) == NULL || localtime_r(&now, &today) == NULL ||
	    strftime(buf, len, tm.tm_year == today.tm_year && tm.tm_yday == today.tm_yday ? "%H:%M" : "%Y-%m-%d %H:%M", &tm) == 0)
		return clock_text(ms, buf, len);
	return buf;
}

const char *
clock_took(int64_t ms, char *buf, size_t len)
{
	int64_t s = ms < 0 ? 0 : ms / 1000, min = s / 60, h = min / 60, d = h / 24;

	if (s < 10)
		snprintf(buf, len, "%.1f s", ms < 0 ? 0 : (double)(ms / 100) / 10);
	else if (min == 0)
		snprintf(buf, len, "%" PRId64 " s", s);
	else if (h == 0)
		snprintf(buf, len, "%" PRId64 " min", min);
	else if (d == 0)
		snprintf(buf, len, min % 60 > 0 ? "%" PRId64 " h %" PRId64 " min" : "%" PRId64 " h", h, min % 60);
	else
		snprintf(buf, len, h % 24 > 0 ? "%" PRId64 " d %" PRId64 " h" : "%" PRId64 " d", d, h % 24);
	return buf;
}
