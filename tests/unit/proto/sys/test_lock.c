/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/scratch.h"

#include <sys/stat.h>
#include <sys/wait.h>

#include <errno.h>
#include <signal.h>

#include "proto/base/clock.h"
#include "proto/base/id.h"
#include "proto/sys/child.h"
#include "proto/sys/lock.h"
#include "proto/sys/watch.h"

static int
hold(void *arg)
{
	if (lock_take(AT_FDCWD, "l", "worker", arg != NULL) == -1)
		return 1;
	for (;;)
		pause();
}

static int
take_at_once(void *arg)
{
	(void)arg;
	if (lock_take(AT_FDCWD, "l", "other", true) != -1)
		return 0;
	return errno == EAGAIN ? 3 : 4;
}

static int
wait_for_slot(void *arg)
{
	int fd = lock_slot_open(AT_FDCWD, "l");

	if (fd == -1 || file_replace(AT_FDCWD, "ready", "", 0, 0) == -1)
		return 1;
	return lock_slot_wait(fd, *(long *)arg) == 0 ? 0 : 2;
}

/* The holder keeps slot 7 until the file "go" exists. */
static int
hold_and_give_slot(void *arg)
{
	int fd = lock_take(AT_FDCWD, "l", "worker", true);

	(void)arg;
	if (fd == -1)
		return 1;
	while (access("go", F_OK) == -1)
		usleep(1000);
	if (lock_slot_release(fd, 7) == -1)
		return 2;
	for (;;)
		pause();
}

static int
read_lock(void *arg)
{
	struct flock lock = { .l_type = F_RDLCK, .l_whence = SEEK_SET };
	int fd = open("l", O_RDONLY);

	(void)arg;
	if (fd == -1 || fcntl(fd, F_SETLK, &lock) == -1 ||
	    file_replace(AT_FDCWD, "ready", "", 0, 0) == -1)
		return 1;
	for (;;)
		pause();
}

/* Holds four bytes from the offset *arg on. */
static int
hold_row(void *arg)
{
	off_t first = *(off_t *)arg;

	if (lock_take_row(AT_FDCWD, "l", 10, 20, 4, &first) == -1 || first != *(off_t *)arg ||
	    file_replace(AT_FDCWD, "ready", "", 0, 0) == -1)
		return 1;
	for (;;)
		pause();
}

