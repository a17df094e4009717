/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/wait.h>

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "child.h"

/* It was asked to stop before there was anybody else to ask. */
static bool
asked_before(void)
{
	sigset_t set;

	return sigpending(&set) == 0 && (sigismember(&set, SIGTERM) || sigismember(&set, SIGINT) ||
	    sigismember(&set, SIGHUP));
}

int
child_hold(const char *const *argv, const char **step)
{
	static const int heard[] = { SIGTERM, SIGINT, SIGHUP, SIGCHLD };
	bool stopping = false, over = false;
	int status = 0, got, signo;
	sigset_t set;
	pid_t pid, p;

	sigemptyset(&set);
	for (size_t i = 0; i < sizeof(heard) / sizeof(heard[0]); i++)
		sigaddset(&set, heard[i]);
	sigprocmask(SIG_BLOCK, &set, NULL);
	pid = child_start(&(struct child_spec){ .argv = argv, .in = STDIN_FILENO,
	    .out = STDOUT_FILENO, .err = STDERR_FILENO, .session = true }, step);
	if (pid == -1)
		return -1;
	if (asked_before())
		kill(-pid, SIGTERM);
	/* its group is asked for only where it may be that others of it have more to do */
	while (!over || (stopping && kill(-pid, 0) == 0)) {
		if ((signo = sigwaitinfo(&set, NULL)) == -1 && errno != EINTR)
			return -1;
		stopping = stopping || (signo != -1 && signo != SIGCHLD);
		while ((p = waitpid(-1, &got, WNOHANG)) > 0)
			if (p == pid) {
				status = got;
				over = true;
			}
	}
	return status;
}
