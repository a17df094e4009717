/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/sched.h>

#include "proto/base/array.h"
#include "proto/sys/child.h"
#include "proto/sys/file.h"
#include "proto/sys/watch.h"

#define REPORT_FD	4		/* for the child's report; close-on-exec */
#define DEFAULT_PATH	"/usr/local/bin:/usr/bin:/bin"

enum failure { FAIL_ENTER, FAIL_DESCRIPTORS, FAIL_SESSION, FAIL_PARENT, FAIL_CHDIR, FAIL_EXEC, FAIL_COUNT };

struct report {
	int		 error;
	enum failure	 step;
};

static const char *const failures[] = {
	[FAIL_ENTER] = "confine",
	[FAIL_DESCRIPTORS] = "descriptors",
	[FAIL_SESSION] = "setsid",
	[FAIL_PARENT] = "parent",
	[FAIL_CHDIR] = "chdir",
	[FAIL_EXEC] = "exec",
};
ARRAY_WHOLE(failures, FAIL_COUNT);

static void
signals_default(bool held)
{
	const unsigned long action[4] = { 0 };	/* the kernel's struct; all zero is SIG_DFL */
	sigset_t mask;
	int sig;

	/* sigaction(3) reserves 32 and 33, and make(1) leaves them ignored. */
	for (sig = 1; sig < NSIG; sig++)
		(void)syscall(SYS_rt_sigaction, sig, action, NULL, (size_t)8);
	sigemptyset(&mask);
	if (held) {
		sigaddset(&mask, SIGTERM);
		sigaddset(&mask, SIGINT);
		sigaddset(&mask, SIGHUP);
	}
	sigprocmask(SIG_SETMASK, &mask, NULL);
}

/* Moves the three descriptors, the handed one and the report into place, whatever their numbers are, and closes
 * the rest. */
static int
set_descriptors(const struct child_spec *spec, int report)
{
	int want[4] = { spec->in, spec->out, spec->err, spec->hand }, n = spec->handed ? 4 : 3, fd, i;

	report = file_dup(report, 16);
	if (report == -1)
		return -1;
	for (i = 0; i < n; i++) {
		fd = want[i];
		if (fd == -1)
			fd = file_open_path(AT_FDCWD, "/dev/null", i == 0 ? O_RDONLY : O_WRONLY);
		/* move all of them up before placing the first */
		want[i] = file_dup(fd, 16);
		if (want[i] == -1)
			return -1;
	}
	for (i = 0; i < n; i++)
		if (dup2(want[i], i) == -1)
			return -1;
	if (dup3(report, REPORT_FD, O_CLOEXEC) == -1)
		return -1;
	closefrom(REPORT_FD + 1);
	if (!spec->handed)
		close(CHILD_HANDED);
	return 0;
}

/* The next place on *path for name, in file; false = there is none left.  Skips relative directories: those
 * could be in a worktree, where an agent can put a program of that name. */
static bool
next_place(const char **path, const char *name, char *file, size_t size)
{
	size_t n;

	while (*path != NULL) {
		const char *dir = *path;

		n = strcspn(dir, ":");
		*path = dir[n] == '\0' ? NULL : dir + n + 1;
		if (dir[0] != '/' || n + strlen(name) + 2 > size || name[0] == '\0')
			continue;
		memcpy(file, dir, n);
		file[n] = '/';
		memcpy(file + n + 1, name, strlen(name) + 1);
		return true;
	}
	return false;
}

/* execvpe(3) allocates memory and runs files without "#!" through sh: we want neither. */
static void
execute(const char *const *argv, const char *const *env, const char *path)
{
	char *const *args = (char *const *)(uintptr_t)argv;
	char *const *vars = (char *const *)(uintptr_t)env;
	char file[PATH_MAX];
	bool denied = false;

	if (strchr(argv[0], '/') != NULL) {
		execve(argv[0], args, vars);
		return;
	}
	while (next_place(&path, argv[0], file, sizeof(file))) {
		execve(file, args, vars);
		/* a directory of PATH that we may not search does not make the program unusable */
		if (errno == EACCES)
			denied = denied || access(file, F_OK) == 0;
		else if (errno != ENOENT && errno != ENOTDIR)
			return;
	}
	errno = denied ? EACCES : ENOENT;
}

static const char *
path_of(const char *const *env)
{
	const char *ours;

	for (; env != NULL && *env != NULL; env++)
		if (strncmp(*env, "PATH=", 5) == 0)
			return *env + 5;
	ours = getenv("PATH");
	return ours == NULL ? DEFAULT_PATH : ours;
}

int
child_find(const char *file, const char *const *env, char *buf, size_t len)
{
	const char *path = path_of(env);
	bool denied = false;
	struct stat st;

	if (strchr(file, '/') != NULL)
		return strlcpy(buf, file, len) < len ? access(file, X_OK) : -1;
	while (next_place(&path, file, buf, len)) {
		if (stat(buf, &st) == -1 || !S_ISREG(st.st_mode))
			continue;
		if (access(buf, X_OK) == 0)
			return 0;
		denied = true;
	}
	errno = denied ? EACCES : ENOENT;
	return -1;
}