static int
status_of(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

static void
end(pid_t pid)
{
	kill(pid, SIGKILL);
	assert_int_equal(status_of(pid), 1000 + SIGKILL);
}

static void
one_process_holds_the_lock_and_is_named(void **state)
{
	char *buf, want[64];
	pid_t pid, holder = 0;
	size_t len;

	(void)state;
	assert_int_equal(lock_held(AT_FDCWD, "l", NULL), 0);
	pid = child_call(hold, &len);
	WAIT_FOR(lock_held(AT_FDCWD, "l", &holder) == 1);
	assert_int_equal(holder, pid);
	snprintf(want, sizeof(want), "worker %ld\n", (long)pid);
	WAIT_FOR(file_read(AT_FDCWD, "l", 100, &buf, &len) == 0 &&
	    (strcmp(buf, want) == 0 || (free(buf), 0)));
	free(buf);
	assert_int_equal(status_of(child_call(take_at_once, NULL)), 3);
	end(pid);
	assert_int_equal(lock_held(AT_FDCWD, "l", NULL), 0);
	assert_int_equal(status_of(child_call(take_at_once, NULL)), 0);
}

static void
the_death_of_the_holder_is_an_event_and_the_lock_is_free_then(void **state)
{
	struct watch_timer limit = { 0 };
	struct watch_event ev;
	bool seen = false;
	struct watch dir = { 0 };
	pid_t pid;

	(void)state;
	pid = child_call(hold, state);
	WAIT_FOR(lock_held(AT_FDCWD, "l", NULL) == 1);
	assert_int_equal(watch_open(), 0);
	assert_int_equal(watch_dir(&dir, *state, false), 0);
	assert_int_equal(lock_held(AT_FDCWD, "l", NULL), 1);
	watch_timer(&limit, clock_now() + 10 * CLOCK_S);
	kill(pid, SIGKILL);
	while (!seen) {
		assert_int_equal(watch_next(&ev), 0);
		assert_int_not_equal(ev.kind, WATCH_TIMER);
		seen = ev.kind == WATCH_FILE && strcmp(ev.name, "l") == 0;
	}
	assert_int_equal(lock_held(AT_FDCWD, "l", NULL), 0);
	watch_close();
	assert_int_equal(status_of(pid), 1000 + SIGKILL);
}

static void
a_sender_wakes_when_its_slot_is_given_away(void **state)
{
	long mine = 7, other = message_slot("q-999999");
	pid_t holder, waiter, second;

	(void)state;
	holder = child_call(hold_and_give_slot, NULL);
	WAIT_FOR(lock_held(AT_FDCWD, "l", NULL) == 1);
	waiter = child_call(wait_for_slot, &mine);
	WAIT_FOR(access("ready", F_OK) == 0);
	second = child_call(wait_for_slot, &other);
	assert_int_equal(waitpid(waiter, NULL, WNOHANG), 0);
	assert_int_equal(file_replace(AT_FDCWD, "go", "", 0, 0), 0);
	assert_int_equal(status_of(waiter), 0);
	assert_int_equal(waitpid(second, NULL, WNOHANG), 0);
	end(holder);
	assert_int_equal(status_of(second), 0);
}

static void
a_read_lock_does_not_look_like_a_holder(void **state)
{
	pid_t pid;
	int fd;

	(void)state;
	assert_int_equal(file_replace(AT_FDCWD, "l", "", 0, 0), 0);
	pid = child_call(read_lock, NULL);
	WAIT_FOR(access("ready", F_OK) == 0);
	assert_int_equal(lock_held(AT_FDCWD, "l", NULL), 0);
	end(pid);
	fd = lock_take(AT_FDCWD, "l", "worker", true);
	assert_true(fd >= 0);
	close(fd);
}

static void
a_link_or_fifo_is_no_lock(void **state)
{
	(void)state;
	assert_int_equal(symlink("x", "l"), 0);
	assert_int_equal(lock_take(AT_FDCWD, "l", "worker", true), -1);
	assert_int_equal(errno, ELOOP);
	assert_int_equal(lock_held(AT_FDCWD, "l", NULL), -1);
	assert_int_equal(access("x", F_OK), -1);
	assert_int_equal(unlink("l"), 0);
	assert_int_equal(mkfifo("l", 0600), 0);
	assert_int_equal(lock_take_wait(AT_FDCWD, "l", "worker"), -1);
	assert_int_equal(errno, EINVAL);
	assert_int_equal(lock_held(AT_FDCWD, "l", NULL), -1);
}

/* The holder writes into the lock: this would change the other name's file. */
static void
a_file_with_another_name_is_no_lock(void **state)
{
	char *buf;
	size_t len;

	(void)state;
	assert_int_equal(file_replace(AT_FDCWD, "other", "precious", 8, 0), 0);
	assert_int_equal(link("other", "l"), 0);
	assert_int_equal(lock_take(AT_FDCWD, "l", "worker", true), -1);
	assert_int_equal(errno, EMLINK);
	assert_int_equal(lock_held(AT_FDCWD, "l", NULL), -1);
	assert_int_equal(file_read(AT_FDCWD, "other", 100, &buf, &len), 0);
	assert_string_equal(buf, "precious");
	free(buf);
}

static void
a_row_of_bytes_has_one_holder(void **state)
{
	off_t at = 12, first = 12;
	pid_t pid;
	int fd;

	(void)state;
	pid = child_call(hold_row, &at);
	WAIT_FOR(access("ready", F_OK) == 0);
	assert_int_equal(lock_take_row(AT_FDCWD, "l", 10, 20, 5, &first), -1);
	assert_int_equal(errno, EAGAIN);
	fd = lock_take_row(AT_FDCWD, "l", 10, 20, 4, &first);
	assert_true(fd >= 0);
	assert_int_equal(first, 16);
	close(fd);
	first = 0;
	fd = lock_take_row(AT_FDCWD, "l", 10, 20, 2, &first);
	assert_true(fd >= 0);
	assert_int_equal(first, 10);
	close(fd);
	end(pid);
	first = 17;	/* not all of it is within the limits */
	fd = lock_take_row(AT_FDCWD, "l", 10, 20, 4, &first);
	assert_true(fd >= 0);
	assert_int_equal(first, 10);
	close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SCRATCH_TEST(one_process_holds_the_lock_and_is_named),
		SCRATCH_TEST(the_death_of_the_holder_is_an_event_and_the_lock_is_free_then),
		SCRATCH_TEST(a_sender_wakes_when_its_slot_is_given_away),
		SCRATCH_TEST(a_read_lock_does_not_look_like_a_holder),
		SCRATCH_TEST(a_row_of_bytes_has_one_holder),
		SCRATCH_TEST(a_link_or_fifo_is_no_lock),
		SCRATCH_TEST(a_file_with_another_name_is_no_lock),
	};

	return cmocka_run_group_tests_name("lock", tests, NULL, NULL);
}
