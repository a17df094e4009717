/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "proto/settings/quiet_hours.h"

#define MINUTE	INT64_C(60000)
#define HOUR	(60 * MINUTE)
#define DAY	(24 * HOUR)

static int
in_utc(void **state)
{
	(void)state;
	setenv("TZ", "UTC", 1);
	tzset();
	return 0;
}

static int64_t
end(const char *hours, int64_t wall)
{
	struct quiet_hours q;

	assert_int_equal(quiet_hours_parse(hours, &q), 0);
	return quiet_hours_end(&q, wall);
}

static void
what_is_not_two_times_of_the_day_is_refused(void **state)
{
	static const char *const bad[] = { "", "22-7", "22:00", "22:00-", "24:00-07:00", "22:60-07:00", "22:00-07:00 ", "22:00-22:00",
		"-1:00-07:00" };
	struct quiet_hours q;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(quiet_hours_parse(bad[i], &q), -1);
}

static void
hours_within_a_day_end_on_that_day(void **state)
{
	(void)state;
	assert_int_equal(end("12:00-13:30", 12 * HOUR - 1), 0);
	assert_int_equal(end("12:00-13:30", 12 * HOUR), 13 * HOUR + 30 * MINUTE);
	assert_int_equal(end("12:00-13:30", 13 * HOUR + 30 * MINUTE - 1), 13 * HOUR + 30 * MINUTE);
	assert_int_equal(end("12:00-13:30", 13 * HOUR + 30 * MINUTE), 0);
}

static void
hours_over_midnight_end_in_the_morning(void **state)
{
	(void)state;
	assert_int_equal(end("22:00-07:00", 23 * HOUR), DAY + 7 * HOUR);
	assert_int_equal(end("22:00-07:00", DAY + 2 * HOUR), DAY + 7 * HOUR);
	assert_int_equal(end("22:00-07:00", DAY + 7 * HOUR), 0);
	assert_int_equal(end("22:00-07:00", DAY + 21 * HOUR), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(what_is_not_two_times_of_the_day_is_refused, in_utc),
		cmocka_unit_test_setup(hours_within_a_day_end_on_that_day, in_utc),
		cmocka_unit_test_setup(hours_over_midnight_end_in_the_morning, in_utc),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
