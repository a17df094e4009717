/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/option_table.h"

#include "orchestrator/cli/commands.h"
#include "orchestrator/workspace/cmd.h"

static void
each_table_of_options_is_whole(void **state)
{
	(void)state;
	check_program(&orchestrator);
}

static void
a_command_is_found_by_its_last_word(void **state)
{
	(void)state;
	assert_ptr_equal(program_find(orchestrator.commands, "status"), &cmd_status.syntax);
	assert_null(program_find(orchestrator.commands, "add"));
	assert_string_equal(program_find(cmd_tasks.syntax.sub, "add")->name, "tasks add");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_table_of_options_is_whole),
		cmocka_unit_test(a_command_is_found_by_its_last_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
