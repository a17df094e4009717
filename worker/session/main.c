/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "proto/base/log.h"
#include "proto/base/text.h"
#include "worker/core/cmd.h"

static const struct cmd *const commands[] = { &cmd_run, &cmd_gates, &cmd_ask, &cmd_progress,
	&cmd_summary, &cmd_verdict, &cmd_blocked, &cmd_hold, &cmd_layer, &cmd_within };

#define NCOMMANDS	(sizeof(commands) / sizeof(commands[0]))

static void
help(void)
{
	size_t i;

	printf("usage: worker COMMAND [ARGUMENT...]\n       worker --help | --version\n\n");
	for (i = 0; i < NCOMMANDS; i++)
		printf("  worker %s %s\n      %s\n", commands[i]->name, commands[i]->usage,
		    commands[i]->summary);
	printf("\nSee orchestrator-worker(1) and orchestrator-session(5).\n");
}

static int
unknown(const char *name)
{
	const char *names[NCOMMANDS], *near;
	size_t i;

	for (i = 0; i < NCOMMANDS; i++)
		names[i] = commands[i]->name;
	near = text_nearest(name, names, NCOMMANDS);
	if (near != NULL)
		log_warnx("no command \"%s\"; did you mean \"%s\"? see worker --help", name, near);
	else
		log_warnx("no command \"%s\"; see worker --help", name);
	return EX_USAGE;
}

int
main(int argc, char **argv)
{
	const char *name = argc > 0 ? strrchr(argv[0], '/') : NULL;
	size_t i;

	log_init("worker");
	if (argc > 0 && strcmp(name != NULL ? name + 1 : argv[0], WITHIN_SHELL) == 0)
		return within_shell(argc, argv);
	opterr = 0;	/* cmd_usage says it */
	if (argc < 2) {
		fprintf(stderr, "usage: worker COMMAND [ARGUMENT...]; see worker --help\n");
		return EX_USAGE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
		help();
		return 0;
	}
	if (strcmp(argv[1], "--version") == 0) {
		printf("worker %s\n", VERSION);
		return 0;
	}
	for (i = 0; i < NCOMMANDS; i++)
		if (strcmp(commands[i]->name, argv[1]) == 0)
			return commands[i]->run(argc - 1, argv + 1);
	return unknown(argv[1]);
}
