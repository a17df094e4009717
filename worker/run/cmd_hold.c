/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/wait.h>

#include <err.h>
#include <stdint.h>
#include <string.h>

#include "proto/sys/child.h"
#include "worker/core/cmd.h"

static int
run(int argc, char **argv)
{
	const char *step = "wait";
	int status;

	if (argc < 2)
		return cmd_usage(&cmd_hold);
	status = child_hold((const char *const *)(uintptr_t)(argv + 1), &step);
	if (status == -1) {
		warn("can't start %s (%s)", argv[1], step);
		return EX_UNAVAILABLE;
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

const struct cmd cmd_hold = {
	.name = "hold",
	.usage = "COMMAND [ARGUMENT...]",
	.summary = "run a command as the first process of its namespace (for worker itself)",
	.run = run,
};
