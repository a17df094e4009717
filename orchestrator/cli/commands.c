/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stddef.h>
#include <stdlib.h>

#include "orchestrator/cli/commands.h"
#include "orchestrator/cli/complete.h"
#include "orchestrator/workspace/cmd.h"
#include "orchestrator/workspace/orch.h"
#include "proto/sys/manual.h"

/* Defined here, since it needs all commands and is one of them. */
struct arguments { const char *topic; };
static const struct option_row help_rows[] = { OPERAND_OPTIONAL(struct arguments, topic, "TOPIC") };

static int
run_help(struct orch *o, void *arguments)
{
	const struct arguments *a = arguments;

	(void)o;
	if (a->topic != NULL)
		return manual_open("orchestrator", a->topic, program_find(orchestrator.commands, a->topic) != NULL);
	program_help(&orchestrator);
	return 0;
}

static const struct cmd cmd_help = COMMAND("help",
    "open the manual page of a command or a topic, or list the commands", run_help,
    OPTION_ROWS(help_rows, struct arguments));

/* Defined here for the same reason. */
struct complete_arguments { char *const *words; };
static const struct option_row complete_rows[] = { OPERANDS_OPTIONAL(struct complete_arguments, words, "WORD ...") };

static int
run_complete(struct orch *o, void *arguments)
{
	const struct complete_arguments *a = arguments;
	struct strings words = { 0 };
	const char **vector;
	struct place place;

	for (char *const *w = a->words; w != NULL && *w != NULL; w++)
		strings_add(&words, *w);
	if (words.n == 0)
		strings_add(&words, "");
	vector = strings_vector(&words);
	complete_place(&orchestrator, vector, &place);
	if (place.dir != NULL)
		o->dir = place.dir;
	complete_print(o, &place);
	free(vector);
	strings_free(&words);
	return 0;
}

static const struct cmd cmd_complete = COMMAND("complete",
    "print completions of the last word, for shells", run_complete,
    OPTION_ROWS(complete_rows, struct complete_arguments));
static const struct syntax *const hidden[] = { &cmd_complete.syntax, NULL };

static const struct syntax *const commands[] = {
	&cmd_dispatch.syntax, &cmd_dispatch_ready.syntax, &cmd_execute.syntax, &cmd_plan.syntax,
	&cmd_report.syntax, &cmd_status.syntax, &cmd_watch.syntax, &cmd_serve.syntax, &cmd_show.syntax, &cmd_diff.syntax, &cmd_wait.syntax,
	&cmd_questions.syntax, &cmd_answer.syntax, &cmd_tell.syntax, &cmd_interrupt.syntax, &cmd_attach.syntax, &cmd_review.syntax,
	&cmd_merge.syntax, &cmd_rework.syntax, &cmd_reject.syntax, &cmd_resolve.syntax, &cmd_adopt.syntax,
	&cmd_logs.syntax, &cmd_path.syntax, &cmd_pause.syntax, &cmd_resume.syntax, &cmd_stop.syntax,
	&cmd_cancel.syntax, &cmd_discard.syntax,
	&cmd_retry.syntax, &cmd_recover.syntax, &cmd_salvage.syntax, &cmd_cleanup.syntax, &cmd_init.syntax,
	&cmd_doctor.syntax, &cmd_config.syntax, &cmd_tasks.syntax, &cmd_generate.syntax,
	&cmd_conflict_check.syntax, &cmd_skill.syntax, &cmd_mcp.syntax, &cmd_help.syntax, NULL,
};

static const char *const colors[] = { "auto", "always", "never", NULL };
static const struct option_row rows[] = {
	OPT_LIST(struct globals, dirs, 'C', NULL, "DIR", "work on the repository of DIR"),
	OPT_FLAG(struct globals, json, 0, "json", "print for programs"),
	OPT_CHOICE(struct globals, color, 0, "color", "WHEN", colors, "show colours always, never, or (auto) on a terminal"),
	OPT_HELP('h', "help", "show this"),
#define COMMON	4	/* those above */
	OPT_VERSION(0, "version", "print the version"),
	OPERANDS_OPTIONAL(struct globals, command, "COMMAND [ARGUMENT...]"),
};
static const struct program_habit habits[] = {
	{ "ps", "orchestrator status lists sessions" },
	{ "ls", "orchestrator status lists sessions, orchestrator tasks list the lists of tasks" },
	{ "rm", "orchestrator discard removes an ended session, orchestrator cancel ends one" },
	{ "kill", "orchestrator cancel ends a session" },
	{ "run", "orchestrator dispatch starts a session, orchestrator execute works through a list" },
	{ "start", "orchestrator dispatch starts a session" },
	{ NULL, NULL },
};
const struct program orchestrator = {
	.own = {
		.name = "",
		.summary = "carry work items through agents, review and merge",
		.stops = true,
		OPTION_ROWS(rows, struct globals),
	},
	.common = COMMON,
	.commands = commands,
	.hidden = hidden,
	.habits = habits,
};
