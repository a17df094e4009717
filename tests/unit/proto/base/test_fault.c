/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/repo.h"

#include <signal.h>
#include <string.h>

#include "proto/base/fault.h"
#include "proto/base/text.h"
#include "proto/git/git_internal.h"

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
the_code_of_a_failure_is_set_where_it_failed(void **state)
{
	(void)state;
	errno = ENOSPC;
	assert_int_equal(git_fail_errno(err, sizeof(err), "%s", "file"), -1);
	assert_true(fault_passing());
	assert_string_equal(err, "file: No space left on device");
	/* whatever the name contains */
	assert_int_equal(git_fail(err, sizeof(err), "nested git repository at %s", "x: No space left on device"), -1);
	assert_int_equal(fault_code(), 0);
	assert_false(fault_passing());
	assert_int_equal(git_fail_as(FAULT_WORK, err, sizeof(err), "%s", "x"), -1);
	assert_int_equal(fault_code(), FAULT_WORK);
}

static void
a_child_that_was_killed_did_not_fail_by_itself(void **state)
{
	(void)state;
	assert_true(fault_passes(fault_of_status(SIGKILL)));
	assert_false(fault_passes(fault_of_status(SIGSEGV)));
	assert_false(fault_passes(fault_of_status(1 << 8)));
}

/* The code of a git with this trace. */
static int
code_of_trace(const char *trace)
{
	struct git g = { .index = (char *)(uintptr_t)"/s/index" };
	int fd = git_trace_open(), code;

	assert_true(fd != -1);
	assert_int_equal(write(fd, trace, strlen(trace)), strlen(trace));
	code = git_fault(128 << 8, fd, &g, "fatal: No space left on device");
	close(fd);
	return code;
}

#define EVENT(msg, fmt)	"{\"event\":\"start\"}\n{\"event\":\"error\",\"line\":60,\"msg\":\"" msg "\",\"fmt\":\"" fmt "\"}\n"

static void
what_git_says_of_an_error_is_told_by_its_format(void **state)
{
	(void)state;
	assert_int_equal(code_of_trace(EVENT("unable to create file x: No space left on device",
	    "unable to create file %s: No space left on device")), ENOSPC);
	assert_int_equal(code_of_trace(EVENT("error", "one") EVENT("x: Too many open files", "%s: Too many open files")), EMFILE);
	assert_int_equal(code_of_trace(EVENT("", "sha1 file '%s' write error. Out of diskspace")), ENOSPC);
	assert_int_equal(code_of_trace(EVENT("Unable to create '/s/index.lock': No space left on device", "%s")), ENOSPC);
	assert_int_equal(code_of_trace("{\"event\":\"error\",\"msg\":\"cut"), 0);
}

static void
no_name_can_pass_for_it(void **state)
{
	(void)state;
	assert_int_equal(code_of_trace(EVENT("unable to read x: No space left on device", "unable to read %s")), 0);
	assert_int_equal(code_of_trace(EVENT("x\\\",\\\"fmt\\\":\\\"%s: No space left on device", "unable to read %s")), 0);
	assert_int_equal(code_of_trace(EVENT("x\\n{\\\"event\\\":\\\"error\\\",\\\"fmt\\\":\\\": No space left on device\\\"}", "x")), 0);
	assert_int_equal(code_of_trace(EVENT("Unable to create 'x/s/index.lock': No space left on device", "%s")), 0);
	assert_int_equal(code_of_trace(EVENT("x", "%s") "{\"event\":\"start\",\"argv\":[\": No space left on device\"]}\n"), 0);
}

/* The real git, with a missing directory and with a name that contains an error message. */
static void
the_trace_of_git_tells_a_fault_from_a_name(void **state)
{
	const char *const full[] = { "hash-object", "-w", "--stdin", NULL },
	    *const named[] = { "read-tree", "x: No space left on device", NULL };
	struct git_repo r;
	struct git g = { .repo = &r, .objects = (char *)(uintptr_t)"/proc" };

	(void)state;
	repo_make(&r, "");
	g.dir = text_format("%s/safe", r.common);
	assert_int_equal(git_safe_make(&r, g.dir, err, sizeof(err)), 0);
	assert_int_equal(git_run(&g, named, NULL, 0, NULL, NULL, NULL, err, sizeof(err)), -1);
	assert_int_equal(fault_code(), 0);
	assert_int_equal(git_run(&g, full, "x", 1, NULL, NULL, NULL, err, sizeof(err)), -1);
	assert_int_equal(fault_code(), ENOENT);
	free(g.dir);
	git_repo_release(&r);
}

/* A call that waits for ever is stopped in time, and its reason is not classified as a fault. */
static void
git_is_ended_when_it_takes_too_long(void **state)
{
	const char *const argv[] = { "hash-object", "fifo", NULL };
	struct git_call c = { .argv = argv, .limit_ms = 100 };

	(void)state;
	assert_int_equal(mkfifo("fifo", 0600), 0);
	assert_int_equal(git_call(&c, err, sizeof(err)), -1);
	assert_int_equal(fault_code(), ETIMEDOUT);
	assert_false(fault_passing());
	assert_non_null(strstr(err, "git hash-object: took longer than"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_full_disk_passes_and_a_missing_file_does_not),
		cmocka_unit_test(the_code_of_a_failure_is_set_where_it_failed),
		cmocka_unit_test(a_child_that_was_killed_did_not_fail_by_itself),
		cmocka_unit_test(what_git_says_of_an_error_is_told_by_its_format),
		cmocka_unit_test(no_name_can_pass_for_it),
		SCRATCH_TEST(the_trace_of_git_tells_a_fault_from_a_name),
		SCRATCH_TEST(git_is_ended_when_it_takes_too_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
