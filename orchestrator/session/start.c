/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "orchestrator/session/spawn.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/fault.h"
#include "proto/base/text.h"
#include "proto/record/config.h"
#include "proto/session/layout.h"
#include "proto/sys/child.h"
#include "proto/sys/file.h"
#include "proto/sys/lock.h"

extern char **environ;

/* The environment without variables that redirect git; the strings are borrowed. */
static const char **
clean_environment(void)
{
	const char **env;
	size_t n = 0, out = 0;

	while (environ != NULL && environ[n] != NULL)
		n++;
	if ((env = calloc(n + 1, sizeof(*env))) == NULL)
		return NULL;
	for (size_t i = 0; i < n; i++)
		if (strncmp(environ[i], "GIT_", 4) != 0)
			env[out++] = environ[i];
	return env;
}

/* The directory where the worker runs; NULL when config.json can't be read. */
static char *
worktree_of(int sessionfd, char *err, size_t errlen)
{
	char *worktree = NULL;
	struct config c;

	if (config_load(sessionfd, &c, err, errlen) == 0) {
		if (c.worktree != NULL)
			worktree = text_format("%s", c.worktree);
		else
			snprintf(err, errlen, "%s: \"session.worktree\" is missing",
			    SESSION_FILE_CONFIG);
		config_release(&c);
	}
	return worktree;
}

/* Reads everything until the other end is closed, and keeps the first line.  0, or -1. */
static int
read_error(int fd, char *err, size_t errlen)
{
	char chunk[512];
	size_t len = 0, take;
	ssize_t n;

	for (;;) {
		if ((n = read(fd, chunk, sizeof(chunk))) == -1 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		take = (size_t)n < errlen - 1 - len ? (size_t)n : errlen - 1 - len;
		memcpy(err + len, chunk, take);
		len += take;
	}
	err[len] = '\0';
	err[strcspn(err, "\n")] = '\0';
	return n == 0 ? 0 : -1;
}

static int
wait_for(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) == -1)
		if (errno != EINTR)
			return 0;
	return status;
}

/* Its standard error is closed: it has the lock, or it has ended. */
static int
outcome(int sessionfd, pid_t pid, char *err, size_t errlen)
{
	siginfo_t info = { 0 };
	char text[128];
	int held, status;

	/* whatever it printed: a failed worker has released the lock; when this can't be determined, a running
	 * worker has it */
	if ((held = lock_held(sessionfd, SESSION_FILE_LOCK, NULL)) == 1 ||
	    (held == -1 && waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
	    info.si_pid == 0)) {
		err[0] = '\0';
		return 0;
	}
	status = wait_for(pid);
	if (WIFEXITED(status) && WEXITSTATUS(status) == EX_OSERR)
		fault_set(EAGAIN);
	/* 0 and 1: it has already ended.  75: another worker has the session. */
	if (WIFEXITED(status) && (WEXITSTATUS(status) <= 1 || WEXITSTATUS(status) == EX_TEMPFAIL))
		return 0;
	if (err[0] == '\0' && child_status_text(status, text, sizeof(text)) != 0)
		snprintf(err, errlen, "worker: %s", text);
	return -1;
}

pid_t
worker_spawn(struct orch *o, const char *path, char *err, size_t errlen)
{
	char *binary = NULL, *worktree = NULL;
	const char **env = NULL, *step = "";
	int p[2] = { -1, -1 }, fd;
	pid_t pid = -1;

	fault_set(0);
	if ((fd = file_open_dir(AT_FDCWD, path)) == -1) {
		fault_set(errno);
		snprintf(err, errlen, "%s: %s", path, strerror(errno));
		return -1;
	}
	if ((worktree = worktree_of(fd, err, errlen)) == NULL)
		goto done;
	binary = text_format("%s/" SESSION_DIR_BIN "/worker", path);
	const char *const argv[] = {
		access(binary, X_OK) == 0 ? binary : o->worker, "run", "-d", path, NULL
	};
	if ((env = clean_environment()) == NULL || file_pipe(p) == -1) {
		fault_set(errno);
		snprintf(err, errlen, "worker: %s", strerror(errno));
		goto done;
	}
	if (access(worktree, X_OK) == -1) {
		fault_set(errno);
		snprintf(err, errlen, "worker: worktree %s: %s", worktree, strerror(errno));
		goto done;
	}
	/* It runs beside its worktree, not in it: a process in the worktree counts as using it. */
	const struct child_spec spec = {
		.argv = argv, .env = env, .dir = path, .in = -1, .out = -1, .err = p[1],
		.session = true,
	};
	if ((pid = child_start(&spec, &step)) == -1) {
		fault_set(errno);
		snprintf(err, errlen, "worker: %s %s: %s", step,
		    strcmp(step, "chdir") == 0 ? path : argv[0], strerror(errno));
		goto done;
	}
	close(p[1]);
	p[1] = -1;
	if (read_error(p[0], err, errlen) == -1) {	/* it may be alive, and not ready for a long time */
		snprintf(err, errlen, "worker: %s", strerror(errno));
		kill(pid, SIGKILL);
	}
	if (outcome(fd, pid, err, errlen) == -1)
		pid = -1;
done:
	for (int i = 0; i < 2; i++)
		file_close(p[i]);
	close(fd);
	free(env);
	free(binary);
	free(worktree);
	return pid;
}
