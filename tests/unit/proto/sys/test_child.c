/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/scratch.h"

#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <errno.h>
#include <signal.h>

#include "proto/sys/child.h"

#define SPEC(...)	{ .argv = (const char *const[]){ __VA_ARGS__, NULL }, .in = -1, .out = -1, .err = -1 }

static void
a_failed_start_is_the_parents_error_with_its_step(void **state)
{
	struct child_spec none = SPEC("no-such-program"), text = SPEC("./text"),
	    dir = SPEC("true"), env = SPEC("program");
	char path[4200], here[4096], *vars[] = { path, NULL };
	const char *step = NULL;

	(void)state;
	assert_int_equal(child_start(&none, &step), -1);
	assert_int_equal(errno, ENOENT);
	assert_string_equal(step, "exec");
	assert_int_equal(file_replace(AT_FDCWD, "text", "x", 1, 0), 0);
	assert_int_equal(child_start(&text, &step), -1);
	assert_int_equal(errno, EACCES);
	dir.dir = "/no/such/directory";
	assert_int_equal(child_start(&dir, &step), -1);
	assert_int_equal(errno, ENOENT);
	assert_string_equal(step, "chdir");
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	/* PATH comes from the child's environment, without relative directories */
	env.env = (const char *const *)vars;
	snprintf(path, sizeof(path), "PATH=/nowhere:bin:%s/bin", getcwd(here, sizeof(here)));
	assert_int_equal(child_start(&env, &step), -1);
	assert_int_equal(mkdir("bin", 0700), 0);
	assert_int_equal(symlink("/bin/true", "bin/program"), 0);
	assert_true(child_start(&env, &step) > 0);
	strlcpy(path, "PATH=/nowhere:bin:", sizeof(path));
	assert_int_equal(child_start(&env, &step), -1);
	assert_int_equal(wait(NULL) > 0, 1);
}

static void
a_child_has_a_clean_world(void **state)
{
	struct child_spec spec = SPEC("sh", "-c",
	    "ls /proc/self/fd | tr '\\n' ' '; grep -E '^Sig(Blk|Ign)' /proc/self/status | tr -d '\\n'");
	struct child_io io = { .max = 1000 };
	sigset_t set, before;
	char *out;
	int fd;

	(void)state;
	fd = open("/dev/null", O_RDONLY);	/* not close-on-exec */
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, &before);
	signal(SIGPIPE, SIG_IGN);
	io.out = &out;
	assert_int_equal(child_run(&spec, &io), 0);
	sigprocmask(SIG_SETMASK, &before, NULL);
	signal(SIGPIPE, SIG_DFL);
	close(fd);
	/* 3 is the directory that ls reads */
	assert_string_equal(out,
	    "0 1 2 3 SigBlk:\t0000000000000000SigIgn:\t0000000000000000");
	free(out);
}

static void
one_more_descriptor_can_be_handed_over(void **state)
{
	struct child_spec spec = SPEC("sh", "-c", "cat <&3; ls /proc/self/fd | tr '\\n' ' '");
	struct child_io io = { .max = 1000 };
	int fds[2];
	char *out;

	(void)state;
	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	assert_int_equal(write(fds[1], "handed ", 7), 7);
	close(fds[1]);
	spec.handed = true;
	spec.hand = fds[0];
	io.out = &out;
	assert_int_equal(child_run(&spec, &io), 0);
	close(fds[0]);
	/* 4 is the directory that ls reads */
	assert_string_equal(out, "handed 0 1 2 3 4 ");
	free(out);
}

