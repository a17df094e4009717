/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/scratch.h"

#include "orchestrator/cli/tasks_options.h"
#include "proto/base/text.h"
#include "proto/json/json.h"
#include "proto/plan/tasklist.h"

struct arguments { struct task_options options; };
static const struct option_row rows[] = { TASK_ROWS(struct arguments, options) };
static const struct syntax syntax = { .name = "tasks edit", OPTION_ROWS(rows, struct arguments) };

static char *
described(const struct task *t)
{
	struct json *o = task_json(t);
	char *text = json_text(o, false, NULL);

	json_free(o);
	return text;
}

/* Does the option with this value change a task? */
static bool
changes(const struct option_row *row, const char *value)
{
	struct tasklist l = { 0 };
	struct task t = { .item.id = "t", .parallelizable = true, .changed = true };
	struct arguments a = { 0 };
	char *option = text_format("--%s=%s", row->name, value), *argv[] = { option, NULL }, *before, *after;
	bool rv;

	before = described(&t);
	assert_int_equal(option_parse(&syntax, &a, NULL, NULL, argv), 0);
	assert_true(task_options_any(&a.options));
	rv = task_options_apply(&a.options, &l, &t) == 0;
	after = described(&t);
	rv &= strcmp(before, after) != 0;
	free(before);
	free(after);
	free(option);
	option_release(&syntax, &a);
	task_release(&t);
	return rv;
}

static void
each_option_of_a_task_changes_the_task(void **state)
{
	const char *value;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		value = rows[i].type == OPTION_NUMBER ? "3" : strcmp(rows[i].name, "limit") == 0 ? "time=7" :
		    strcmp(rows[i].name, "budget") == 0 ? "5 USD" : "x";
		if (rows[i].type == OPTION_CHOICE ? !changes(&rows[i], "yes") && !changes(&rows[i], "no") :
		    !changes(&rows[i], value))
			fail_msg("--%s changes nothing: task_options_apply() in tasks_options.c ignores it", rows[i].name);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_option_of_a_task_changes_the_task),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
