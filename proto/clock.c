/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "clock.h"
#include "file.h"

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

const char *
clock_text(int64_t wall_ms, char *buf, size_t len)
{
	struct tm tm;
	time_t t;
	int ms;

	/* What RFC 3339 can say: the years 1970 to 9999. */
	if (wall_ms < 0)
		wall_ms = 0;
	if (wall_ms > INT64_C(253402300799999))
		wall_ms = INT64_C(253402300799999);
	t = (time_t)(wall_ms / 1000);
	ms = (int)(wall_ms % 1000);
	gmtime_r(&t, &tm);
	snprintf(buf, len, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", tm.tm_year + 1900, tm.tm_mon + 1,
	    tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, ms);
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
	struct tm tm = { 0 };
	char again[CLOCK_TEXT];
	int64_t ms;
	size_t i;

	if (s == NULL || strlen(s) != sizeof(form) - 1)
		return -1;
	for (i = 0; form[i] != '\0'; i++)
		if (form[i] == 'd' ? s[i] < '0' || s[i] > '9' : s[i] != form[i])
			return -1;
	tm.tm_year = digits(s, 4) - 1900;
	tm.tm_mon = digits(s + 5, 2) - 1;
	tm.tm_mday = digits(s + 8, 2);
	tm.tm_hour = digits(s + 11, 2);
	tm.tm_min = digits(s + 14, 2);
	tm.tm_sec = digits(s + 17, 2);
	ms = (int64_t)timegm(&tm) * 1000 + digits(s + 20, 3);
	/* timegm takes 31 February as 3 March: only what comes out the same is a date */
	if (ms < 0 || strcmp(clock_text(ms, again, sizeof(again)), s) != 0)
		return -1;
	return ms;
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

void
clock_boot_id(char *buf, size_t len)
{
	char *text;
	size_t n;

	if (len == 0)
		return;
	buf[0] = '\0';
	if (file_read(AT_FDCWD, "/proc/sys/kernel/random/boot_id", 64, &text, &n) == -1)
		return;
	text[strcspn(text, "\n")] = '\0';
	snprintf(buf, len, "%s", text);
	free(text);
}
