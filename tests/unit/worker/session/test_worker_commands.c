/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/option_table.h"

#include "worker/session/commands.h"

static void
each_table_of_options_is_whole(void **state)
{
	(void)state;
	check_program(&worker_program);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(each_table_of_options_is_whole) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
