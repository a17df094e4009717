/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "orchestrator/cli/commands.h"
#include "proto/sys/manual.h"

static const struct option_row rows[] = {
	OPT_STRING(struct globals, dir, 'C', NULL, "DIR", "work on the repository of DIR"),
	OPT_FLAG(struct globals, json, 0, "json", "print for programs"),
	OPT_HELP('h', "help", "show this"),
#define COMMON	3	/* those above */
	OPT_FLAG(struct globals, version, 0, "version", "print the version"),
	OPERANDS_OPTIONAL(struct globals, command, "COMMAND [ARGUMENT...]"),
};
const struct syntax program = {
	.name = "",
	.summary = "carry work items through agents, review and merge",
	.stops = true,
	OPTION_ROWS(rows, struct globals),
};
const struct syntax common = { .name = "", .summary = "", .row = rows, .n = COMMON, .size = sizeof(struct globals) };

const char *
command_word(const struct cmd *c)
{
	const char *blank = strrchr(c->syntax.name, ' ');

	return blank == NULL ? c->syntax.name : blank + 1;
}

const struct cmd *
command_find(const struct cmd *const *list, const char *name)
{
	for (; *list != NULL; list++)
		if (strcmp(command_word(*list), name) == 0)
			return *list;
	return NULL;
}

/* Here, since it knows all commands, and is one of them. */
struct arguments { const char *topic; };
static const struct option_row help_rows[] = { OPERAND_OPTIONAL(struct arguments, topic, "TOPIC") };

static int
run_help(struct orch *o, void *arguments)
{
	const struct arguments *a = arguments;

	(void)o;
	if (a->topic != NULL)
		return manual_open("orchestrator", a->topic, command_find(commands, a->topic) != NULL);
	command_help();
	return 0;
}

static const struct cmd cmd_help = {
	.syntax = {
		.name = "help",
		.summary = "open the manual page of a command or a topic, or list the commands",
		OPTION_ROWS(help_rows, struct arguments),
	},
	.run = run_help,
};

const struct cmd *const commands[] = {
	&cmd_dispatch, &cmd_dispatch_ready, &cmd_execute, &cmd_plan, &cmd_report, &cmd_status,
	&cmd_questions, &cmd_answer, &cmd_review, &cmd_merge, &cmd_adopt, &cmd_logs, &cmd_path, &cmd_cancel,
	&cmd_retry, &cmd_recover, &cmd_salvage, &cmd_cleanup, &cmd_init, &cmd_doctor, &cmd_config,
	&cmd_tasks, &cmd_generate, &cmd_conflict_check, &cmd_help, NULL,
};

void
command_help(void)
{
	option_help(&program, NULL);
	puts("\nCommands:");
	for (size_t i = 0; commands[i] != NULL; i++)
		printf("  %-14s %s\n", commands[i]->syntax.name, commands[i]->syntax.summary);
	puts("\n\"orchestrator COMMAND --help\" lists the options of a command, \"orchestrator help COMMAND\" opens "
	    "its manual.");
}
