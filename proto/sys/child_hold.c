/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/wait.h>

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "proto/sys/child.h"

#define ASK_TRIES	1000
#define ASK_PAUSE	2	/* ms */

/* Asks the whole namespace together, so that a process being forked is asked, too. */
static void
ask_all(pid_t pid)
{
	(void)kill(getpid() == 1 ? -1 : -pid, SIGTERM);
}

int
child_hold(const char *const *argv, const char **step)
{
	static const int heard[] = { SIGTERM, SIGINT, SIGHUP, SIGCHLD };
	bool stopping = false, over = false;
	siginfo_t info;
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
	/* check its group only if other members may still have work to do */
	while (!over || (stopping && kill(-pid, 0) == 0)) {
		if ((signo = sigwaitinfo(&set, &info)) == -1 && errno != EINTR)
			return -1;
		/* from outside the namespace: requests from inside are ignored */
		if (!stopping && signo != -1 && signo != SIGCHLD &&
		    (getpid() != 1 || info.si_pid == 0)) {
			stopping = true;
			ask_all(pid);
		}
		while ((p = waitpid(-1, &got, WNOHANG)) > 0)
			if (p == pid) {
				status = got;
				over = true;
			}
	}
	return status;
}

void
child_hold_ask(pid_t outer)
{
	siginfo_t info = { 0 };
	int tries = 0;

	while (proc_signal_below(SIGTERM, outer) == 0 && ++tries < ASK_TRIES &&
	    waitid(P_PID, (id_t)outer, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == 0)
		(void)poll(NULL, 0, ASK_PAUSE);
}
