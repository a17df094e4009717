/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "proto/base/clock.h"

static void
a_time_is_said_in_its_two_largest_units(void **state)
{
	static const struct { int64_t s; const char *text; } all[] = {
		{ -1, "0.0 s" }, { 0, "0.0 s" }, { 9, "9.0 s" }, { 10, "10 s" }, { 59, "59 s" },
		{ 60, "1 min" }, { 46 * 60 + 59, "46 min" }, { 3600, "1 h" },
		{ 3600 + 54 * 60, "1 h 54 min" }, { 24 * 3600, "1 d" }, { 51 * 3600 + 60, "2 d 3 h" },
	};
	char buf[CLOCK_TEXT];

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		assert_string_equal(clock_took(all[i].s * 1000, buf, sizeof(buf)), all[i].text);
	assert_string_equal(clock_took(9999, buf, sizeof(buf)), "9.9 s");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_time_is_said_in_its_two_largest_units),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
