/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/wait.h>

#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "proto/sys/child.h"
#include "tests/unit/scratch.h"

struct holder {
	const char	*file;		/* file that it opens, or NULL */
	bool		 headless;	/* its first thread ends */
	int		 ready[2];
	pid_t		 pid;
};

static void *
hold(void *arg)
{
	struct holder *h = arg;

	if (h->file != NULL && open(h->file, O_RDWR | O_CREAT, 0644) == -1)
		_exit(1);
	if (h->headless)	/* wait until it is gone */
		while (access("/proc/self/exe", F_OK) == 0)
			;
	if (write(h->ready[1], "", 1) != 1)
		_exit(1);
	for (;;)
		pause();
}

static int
be(void *arg)
{
	struct holder *h = arg;
	pthread_t thread;

	/* otherwise its working directory, which the test is in, would decide */
	if (!h->headless) {
		if (chdir("/") == -1)
			return 1;
		hold(h);
	}
	if (chdir("/") == -1 || pthread_create(&thread, NULL, hold, h) != 0)
		return 1;
	pthread_exit(NULL);
}

static void
start(struct holder *h)
{
	char c;

	assert_int_equal(pipe(h->ready), 0);
	h->pid = child_call(be, h);
	assert_true(h->pid > 0);
	close(h->ready[1]);
	assert_int_equal(read(h->ready[0], &c, 1), 1);
	close(h->ready[0]);
}

static void
stop(const struct holder *h)
{
	assert_int_equal(kill(h->pid, SIGKILL), 0);
	assert_int_equal(waitpid(h->pid, NULL, 0), h->pid);
}

static bool
used(const char *dir)
{
	struct proc_seen seen = { .n = 0 };
	bool rv = proc_in_use(dir, &seen);

	proc_seen_release(&seen);
	return rv;
}

/* Makes a new directory in the scratch directory, and returns its path. */
static const char *
make_dir(char path[PATH_MAX + 16], char file[PATH_MAX + 32])
{
	char cwd[PATH_MAX];

	assert_non_null(getcwd(cwd, sizeof(cwd)));
	snprintf(path, PATH_MAX + 16, "%s/used", cwd);
	snprintf(file, PATH_MAX + 32, "%s/used/file", cwd);
	assert_int_equal(mkdir(path, 0755), 0);
	return path;
}

static void
who_has_a_file_open_uses_the_tree(void **state)
{
	char dir[PATH_MAX + 16], file[PATH_MAX + 32];
	struct holder h = { .file = file };

	(void)state;
	make_dir(dir, file);
	assert_false(used(dir));
	start(&h);
	assert_true(used(dir));
	stop(&h);
	assert_false(used(dir));
	assert_true(used("nothing"));		/* this can't be determined */
}

static void
who_goes_on_without_its_first_thread_uses_it_too(void **state)
{
	char dir[PATH_MAX + 16], file[PATH_MAX + 32];
	struct holder h = { .file = file, .headless = true };

	(void)state;
	make_dir(dir, file);
	start(&h);
	assert_true(used(dir));
	stop(&h);
}

static void
the_second_look_is_at_those_who_were_not_there(void **state)
{
	char dir[PATH_MAX + 16], file[PATH_MAX + 32];
	struct proc_seen seen = { .n = 0 };
	struct holder before = { .file = NULL }, after = { .file = file };

	(void)state;
	make_dir(dir, file);
	start(&before);
	assert_false(proc_in_use(dir, &seen));
	assert_true(seen.n > 0);
	assert_false(proc_in_use(dir, &seen));
	start(&after);
	assert_true(proc_in_use(dir, &seen));
	stop(&after);
	assert_false(proc_in_use(dir, &seen));
	stop(&before);
	assert_false(proc_in_use(dir, &seen));
	proc_seen_release(&seen);
	assert_int_equal(seen.n, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SCRATCH_TEST(who_has_a_file_open_uses_the_tree),
		SCRATCH_TEST(who_goes_on_without_its_first_thread_uses_it_too),
		SCRATCH_TEST(the_second_look_is_at_those_who_were_not_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