static void
descriptors_may_cross(void **state)
{
	struct child_spec spec = SPEC("sh", "-c", "cat; echo out; echo err >&2");
	int keep[3], in[2], status, fd, i;
	char *buf;
	size_t len;
	pid_t pid;

	(void)state;
	for (i = 0; i < 3; i++)
		keep[i] = fcntl(i, F_DUPFD_CLOEXEC, 20);
	assert_int_equal(pipe2(in, O_CLOEXEC), 0);
	assert_int_equal(write(in[1], "in\n", 3), 3);
	/* our 1 becomes its 0, our 2 its 1, our 0 its 2 */
	fd = open("o", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	dup2(fd, 2);
	close(fd);
	fd = open("e", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	dup2(fd, 0);
	close(fd);
	fflush(stdout);
	dup2(in[0], 1);
	spec.in = 1;
	spec.out = 2;
	spec.err = 0;
	pid = child_start(&spec, NULL);
	for (i = 0; i < 3; i++)
		dup2(keep[i], i);
	close(in[0]);
	close(in[1]);
	for (i = 0; i < 3; i++)
		close(keep[i]);
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(file_read(AT_FDCWD, "o", 100, &buf, &len), 0);
	assert_string_equal(buf, "in\nout\n");
	free(buf);
	assert_int_equal(file_read(AT_FDCWD, "e", 100, &buf, &len), 0);
	assert_string_equal(buf, "err\n");
	free(buf);
}

static void
much_input_and_output_do_not_block_each_other(void **state)
{
	struct child_spec spec = SPEC("sh", "-c", "cat; cat /dev/zero | head -c 100000 >&2; exit 3");
	size_t size = 1 << 20, len = 0;
	char *in = calloc(1, size), *out, *errout, text[64];
	struct child_io io = { .in = in, .inlen = size, .max = size, .out = &out, .outlen = &len,
		.errout = &errout, .timeout_ms = 20000 };
	sigset_t set, before;
	int status;

	(void)state;
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, &before);
	status = child_run(&spec, &io);
	assert_int_equal(child_status_text(status, text, sizeof(text)), 1);
	assert_string_equal(text, "exit status 3");
	assert_int_equal(len, size);
	free(out);
	free(errout);
	io.max = size - 1;
	assert_int_equal(child_run(&spec, &io), -1);
	assert_int_equal(errno, E2BIG);
	assert_null(out);
	free(errout);
	sigprocmask(SIG_SETMASK, &before, NULL);
	free(in);
}

static void
a_run_ends_with_its_child_or_in_time(void **state)
{
	struct child_spec lasting = SPEC("sleep", "1000"), loud = SPEC("cat", "/dev/zero"), leaving = SPEC("sh", "-c",
	    "sleep 1000 & echo $! >pid; echo done"), deaf = SPEC("true"),
	    killed = SPEC("sh", "-c", "kill -9 $$");
	static char big[1 << 20];
	char *out, *buf, text[64];
	struct child_io io = { .max = 100, .out = &out, .timeout_ms = 20 };
	size_t len;

	(void)state;
	assert_int_equal(child_run(&lasting, &io), -1);
	assert_int_equal(errno, ETIMEDOUT);
	/* also for a child that prints without a pause */
	io.max = 1 << 30;
	assert_int_equal(child_run(&loud, &io), -1);
	assert_int_equal(errno, ETIMEDOUT);
	io.max = 100;
	io.timeout_ms = 20000;
	assert_int_equal(child_run(&leaving, &io), 0);
	assert_string_equal(out, "done\n");
	free(out);
	assert_int_equal(file_read(AT_FDCWD, "pid", 20, &buf, &len), 0);
	kill((pid_t)strtol(buf, NULL, 10), SIGKILL);
	free(buf);
	io.in = big;
	io.inlen = sizeof(big);
	assert_int_equal(child_run(&deaf, &io), 0);
	free(out);
	assert_int_equal(child_status_text(child_run(&killed, &io), text, sizeof(text)), 1);
	assert_string_equal(text, "killed by signal 9 (Killed)");
	free(out);
	assert_true(proc_kill(0) >= 0);		/* reaps the process left behind */
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

static void
the_tree_goes_with_its_daemons_and_spares_one(void **state)
{
	/* each leaves its group and session, and one ignores all signals that it can */
	struct child_spec tree = SPEC("sh", "-c",
	    "setsid sh -c 'trap \"\" TERM HUP; echo $$ >a; exec sleep 1000' & "
	    "setsid sh -c '(setsid sh -c \"echo \\$\\$ >b; exec sleep 1000\" &)' & "
	    "sleep 1000"), spared = SPEC("sh", "-c", "sleep 1000 & echo $! >c; wait");
	pid_t spare, pid;

	(void)state;
	spare = child_start(&spared, NULL);
	assert_true(spare > 0);
	tree.session = true;
	pid = child_start(&tree, NULL);
	assert_true(pid > 0);
	WAIT_FOR(alive("a") && alive("b") && alive("c"));
	assert_true(proc_kill(spare) >= 4);
	assert_false(alive("a") || alive("b"));
	assert_int_equal(kill(pid, 0), -1);
	assert_true(alive("c"));
	assert_int_equal(waitpid(spare, NULL, WNOHANG), 0);
	assert_int_equal(proc_signal(0, 0), 2);
	assert_true(proc_kill(0) >= 1);
	assert_false(alive("c"));
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(proc_kill(0), 0);
}

/* Acts like the shell of a person looking at the worktree. */
static int
stand_there_with_a_terminal(void *name)
{
	char line[32];

	if (setsid() == -1 || open(name, O_RDWR) == -1 || chdir("w") == -1)
		return 1;
	snprintf(line, sizeof(line), "%ld\n", (long)getpid());
	if (file_replace(AT_FDCWD, "../d", line, strlen(line), 0) == -1)
		return 1;
	for (;;)
		pause();
}

static void
a_session_is_found_by_environment_and_directory(void **state)
{
	int terminal = posix_openpt(O_RDWR | O_NOCTTY);
	struct child_spec by_env = SPEC("sh", "-c", "sh -c 'echo $$ >a; exec sleep 1000' & exit 0"),
	    by_dir = SPEC("sh", "-c", "cd w/deep; sh -c 'echo $$ >../../b; exec sleep 1000' & exit 0"),
	    other = SPEC("sh", "-c", "cd wx; echo $$ >../c; exec sleep 1000");
	char id[64], variable[100];
	const char *env[] = { "PATH=/usr/bin:/bin", variable, NULL };
	const char *near_env[] = { "PATH=/usr/bin:/bin", variable, NULL };
	pid_t pid, person;

	(void)state;
	/* this process stops adopting: the double-forked ones belong to init */
	assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 0), 0);
	assert_int_equal(mkdir("w", 0700), 0);
	assert_int_equal(mkdir("w/deep", 0700), 0);
	assert_int_equal(mkdir("wx", 0700), 0);
	snprintf(id, sizeof(id), "session-test-%ld", (long)getpid());
	snprintf(variable, sizeof(variable), "SESSION_ID=%s", id);
	by_env.env = env;
	assert_true(child_start(&by_env, NULL) > 0);
	assert_true(child_start(&by_dir, NULL) > 0);
	wait(NULL);
	wait(NULL);
	WAIT_FOR(alive("a") && alive("b"));
	strcat(variable, "0");
	other.env = near_env;
	pid = child_start(&other, NULL);
	assert_true(pid > 0);
	WAIT_FOR(alive("c"));
	assert_true(terminal != -1 && grantpt(terminal) == 0 && unlockpt(terminal) == 0);
	person = child_call(stand_there_with_a_terminal, ptsname(terminal));
	WAIT_FOR(alive("d"));
	assert_int_equal(proc_kill_session(id, "/", NULL, false), 0);
	assert_int_equal(proc_kill_session(id, NULL, NULL, false), 1);
	assert_true(alive("b") && alive("c"));
	assert_int_equal(proc_kill_session(id, NULL, "w", false), 1);
	WAIT_FOR(!alive("a") && !alive("b"));
	assert_true(alive("c") && alive("d"));
	assert_int_equal(proc_kill_session(id, NULL, "w", false), 0);
	kill(person, SIGKILL);
	waitpid(person, NULL, 0);
	close(terminal);
	assert_int_equal(proc_kill(0), 1);
	assert_int_equal(proc_adopt(), 0);
}

