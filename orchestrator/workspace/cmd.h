/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_CMD_H
#define ORCHESTRATOR_CMD_H

/*
 * What a subcommand is.  Exit statuses are those of <sysexits.h>, with 1 for "it worked, and the
 * outcome is negative" (orchestrator.1, EXIT STATUS).
 */

#include <sysexits.h>

#define EX_NEGATIVE	1

struct orch;

struct cmd {
	const char	*name;
	const char	*usage;		/* arguments as in orchestrator.1 SYNOPSIS, "" for none */
	const char	*summary;	/* one line for --help and completions */
	/* argv[0] = name; optind and optreset are set for getopt(3) */
	int		(*run)(struct orch *, int argc, char **argv);
	/* NULL, or commands of its own ("tasks list"), ended by NULL; then there is no run */
	const struct cmd *const *sub;
};

extern const struct cmd cmd_dispatch, cmd_execute, cmd_status, cmd_questions, cmd_answer,
    cmd_review, cmd_merge, cmd_adopt, cmd_logs, cmd_path, cmd_cancel, cmd_retry, cmd_cleanup, cmd_init,
    cmd_doctor, cmd_tasks, cmd_dispatch_ready, cmd_plan, cmd_report, cmd_recover, cmd_salvage,
    cmd_generate, cmd_conflict_check, cmd_config;
/* Prints "usage: orchestrator NAME ARGS" on standard error; returns EX_USAGE. */
int cmd_usage(const struct cmd *);

#endif
