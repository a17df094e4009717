/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "orchestrator/view/pager.h"
#include "proto/base/log.h"
#include "proto/git/git.h"
#include "proto/sys/child.h"
#include "proto/sys/file.h"

void
pager_begin(struct pager *p)
{
	char *command;
	const char *step = "start", *const argv[] = { "sh", "-c", command = git_user_pager(), NULL };
	struct child_spec spec = { .argv = argv, .out = STDOUT_FILENO, .err = STDERR_FILENO };
	int fd[2];

	p->pid = -1;
	if (command == NULL || !isatty(STDOUT_FILENO) || file_pipe(fd) == -1) {
		free(command);
		return;
	}
	(void)setenv("LESS", "FRX", 0);
	(void)setenv("LV", "-c", 0);
	spec.in = fd[0];
	if ((p->pid = child_start(&spec, &step)) == -1)
		log_warn("%s: %s", command, step);
	else if (dup2(fd[1], STDOUT_FILENO) == -1)
		log_warn("dup2");
	else
		(void)signal(SIGINT, SIG_IGN);	/* it is the pager's */
	close(fd[0]);
	close(fd[1]);
	free(command);
}

void
pager_end(struct pager *p)
{
	if (p->pid == -1)
		return;
	fflush(stdout);
	close(STDOUT_FILENO);
	clearerr(stdout);	/* the reader may have seen enough */
	if (file_open_path(AT_FDCWD, "/dev/null", O_WRONLY) == -1)	/* keeps the number taken */
		log_warn("/dev/null");
	while (waitpid(p->pid, NULL, 0) == -1 && errno == EINTR)
		;
}
