/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stddef.h>

#include "proto/sys/manual.h"
#include "worker/core/cmd.h"
#include "worker/session/commands.h"

/* Defined here, since it needs all commands and is one of them. */
struct arguments { const char *topic; };
static const struct option_row help_rows[] = { OPERAND_OPTIONAL(struct arguments, topic, "TOPIC") };

static int
run_help(void *arguments)
{
	const struct arguments *a = arguments;

	if (a->topic != NULL)
		return manual_open("orchestrator-worker", a->topic, program_find(worker_program.commands, a->topic) != NULL);
	program_help(&worker_program);
	return 0;
}

static const struct cmd cmd_help = COMMAND("help",
    "open the manual page of a command or a topic, or list the commands", run_help,
    OPTION_ROWS(help_rows, struct arguments));

static const struct syntax *const commands[] = {
	&cmd_run.syntax, &cmd_gates.syntax, &cmd_ask.syntax, &cmd_progress.syntax, &cmd_summary.syntax,
	&cmd_verdict.syntax, &cmd_blocked.syntax, &cmd_mcp.syntax, &cmd_hold.syntax, &cmd_layer.syntax, &cmd_within.syntax,
	&cmd_help.syntax, NULL,
};

static const struct option_row rows[] = {
	OPT_HELP('h', "help", "show this"),
#define COMMON	1	/* that above */
	OPT_VERSION(0, "version", "print the version"),
	OPERANDS_OPTIONAL(struct globals, command, "COMMAND [ARGUMENT...]"),
};
const struct program worker_program = {
	.own = {
		.name = "",
		.summary = "run one session, and speak for the agent inside it",
		.stops = true,
		OPTION_ROWS(rows, struct globals),
	},
	.common = COMMON,
	.commands = commands,
};
