/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/option_table.h"

#include "orchestrator/cli/commands.h"

static void
check_list(const struct cmd *const *list)
{
	for (; *list != NULL; list++) {
		check_syntax(&(*list)->syntax, &common);
		assert_true(((*list)->run == NULL) != ((*list)->sub == NULL));
		if ((*list)->sub != NULL)
			check_list((*list)->sub);
	}
}

static void
each_table_of_options_is_whole(void **state)
{
	(void)state;
	check_syntax(&program, NULL);
	check_list(commands);
}

static void
a_command_is_found_by_its_last_word(void **state)
{
	(void)state;
	assert_ptr_equal(command_find(commands, "status"), &cmd_status);
	assert_ptr_equal(command_find(commands, "add"), NULL);
	assert_string_equal(command_find(cmd_tasks.sub, "add")->syntax.name, "tasks add");
	assert_string_equal(command_word(command_find(cmd_salvage.sub, "list")), "list");
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
