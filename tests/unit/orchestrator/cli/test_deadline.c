/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "orchestrator/cli/deadline.h"

#define NOW	INT64_C(1767258000000)	/* 2026-01-01T09:00:00Z */
#define MIN	INT64_C(60000)

static const struct {
	const char	*text, *zone;
	int64_t		 expected;	/* ms after NOW, -1 = none */
} rows[] = {
	{ "90m", "UTC", 90 * MIN }, { "2h", "UTC", 120 * MIN }, { "1h30m", "UTC", 90 * MIN },
	{ "45s", "UTC", 45000 }, { "1d", "UTC", 1440 * MIN }, { "0m", "UTC", -1 },
	{ "", "UTC", -1 }, { "90", "UTC", -1 }, { "h", "UTC", -1 }, { "-2h", "UTC", -1 },
	{ "99999999h", "UTC", -1 }, { "9999999d", "UTC", -1 },
	{ "22:30", "UTC", 810 * MIN }, { "09:01", "UTC", MIN }, { "09:00", "UTC", 1440 * MIN },
	{ "08:59", "UTC", 1439 * MIN }, { "24:00", "UTC", -1 }, { "9:30", "UTC", -1 },
	{ "22:30x", "UTC", -1 }, { "11:00", "LOC-1", 60 * MIN },
	{ "2026-01-01T10:00", "UTC", 60 * MIN }, { "2026-01-01T10:00:30Z", "LOC-5", 60 * MIN + 30000 },
	{ "2026-01-01T12:00+02:00", "UTC", 60 * MIN }, { "2026-01-01 11:00", "LOC-1", 60 * MIN },
	{ "2026-01-01T10:00:00.123Z", "UTC", 60 * MIN }, { "2025-01-01T10:00Z", "UTC", -1 },
	{ "2026-02-30T10:00Z", "UTC", -1 }, { "2026-13-01T10:00Z", "UTC", -1 },
	{ "tomorrow", "UTC", -1 },
};

static void
the_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int64_t t;

		setenv("TZ", rows[i].zone, 1);
		tzset();
		t = deadline_parse(rows[i].text, NOW);
		if (t != (rows[i].expected == -1 ? -1 : NOW + rows[i].expected))
			fail_msg("\"%s\": %lld ms", rows[i].text, (long long)(t - NOW));
	}
}

static void
a_time_before_now_is_the_last_one(void **state)
{
	static const struct { const char *text; int64_t expected; } past[] = {	/* ms before NOW, -1 = none */
		{ "10m", 10 * MIN }, { "1h30m", 90 * MIN }, { "09:00", 0 }, { "08:59", MIN }, { "09:01", 1439 * MIN },
		{ "2026-01-01T08:00Z", 60 * MIN }, { "2026-01-01T09:00Z", 0 }, { "2026-01-01T09:01Z", -1 }, { "soon", -1 },
		{ "", -1 },
	};

	(void)state;
	setenv("TZ", "UTC", 1);
	tzset();
	for (size_t i = 0; i < sizeof(past) / sizeof(past[0]); i++) {
		int64_t t = deadline_since(past[i].text, NOW);

		if (t != (past[i].expected == -1 ? -1 : NOW - past[i].expected))
			fail_msg("\"%s\": %lld ms", past[i].text, (long long)(NOW - t));
	}
}

#define HOUR	(60 * MIN)

static const struct {
	const char	*text, *zone;
	int64_t		 from, hours;	/* ms after NOW and the length; 0 hours = none */
} days[] = {
	{ NULL, "UTC", -9 * HOUR, 24 }, { "today", "UTC", -9 * HOUR, 24 }, { "yesterday", "UTC", -33 * HOUR, 24 },
	{ "2026-01-01", "UTC", -9 * HOUR, 24 }, { "2026-01-01", "LOC-1", -10 * HOUR, 24 }, { NULL, "LOC-20", -5 * HOUR, 24 },
	{ "2026-03-29", "CET-1CEST,M3.5.0,M10.5.0/3", (86 * 24 + 14) * HOUR, 23 },
	{ "2026-02-30", "UTC", 0, 0 }, { "2026-1-1", "UTC", 0, 0 }, { "2026-01-01x", "UTC", 0, 0 }, { "", "UTC", 0, 0 },
	{ "tomorrow", "UTC", 0, 0 },
};

static void
a_day_is_that_of_the_local_time_zone(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(days) / sizeof(days[0]); i++) {
		int64_t from = NOW, to = NOW;

		setenv("TZ", days[i].zone, 1);
		tzset();
		if (deadline_day(days[i].text, NOW, &from, &to) != (days[i].hours == 0 ? -1 : 0) || from != NOW + days[i].from ||
		    to - from != days[i].hours * HOUR)
			fail_msg("row %zu: %lld h from %lld h", i, (long long)((to - from) / HOUR), (long long)((from - NOW) / HOUR));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_table),
		cmocka_unit_test(a_time_before_now_is_the_last_one),
		cmocka_unit_test(a_day_is_that_of_the_local_time_zone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
