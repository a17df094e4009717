/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_JOB_H
#define ORCHESTRATOR_JOB_H

/* Commands of orchestrator that run as children; several may run at a time. */

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "proto/base/id.h"

struct job {
	pid_t		 pid;		/* 0 = free */
	int		 fd;		/* memory with its output */
	char		*title;		/* "merge n1" */
	char		 about[SESSION_ID_MAX];	/* the session */
	char		 commit[OID_MAX];	/* that the session had; "" = it does not matter */
	void		*arg;		/* of the caller */
	const char	*input;		/* on its standard input; NULL = nothing */
	size_t		 most;		/* bytes of its output that are kept; 0 = all */
	bool		 shown;		/* its output is to be shown, and not only its last line */
	char		*output;	/* once it has ended */
};
#define JOBS_MAX	8
struct jobs {
	const char	*program;
	struct job	 v[JOBS_MAX];
};

/* Starts a command; words end with NULL.  0, and the title is taken; or -1 with errno. */
int job_start(struct jobs *, const struct job *, const char *const *words);
/* Removes a command that has ended, and gives its wait status; false: none has ended.  The caller frees title and output. */
bool job_ended(struct jobs *, struct job *, int *status);
/* The same for a caller that has reaped the process itself; false: it is not one of these commands. */
bool job_reaped(struct jobs *, pid_t, struct job *);
/* The title of the running command; NULL = no command runs. */
const char *job_running(const struct jobs *);

#endif
