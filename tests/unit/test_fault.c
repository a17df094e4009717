/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "proto/child.h"
#include "proto/fault.h"

static void
a_full_disk_passes_and_a_missing_file_does_not(void **state)
{
	(void)state;
	assert_true(fault_passes(ENOSPC));
	assert_true(fault_passes(EAGAIN));
	assert_false(fault_passes(ENOENT));
	assert_false(fault_passes(EACCES));
}

static void
what_git_says_of_a_full_disk_is_recognised(void **state)
{
	char line[128];

	(void)state;
	snprintf(line, sizeof(line), "git commit-tree: unable to write file: %s", strerror(ENOSPC));
	assert_true(fault_told(line));
	assert_false(fault_told("git read-tree: not a valid object name"));
	assert_false(fault_told(""));
}

static void
a_git_that_was_killed_did_not_fail_by_itself(void **state)
{
	char line[128];

	(void)state;
	assert_int_equal(child_status_text(SIGKILL, line, sizeof(line)), 1);
	assert_true(fault_told(line));
	assert_int_equal(child_status_text(SIGSEGV, line, sizeof(line)), 1);
	assert_false(fault_told(line));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_full_disk_passes_and_a_missing_file_does_not),
		cmocka_unit_test(what_git_says_of_a_full_disk_is_recognised),
		cmocka_unit_test(a_git_that_was_killed_did_not_fail_by_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
