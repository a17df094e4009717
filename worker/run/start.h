/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WORKER_START_H
#define WORKER_START_H

/* Starts the process of a run: environment, git directory and confinement. */

#include <stddef.h>
#include <sys/types.h>

struct run_spec;
struct worker;

struct run_pipes {
	int	in, out;	/* standard input (-1 = /dev/null); output and errors */
	int	cgroup;		/* descriptor of its control group, -1 = none */
};

/* -1 with the reason in err. */
pid_t run_start(struct worker *, const struct run_spec *, const struct run_pipes *, char *err, size_t len);

#endif
