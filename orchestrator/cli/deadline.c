/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "orchestrator/cli/deadline.h"

#define DAY_MS	(INT64_C(86400) * 1000)
#define MAX_MS	(366 * DAY_MS)

/* "1h30m" in ms; -1 when invalid. */
static int64_t
duration(const char *s)
{
	static const char units[] = "dhms";
	static const int64_t ms[] = { 86400000, 3600000, 60000, 1000 };
	int64_t sum = 0;
	const char *unit;
	char *end;
	long n;

	do {
		if (!isdigit((unsigned char)*s))
			return -1;
		n = strtol(s, &end, 10);
		if (end - s > 7 || *end == '\0' || (unit = strchr(units, *end)) == NULL)
			return -1;
		sum += n * ms[unit - units];
		s = end + 1;
	} while (*s != '\0');
	return sum <= MAX_MS ? sum : -1;
}

/* Reads N digits as a number from min to max, and advances *s. */
static int
digits(const char **s, int n, int min, int max)
{
	int v = 0;

	while (n-- > 0) {
		if (!isdigit((unsigned char)**s))
			return -1;
		v = v * 10 + *(*s)++ - '0';
	}
	return v >= min && v <= max ? v : -1;
}

static int
separated(const char **s, char c, int n, int min, int max)
{
	if (**s != c)
		return -1;
	++*s;
	return digits(s, n, min, max);
}

/* "", "Z", "+01:00": seconds east of UTC; *local when there is no zone.  false: invalid. */
static int
zone(const char *s, long *east, int *local)
{
	int sign, h, m;

	*local = *s == '\0';
	*east = 0;
	if (*local || strcmp(s, "Z") == 0)
		return 1;
	if (*s != '+' && *s != '-')
		return 0;
	sign = *s++ == '-' ? -1 : 1;
	if ((h = digits(&s, 2, 0, 23)) == -1)
		return 0;
	s += *s == ':';
	if ((m = digits(&s, 2, 0, 59)) == -1 || *s != '\0')
		return 0;
	*east = sign * (h * 3600L + m * 60L);
	return 1;
}

static int64_t
date(const char *s)
{
	struct tm tm = { .tm_isdst = -1 }, was;
	int local;
	long east;
	time_t t;

	if ((tm.tm_year = digits(&s, 4, 1970, 9999)) == -1 ||
	    (tm.tm_mon = separated(&s, '-', 2, 1, 12)) == -1 ||
	    (tm.tm_mday = separated(&s, '-', 2, 1, 31)) == -1 || (*s != 'T' && *s != ' ') ||
	    (tm.tm_hour = separated(&s, *s, 2, 0, 23)) == -1 ||
	    (tm.tm_min = separated(&s, ':', 2, 0, 59)) == -1 ||
	    (*s == ':' && (tm.tm_sec = separated(&s, ':', 2, 0, 59)) == -1))
		return -1;
	if (*s == '.')
		s += 1 + strspn(s + 1, "0123456789");
	if (!zone(s, &east, &local))
		return -1;
	tm.tm_year -= 1900;
	tm.tm_mon--;
	was = tm;
	t = local ? mktime(&tm) : timegm(&tm);
	if (tm.tm_mday != was.tm_mday)	/* February 30 */
		return -1;
	return ((int64_t)t - east) * 1000;
}

/* The next time that clocks show this time of day. */
static int64_t
time_of_day(const char *s, int64_t now)
{
	time_t t = (time_t)(now / 1000);
	struct tm tm;
	int h, m;

	if ((h = digits(&s, 2, 0, 23)) == -1 || (m = separated(&s, ':', 2, 0, 59)) == -1 ||
	    *s != '\0' || localtime_r(&t, &tm) == NULL)
		return -1;
	for (int day = 0;; day++) {
		tm.tm_hour = h;
		tm.tm_min = m;
		tm.tm_sec = 0;
		tm.tm_mday += day;
		tm.tm_isdst = -1;
		if ((int64_t)(t = mktime(&tm)) * 1000 > now || day == 2)
			return (int64_t)t * 1000;
	}
}

int64_t
deadline_parse(const char *s, int64_t now)
{
	int64_t t;

	if ((t = duration(s)) != -1)
		t += now;
	else if ((t = time_of_day(s, now)) == -1)
		t = date(s);
	return t > now ? t : -1;
}

int64_t
deadline_since(const char *s, int64_t now)
{
	int64_t t;

	if ((t = duration(s)) != -1)
		t = now - t;
	else if ((t = time_of_day(s, now - DAY_MS)) == -1)
		t = date(s);
	return t <= now ? t : -1;
}

static int64_t
midnight(struct tm tm, int days)
{
	tm.tm_hour = tm.tm_min = tm.tm_sec = 0;
	tm.tm_mday += days;
	tm.tm_isdst = -1;
	return (int64_t)mktime(&tm) * 1000;
}

int
deadline_day(const char *day, int64_t now, int64_t *from, int64_t *to)
{
	int back = day != NULL && strcmp(day, "yesterday") == 0;
	char text[32];
	struct tm tm;
	time_t t;

	if (day != NULL && !back && strcmp(day, "today") != 0) {
		snprintf(text, sizeof(text), "%.10sT00:00", day);
		if (strlen(day) != strlen("2026-01-31") || (now = date(text)) == -1)
			return -1;
	}
	t = (time_t)(now / 1000);
	if (localtime_r(&t, &tm) == NULL)
		return -1;
	*from = midnight(tm, -back);
	*to = midnight(tm, 1 - back);
	return 0;
}
