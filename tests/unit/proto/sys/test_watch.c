/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/scratch.h"

#include <sys/stat.h>

#include <errno.h>
#include <poll.h>
#include <signal.h>

#include "proto/base/clock.h"
#include "proto/sys/watch.h"

static struct watch_timer limit;

static int
enter(void **state)
{
	if (scratch_enter(state) == -1 || watch_open() == -1)
		return -1;
	watch_timer(&limit, clock_now() + 120 * CLOCK_S);
	return 0;
}

static int
leave(void **state)
{
	watch_close();
	return scratch_leave(state);
}

/* A watched directory, and what its function was told. */
struct seen {
	struct watch	 watch;
	int		 times;
	enum watch_kind	 kind;
	char		 name[256];
};

static void
see(void *arg, const struct watch_event *ev)
{
	struct seen *seen = arg;

	seen->times++;
	seen->kind = ev->kind;
	snprintf(seen->name, sizeof(seen->name), "%s", ev->name);
}

static void
look_at(struct seen *seen, const char *path)
{
	*seen = (struct seen){ .watch = { .fire = see, .arg = seen } };
	assert_int_equal(watch_dir(&seen->watch, path, false), 0);
}

/* The next event that is not of another kind; fails after the limit. */
static struct watch_event
next(enum watch_kind kind)
{
	struct watch_event ev;

	do {
		assert_int_equal(watch_next(&ev), 0);
		if (ev.kind == WATCH_TIMER && ev.timer == &limit)
			fail_msg("no event of kind %d", (int)kind);
	} while (ev.kind != kind);
	return ev;
}

static void
touch(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT, 0600);

	assert_true(fd >= 0);
	close(fd);
}

static void
entries_that_appear_and_go_are_reported_by_name(void **state)
{
	struct watch_event ev;
	struct seen seen;

	look_at(&seen, *state);
	touch("a");
	ev = next(WATCH_FILE);
	assert_string_equal(ev.name, "a");
	assert_int_equal(seen.times, 1);
	assert_int_equal(seen.kind, WATCH_FILE);
	assert_string_equal(seen.name, "a");
	assert_int_equal(rename("a", "b"), 0);
	do
		ev = next(WATCH_FILE);
	while (strcmp(ev.name, "b") != 0);
	assert_int_equal(unlink("b"), 0);
	assert_string_equal(next(WATCH_FILE).name, "b");
}

static void
nothing_is_missed_when_directories_are_watched_and_then_scanned(void **state)
{
	struct watch dirs[200] = { { 0 } };
	char dir[64], path[80];
	int i, found = 0;

	(void)state;
	for (i = 0; i < 200; i++) {
		snprintf(dir, sizeof(dir), "d%d", i);
		snprintf(path, sizeof(path), "d%d/f", i);
		assert_int_equal(mkdir(dir, 0700), 0);
		if (i % 2 == 0)
			touch(path);	/* before the watch: only the scan finds it */
		assert_true(watch_dir(&dirs[i], dir, false) == 0);
		found += access(path, F_OK) == 0;
		if (i % 2 != 0)
			touch(path);
	}
	assert_int_equal(found, 100);
	for (; found < 200; found++) {
		struct watch_event ev = next(WATCH_FILE);

		assert_string_equal(ev.name, "f");
		next(WATCH_FILE);	/* its closing */
	}
}

static void
an_overflow_is_a_rescan_and_watching_goes_on(void **state)
{
	struct watch dir = { 0 };
	char name[32];
	int i;

	assert_int_equal(watch_dir(&dir, *state, false), 0);
	for (i = 0; i < 20000; i++) {
		snprintf(name, sizeof(name), "f%d", i % 50);
		if (i % 100 < 50)
			assert_int_equal(mkdir(name, 0700), 0);
		else
			assert_int_equal(rmdir(name), 0);
	}
	next(WATCH_RESCAN);
	touch("after");
	assert_string_equal(next(WATCH_FILE).name, "after");
}

