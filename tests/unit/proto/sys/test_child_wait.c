/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/scratch.h"

#include <sys/stat.h>
#include <sys/wait.h>

#include <errno.h>
#include <signal.h>

#include "proto/base/clock.h"
#include "proto/sys/child.h"
#include "proto/sys/watch.h"

#define SPEC(...)	{ .argv = (const char *const[]){ __VA_ARGS__, NULL }, .in = -1, .out = -1, .err = -1 }

static void
who_is_to_end_is_asked_first_and_its_whole_group_goes(void **state)
{
	struct child_spec polite = SPEC("sh", "-c", "trap 'echo asked >asked; exit' TERM; : >d; sleep 1000 & wait"),
	    deaf = SPEC("sh", "-c", "trap '' TERM; sleep 20 & wait");
	struct child_io io = { .timeout_ms = 300, .grace_ms = 20000 };
	int status;
	char *buf;
	size_t len;

	(void)state;
	polite.group = deaf.group = true;
	assert_int_equal(child_run(&polite, &io), -1);
	assert_int_equal(errno, ETIMEDOUT);
	assert_int_equal(file_read(AT_FDCWD, "asked", 20, &buf, &len), 0);
	free(buf);
	io.grace_ms = 1;
	assert_int_equal(child_run(&deaf, &io), -1);
	assert_int_equal(errno, ETIMEDOUT);
	/* we have adopted what they had started */
	do
		assert_true(waitpid(-1, &status, 0) > 0);
	while (WTERMSIG(status) == SIGTERM);
	assert_int_equal(WTERMSIG(status), SIGKILL);
	assert_true(proc_kill(0) >= 0);
}

static bool
is_there(void *file)
{
	return access(file, F_OK) == 0;
}

static int
signal_parent(void *arg)
{
	(void)arg;
	return kill(getppid(), SIGTERM);
}

/* A process that waits for a child notices a signal, which stays pending, and a file. */
static void
a_wait_for_a_child_ends_on_request(void **state)
{
	struct child_spec lasting = SPEC("sleep", "1000"), making = SPEC("sh", "-c", ": >w/cancel; exec sleep 1000");
	struct child_io io = { .timeout_ms = 20000, .stoppable = true, .grace_ms = 1000 };
	struct child_wait wait = { .stoppable = true, .deadline = clock_now() + 20 * CLOCK_S };
	struct watch_event ev;
	struct watch dir = { 0 };
	pid_t pid;

	(void)state;
	assert_int_equal(mkdir("w", 0700), 0);
	assert_int_equal(watch_open(), 0);
	assert_int_equal(watch_dir(&dir, "w", false), 0);
	assert_true((pid = child_start(&lasting, NULL)) > 0);
	assert_int_equal(child_call(signal_parent, NULL) > 0, 1);
	assert_int_equal(child_finish(pid, &wait), -1);
	assert_int_equal(errno, EINTR);
	/* still pending */
	assert_int_equal(child_run(&lasting, &io), -1);
	assert_int_equal(errno, EINTR);
	do
		assert_int_equal(watch_next(&ev), 0);
	while (ev.kind != WATCH_SIGNAL || ev.signo != SIGTERM);
	watch_ask(is_there, (void *)(uintptr_t)"w/cancel");
	assert_int_equal(child_run(&making, &io), -1);
	assert_int_equal(errno, EINTR);
	watch_leave();
	while (wait4(-1, NULL, 0, NULL) > 0)
		;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SCRATCH_TEST(who_is_to_end_is_asked_first_and_its_whole_group_goes),
		SCRATCH_TEST(a_wait_for_a_child_ends_on_request),
	};

	if (proc_adopt() == -1)
		return 1;
	return cmocka_run_group_tests_name("child_wait", tests, NULL, NULL);
}
