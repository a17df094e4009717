/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WORKER_CMD_H
#define WORKER_CMD_H

/* The table of subcommands; usage strings are those of orchestrator-worker(1). */

#include <sysexits.h>

#define EX_NEGATIVE	1

struct cmd {
	const char	*name;
	const char	*usage;
	const char	*summary;
	int		(*run)(int argc, char **argv);
};
extern const struct cmd cmd_run, cmd_gates, cmd_ask, cmd_progress, cmd_summary, cmd_verdict,
    cmd_blocked, cmd_hold, cmd_layer, cmd_within;
int cmd_usage(const struct cmd *);
/* The program under the name WITHIN_SHELL (cmd_within.c). */
#define WITHIN_SHELL	"within-shell"
int within_shell(int argc, char **argv);

#endif