static void
the_end_of_a_directory_is_reported_once(void **state)
{
	struct watch link = { 0 };
	struct seen a, b, anew;

	assert_int_equal(mkdir("a", 0700), 0);
	assert_int_equal(mkdir("b", 0700), 0);
	look_at(&a, "a");
	look_at(&b, "b");
	assert_int_equal(rmdir("a"), 0);
	next(WATCH_GONE);
	assert_int_equal(a.kind, WATCH_GONE);
	assert_int_equal(b.times, 0);
	watch_undir(&a.watch);
	assert_int_equal(rename("b", "c"), 0);
	next(WATCH_GONE);
	assert_int_equal(b.kind, WATCH_GONE);
	assert_int_equal(b.times, 1);
	watch_undir(&b.watch);
	/* the same name is a different directory */
	assert_int_equal(mkdir("a", 0700), 0);
	a.times = 0;
	look_at(&anew, "a");
	touch("c/x");
	touch("a/y");
	assert_string_equal(next(WATCH_FILE).name, "y");
	assert_int_equal(anew.times, 1);
	assert_int_equal(a.times, 0);
	assert_int_equal(watch_dir(&link, "none", false), -1);
	assert_int_equal(errno, ENOENT);
	assert_int_equal(symlink("a", "link"), 0);
	assert_int_equal(watch_dir(&link, "link", false), -1);
	(void)state;
}

static void
a_directory_watched_twice_is_left_after_the_second_time(void **state)
{
	struct watch_timer soon = { 0 };
	struct seen one, two;

	look_at(&one, *state);
	look_at(&two, ".");
	assert_int_equal(mkdir("d", 0700), 0);
	assert_string_equal(next(WATCH_FILE).name, "d");
	assert_int_equal(one.times, 1);
	assert_int_equal(two.times, 1);
	watch_undir(&one.watch);
	watch_undir(&one.watch);
	touch("a");
	assert_string_equal(next(WATCH_FILE).name, "a");
	assert_int_equal(one.times, 1);
	assert_int_equal(two.times, 2);
	watch_undir(&two.watch);
	touch("b");
	watch_timer(&soon, clock_now() + CLOCK_MS);
	for (;;) {
		struct watch_event ev;

		assert_int_equal(watch_next(&ev), 0);
		assert_int_not_equal(ev.kind, WATCH_FILE);
		if (ev.kind == WATCH_TIMER)
			break;
	}
}

static void
count(void *n)
{
	++*(int *)n;
}

static void
timers_come_in_time_and_once(void **state)
{
	int64_t start = clock_now();
	int fired = 0;
	struct watch_timer late = { .fire = count, .arg = &fired }, early = late, never = late;
	struct watch_event ev;

	(void)state;
	watch_timer(&late, start + 30 * CLOCK_MS);
	watch_timer(&early, start + 10 * CLOCK_MS);
	watch_timer(&never, start + 5 * CLOCK_MS);
	watch_timer(&never, 0);
	assert_int_equal(watch_next(&ev), 0);
	assert_int_equal(ev.kind, WATCH_TIMER);
	assert_ptr_equal(ev.timer, &early);
	assert_int_equal(fired, 1);
	assert_true(clock_now() >= start + 10 * CLOCK_MS);
	assert_int_equal(watch_next(&ev), 0);
	assert_ptr_equal(ev.timer, &late);
	assert_int_equal(fired, 2);
	watch_timer(&limit, clock_now());
	assert_int_equal(watch_next(&ev), 0);
	assert_ptr_equal(ev.timer, &limit);
}

/* As many as there are uses: none is lost silently. */
static void
each_of_many_timers_comes_in_order(void **state)
{
	struct watch_timer many[20] = { { 0 } };
	int64_t now = clock_now();
	struct watch_event ev;

	(void)state;
	for (int i = 0; i < 20; i++)	/* every second one is armed again, for after the others */
		watch_timer(&many[i], now + 1 + (i * 7) % 20);
	for (int i = 0; i < 20; i += 2)
		watch_timer(&many[i], now + 100 - i);
	for (int n = 0, last = 0; n < 20; n++) {
		assert_int_equal(watch_next(&ev), 0);
		assert_int_equal(ev.kind, WATCH_TIMER);
		assert_true(ev.timer >= many && ev.timer < many + 20);
		assert_true((int)(ev.timer->deadline - now) >= last);
		last = (int)(ev.timer->deadline - now);
		many[ev.timer - many].deadline = 0;	/* none fires twice */
	}
}