static _Noreturn void
run_child(const struct child_spec *spec, const char *const *env, const char *path, pid_t parent,
    int report)
{
	struct report r = { 0, FAIL_DESCRIPTORS };

	signals_default(spec->held);
	if (spec->enter != NULL && spec->enter(spec->enter_arg) == -1)
		r.step = FAIL_ENTER;
	if (r.step == FAIL_ENTER || set_descriptors(spec, report) == -1) {
		r.error = errno;
		(void)!write(report, &r, sizeof(r));
		_exit(127);
	}
	r.step = FAIL_SESSION;
	if ((spec->session && setsid() == -1) || (spec->group && setpgid(0, 0) == -1))
		goto fail;
	r.step = FAIL_PARENT;
	if (spec->die_with_parent) {
		if (prctl(PR_SET_PDEATHSIG, SIGKILL) == -1)
			goto fail;
		if (getppid() != parent)	/* the parent died before the line above */
			_exit(127);
	}
	r.step = FAIL_CHDIR;
	if (spec->dir != NULL && chdir(spec->dir) == -1)
		goto fail;
	r.step = FAIL_EXEC;
	execute(spec->argv, env, path);
fail:
	r.error = errno;
	(void)!write(REPORT_FD, &r, sizeof(r));
	_exit(127);
}

/* fork(2) with every signal blocked, in the child too. */
static pid_t
fork_quietly(sigset_t *before)
{
	sigset_t all;
	pid_t pid;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, before);
	pid = fork();
	if (pid != 0) {
		int saved = errno;

		sigprocmask(SIG_SETMASK, before, NULL);
		errno = saved;
	}
	return pid;
}

/*
 * vfork(2): until exec the child only makes system calls, so it can borrow our
 * memory, which costs the same whatever our size.  It is a function of its own
 * since parent and child share the stack frame too.
 */
static pid_t __attribute__((noinline))
borrow_and_run(const struct child_spec *spec, const char *const *env, const char *path, int report)
{
	pid_t parent = getpid(), pid = vfork();

	if (pid == 0)
		run_child(spec, env, path, parent, report);
	return pid;
}

/*
 * The child starts in the group: moving it there would halt every fork of the
 * machine for milliseconds, and leave a moment in which it is outside.  Memory is
 * copied, as vfork is impossible this way.
 */
static pid_t
copy_and_run(const struct child_spec *spec, const char *const *env, const char *path, int report)
{
	struct clone_args args = { .flags = CLONE_INTO_CGROUP, .exit_signal = SIGCHLD,
		.cgroup = (uint64_t)spec->cgroup };
	pid_t parent = getpid(), pid = (pid_t)syscall(SYS_clone3, &args, sizeof(args));

	if (pid == 0)
		run_child(spec, env, path, parent, report);
	return pid;
}

pid_t
child_start(const struct child_spec *spec, const char **step)
{
	const char *const *env = spec->env;
	struct report r = { 0, FAIL_EXEC };
	const char *path, *unused;
	sigset_t all, before;
	int fds[2], saved;
	ssize_t n;
	pid_t pid = -1;

	if (step == NULL)
		step = &unused;
	*step = "pipe";
	path = path_of(env);
	if (env == NULL)
		env = (const char *const *)(uintptr_t)environ;
	if (file_pipe(fds) == -1)
		return -1;
	*step = "fork";
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	if (spec->grouped)
		pid = copy_and_run(spec, env, path, fds[1]);
	if (pid == -1)
		pid = borrow_and_run(spec, env, path, fds[1]);
	saved = errno;
	sigprocmask(SIG_SETMASK, &before, NULL);
	close(fds[1]);
	errno = saved;
	if (pid != -1) {
		while ((n = read(fds[0], &r, sizeof(r))) == -1 && errno == EINTR)
			continue;
		if (n == (ssize_t)sizeof(r)) {
			while (waitpid(pid, NULL, 0) == -1 && errno == EINTR)
				continue;
			*step = failures[r.step];
			errno = r.error;
			pid = -1;
		}
	}
	file_close(fds[0]);
	return pid;
}

void
child_become(const char *const *argv)
{
	execute(argv, (const char *const *)(uintptr_t)environ, path_of(NULL));
}

pid_t
child_call(int (*fn)(void *), void *arg)
{
	sigset_t before;
	pid_t pid;

	fflush(NULL);
	pid = fork_quietly(&before);
	if (pid == 0) {
		signals_default(false);
		watch_close();
		_exit(fn(arg));
	}
	return pid;
}

int
child_status_text(int status, char *buf, size_t len)
{
	if (WIFEXITED(status)) {
		if (WEXITSTATUS(status) == 0)
			return 0;
		snprintf(buf, len, "exit status %d", WEXITSTATUS(status));
	} else if (WIFSIGNALED(status)) {
		snprintf(buf, len, "killed by signal %d (%s)", WTERMSIG(status),
		    strsignal(WTERMSIG(status)));
	} else {
		snprintf(buf, len, "wait status 0x%x", (unsigned int)status);
	}
	return 1;
}