static int
parent(void *arg)
{
	struct child_spec spec = SPEC("sh", "-c", "echo $$ >p; exec sleep 1000");

	(void)arg;
	spec.die_with_parent = true;
	if (child_start(&spec, NULL) == -1)
		return 1;
	while (!alive("p"))
		usleep(1000);
	return 0;
}

static void
a_child_dies_with_its_parent_if_asked(void **state)
{
	int status = 1;

	(void)state;
	assert_true(child_call(parent, NULL) > 0 && wait(&status) > 0);
	assert_int_equal(status, 0);
	while (wait(NULL) != -1)
		continue;
	WAIT_FOR(!alive("p"));
}

/* The next child that asks to die with its parent is too late. */
static bool bereave;

int
prctl(int option, ...)
{
	pid_t parent = getppid();
	unsigned long args[4];	/* as many as libc passes on, whatever was given */
	va_list ap;

	va_start(ap, option);
	for (size_t i = 0; i < 4; i++)
		args[i] = va_arg(ap, unsigned long);
	va_end(ap);
	if (bereave && option == PR_SET_PDEATHSIG) {
		kill(parent, SIGKILL);
		while (getppid() == parent)
			usleep(1000);
	}
	return (int)syscall(SYS_prctl, option, args[0], args[1], args[2], args[3]);
}

static int
parent_of_the_late(void *arg)
{
	struct child_spec spec = SPEC("sh", "-c", "echo >p");

	(void)arg;
	bereave = spec.die_with_parent = true;
	return child_start(&spec, NULL) == -1;
}

static void
a_child_does_not_begin_whose_parent_is_dead(void **state)
{
	pid_t first, pid;
	int status, late = 0;

	(void)state;
	first = child_call(parent_of_the_late, NULL);
	assert_true(first > 0);
	/* this process adopts its leftover processes */
	while ((pid = wait(&status)) != -1)
		if (pid == first)
			assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
		else
			late = status;
	assert_true(WIFEXITED(late));
	assert_int_equal(WEXITSTATUS(late), 127);
	assert_int_equal(access("p", F_OK), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SCRATCH_TEST(a_failed_start_is_the_parents_error_with_its_step),
		SCRATCH_TEST(a_child_has_a_clean_world),
		SCRATCH_TEST(one_more_descriptor_can_be_handed_over),
		SCRATCH_TEST(descriptors_may_cross),
		SCRATCH_TEST(much_input_and_output_do_not_block_each_other),
		SCRATCH_TEST(a_run_ends_with_its_child_or_in_time),
		SCRATCH_TEST(the_tree_goes_with_its_daemons_and_spares_one),
		SCRATCH_TEST(a_session_is_found_by_environment_and_directory),
		SCRATCH_TEST(a_child_dies_with_its_parent_if_asked),
		SCRATCH_TEST(a_child_does_not_begin_whose_parent_is_dead),
	};

	if (proc_adopt() == -1)
		return 1;
	return cmocka_run_group_tests_name("child", tests, NULL, NULL);
}