static void
signals_arrive_as_events(void **state)
{
	struct watch_event ev;

	(void)state;
	kill(getpid(), SIGTERM);
	kill(getpid(), SIGINT);
	kill(getpid(), SIGPIPE);
	assert_int_equal(next(WATCH_SIGNAL).signo, SIGINT);
	ev = next(WATCH_SIGNAL);
	assert_int_equal(ev.signo, SIGTERM);
}

static void
a_signal_that_is_added_arrives_as_an_event(void **state)
{
	(void)state;
	assert_int_equal(watch_signal(SIGWINCH), 0);
	kill(getpid(), SIGWINCH);
	assert_int_equal(next(WATCH_SIGNAL).signo, SIGWINCH);
	kill(getpid(), SIGTERM);
	assert_int_equal(next(WATCH_SIGNAL).signo, SIGTERM);
}

static void
signals_get_a_turn_in_a_flood_of_files(void **state)
{
	struct watch_event ev;
	struct watch dir = { 0 };
	char name[32];
	int i;

	assert_int_equal(watch_dir(&dir, *state, false), 0);
	for (i = 0; i < 2000; i++) {
		snprintf(name, sizeof(name), "f%d", i);
		assert_int_equal(mkdir(name, 0700), 0);
	}
	next(WATCH_FILE);	/* the rest is buffered from here on */
	kill(getpid(), SIGTERM);
	for (i = 0; i < 200; i++) {
		assert_int_equal(watch_next(&ev), 0);
		if (ev.kind == WATCH_SIGNAL)
			return;
	}
	fail_msg("the signal waited behind the files");
}

static void
descriptors_are_reported_while_they_are_watched(void **state)
{
	struct watch_timer soon = { 0 };
	struct watch_event ev;
	int a[2], b[2];

	(void)state;
	assert_int_equal(pipe(a), 0);
	assert_int_equal(pipe(b), 0);
	assert_int_equal(watch_fd(a[0]), 0);
	assert_int_equal(watch_fd(b[0]), 0);
	assert_int_equal(write(a[1], "x", 1), 1);
	assert_int_equal(write(b[1], "x", 1), 1);
	ev = next(WATCH_FD);
	assert_int_equal(ev.fd, a[0]);
	assert_int_equal(ev.revents, POLLIN);
	watch_unfd(a[0]);
	assert_int_equal(next(WATCH_FD).fd, b[0]);
	assert_int_equal(next(WATCH_FD).fd, b[0]);
	close(b[1]);
	assert_true(next(WATCH_FD).revents & POLLHUP);
	watch_unfd(b[0]);
	watch_timer(&soon, clock_now() + CLOCK_MS);
	assert_int_equal(watch_next(&ev), 0);
	assert_int_equal(ev.kind, WATCH_TIMER);
	close(a[0]);
	close(a[1]);
	close(b[0]);
}

static void
the_descriptors_are_closed_on_exec(void **state)
{
	int fd, open_ones = 0;

	(void)state;
	for (fd = 3; fd < 64; fd++)
		if (fcntl(fd, F_GETFD) != -1) {
			char path[64], to[64] = "";

			snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
			if (readlink(path, to, sizeof(to) - 1) > 0 &&
			    (strstr(to, "inotify") != NULL || strstr(to, "signalfd") != NULL)) {
				assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
				open_ones++;
			}
		}
	assert_int_equal(open_ones, 2);
}

#define TEST(fn)	cmocka_unit_test_setup_teardown(fn, enter, leave)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(entries_that_appear_and_go_are_reported_by_name),
		TEST(nothing_is_missed_when_directories_are_watched_and_then_scanned),
		TEST(an_overflow_is_a_rescan_and_watching_goes_on),
		TEST(the_end_of_a_directory_is_reported_once),
		TEST(a_directory_watched_twice_is_left_after_the_second_time),
		TEST(timers_come_in_time_and_once),
		TEST(each_of_many_timers_comes_in_order),
		TEST(signals_arrive_as_events),
		TEST(a_signal_that_is_added_arrives_as_an_event),
		TEST(signals_get_a_turn_in_a_flood_of_files),
		TEST(descriptors_are_reported_while_they_are_watched),
		TEST(the_descriptors_are_closed_on_exec),
	};

	return cmocka_run_group_tests_name("watch", tests, NULL, NULL);
}
