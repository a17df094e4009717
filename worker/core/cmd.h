/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WORKER_CMD_H
#define WORKER_CMD_H

/* Defines a subcommand. */

#include <sysexits.h>

#include "proto/base/option.h"

#define EX_NEGATIVE	1

struct cmd {
	struct syntax	syntax;		/* must be first: it identifies the command */
	int		(*run)(void *arguments);	/* arguments are read into the struct of the syntax */
};
extern const struct cmd cmd_run, cmd_gates, cmd_ask, cmd_progress, cmd_summary, cmd_verdict,
    cmd_blocked, cmd_mcp, cmd_hold, cmd_layer, cmd_within;
/* The program when called as WITHIN_SHELL (cmd_within.c). */
#define WITHIN_SHELL	"within-shell"
int within_shell(int argc, char **argv);

#endif
