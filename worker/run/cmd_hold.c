/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/wait.h>

#include <err.h>
#include <stdint.h>
#include <string.h>

#include "proto/sys/child.h"
#include "worker/core/cmd.h"

struct arguments { char *const *command; };
static const struct option_row rows[] = {
	OPERANDS(struct arguments, command, "COMMAND [ARGUMENT...]"),
};

static int
run(void *arguments)
{
	const struct arguments *a = arguments;
	const char *step = "wait";
	int status;

	status = child_hold((const char *const *)(uintptr_t)a->command, &step);
	if (status == -1) {
		warn("can't start %s (%s)", a->command[0], step);
		return EX_UNAVAILABLE;
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

const struct cmd cmd_hold = COMMAND("hold",
    "run a command as the first process of its namespace (for worker itself)", run,
    OPTION_ROWS(rows, struct arguments), .stops = true);
