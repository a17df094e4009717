/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "worker/agent/instructions.h"

static void
an_import_is_a_path_beside_the_file_that_has_it_and_never_outside(void **state)
{
	static const struct { const char *from, *path, *to; } rows[] = {
		{ "CLAUDE.md", "a", "a" }, { "CLAUDE.md", "./a/b", "a/b" }, { "CLAUDE.md", "a//b/.", "a/b" },
		{ "d/CLAUDE.md", "a", "d/a" }, { "d/CLAUDE.md", "../a", "a" }, { "d/e/x", "../../a", "a" },
		{ "d/e/x", "../f/a", "d/f/a" }, { "CLAUDE.md", "../a", NULL }, { "d/x", "../../a", NULL },
		{ "CLAUDE.md", "/etc/passwd", NULL }, { "d/x", "~/a", NULL }, { "CLAUDE.md", "", NULL },
		{ "CLAUDE.md", ".", NULL }, { "CLAUDE.md", "d/../../x", NULL },
	};
	char to[16];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (instructions_path(rows[i].from, rows[i].path, to, sizeof(to)) != (rows[i].to != NULL))
			fail_msg("%s in %s", rows[i].path, rows[i].from);
		if (rows[i].to != NULL)
			assert_string_equal(to, rows[i].to);
	}
	assert_false(instructions_path("CLAUDE.md", "a-name-that-is-too-long", to, sizeof(to)));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_import_is_a_path_beside_the_file_that_has_it_and_never_outside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
