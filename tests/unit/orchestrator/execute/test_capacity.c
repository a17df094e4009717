/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "orchestrator/execute/capacity.h"

static const struct {
	const char	*what;
	int64_t		 memory, processors, each;
	size_t		 wanted, expected;
} rows[] = {
	{ "what is wanted, where there is room", 8192, 8, 512, 4, 4 },
	{ "the memory limits", 1100, 8, 512, 4, 2 },
	{ "a session may need more", 8192, 8, 4096, 4, 2 },
	{ "four a processor", 65536, 1, 512, 10, 4 },
	{ "the smaller of both", 1600, 1, 512, 10, 3 },
	{ "never none", 100, 8, 512, 4, 1 },
	{ "no memory at all", 0, 0, 512, 4, 1 },
	{ "an unknown figure does not limit", -1, 0, 512, 7, 7 },
};

static void
the_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct machine m = { .memory_mb = rows[i].memory, .processors = rows[i].processors };
		struct capacity c = capacity_of(&m, rows[i].wanted, rows[i].each);

		if (c.at_once != rows[i].expected)
			fail_msg("%s: %zu", rows[i].what, c.at_once);
	}
}

static void
busy_processors_hold_back(void **state)
{
	(void)state;
	assert_int_equal(capacity_by_load(100, 2, 800, 3), 18);
	assert_int_equal(capacity_by_load(1700, 2, 800, 3), 3);
	assert_int_equal(capacity_by_load(1700, 2, 800, 0), 1);
	assert_true(capacity_by_load(-1, 2, 800, 0) == SIZE_MAX);
	assert_true(capacity_by_load(100, 0, 800, 0) == SIZE_MAX);
}

static void
it_is_said_in_words(void **state)
{
	struct machine m = { .memory_mb = 20480, .processors = 2 };
	struct capacity c = capacity_of(&m, 4, 512);
	char *s = capacity_text(&c, "max_parallel");

	(void)state;
	assert_string_equal(s, "max_parallel; memory would allow 40, processors 8");
	free(s);
	c = capacity_of(&m, 50, 512);
	s = capacity_text(&c, "--max-parallel");
	assert_string_equal(s, "--max-parallel is 50; memory does allow 40, processors 8");
	free(s);
}

static void
files_of_the_kernel(void **state)
{
	(void)state;
	assert_int_equal(capacity_meminfo("MemTotal: 9 kB\nMemAvailable:    2097152 kB\n"), 2048);
	assert_int_equal(capacity_meminfo("MemTotal: 9 kB\n"), -1);
	assert_int_equal(capacity_meminfo("MemAvailable: many\n"), -1);
	assert_int_equal(capacity_cpu_max("max 100000\n"), -1);
	assert_int_equal(capacity_cpu_max("150000 100000\n"), 2);
	assert_int_equal(capacity_cpu_max("50000 100000\n"), 1);
	assert_int_equal(capacity_cpu_max(""), -1);
}

static void
this_machine_has_some(void **state)
{
	struct machine m;

	(void)state;
	capacity_machine(&m);
	assert_true(m.memory_mb > 0);
	assert_true(m.processors > 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_table),
		cmocka_unit_test(busy_processors_hold_back),
		cmocka_unit_test(it_is_said_in_words),
		cmocka_unit_test(files_of_the_kernel),
		cmocka_unit_test(this_machine_has_some),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
