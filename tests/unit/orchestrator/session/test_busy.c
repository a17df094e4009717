/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "orchestrator/session/busy.h"
#include "proto/base/text.h"

#define AT	"[worker] 1970-01-01T00:00:02Z "

/* text: the text about the gate; NULL = the line is not about a gate. */
static void
check(const char *line, const char *text, const char *name, bool ended)
{
	struct busy_gate g;
	char *s;

	assert_int_equal(busy_gate_line(line, strlen(line), &g), text != NULL);
	if (text == NULL)
		return;
	assert_int_equal(g.at, 2000);
	assert_int_equal(g.ended, ended);
	s = text_format("%.*s|%.*s", (int)g.len, g.text, (int)g.name, g.text);
	assert_string_equal(strrchr(s, '|') + 1, name);
	assert_int_equal(strncmp(s, text, strlen(text)), 0);
	free(s);
}

static void
a_gate_begins_and_ends(void **state)
{
	(void)state;
	check(AT "gate test: make check", "gate test: make check", "gate test", false);
	check(AT "gate test: passed (12 ms)", "gate test: passed (12 ms)", "gate test", true);
	check(AT "setup deps: npm ci", "setup deps: npm ci", "setup deps", false);
	check(AT "gate test: exit status 1 (12 ms)", "gate test: exit", "gate test", true);
}

static void
other_lines_are_about_no_gate(void **state)
{
	(void)state;
	check("", NULL, NULL, false);
	check("[worker] ", NULL, NULL, false);
	check(AT, NULL, NULL, false);
	check(AT "status running -> approved", NULL, NULL, false);
	check(AT "gateway: up", NULL, NULL, false);
	check("[gate test] " AT "gate test: passed (1 ms)", NULL, NULL, false);
	check("[implementer] 1970-01-01T00:00:02Z gate test: passed (1 ms)", NULL, NULL, false);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_gate_begins_and_ends),
		cmocka_unit_test(other_lines_are_about_no_gate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
