/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <err.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>

#include "orchestrator/cli/commands.h"
#include "orchestrator/source/tasks.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/log.h"

static int
run(const struct cmd *c, struct globals *g, char **argv)
{
	void *arguments = calloc(1, c->syntax.size + 1);
	struct orch o = { .dir = "." };
	int status;

	if (arguments == NULL)
		err(EX_OSERR, NULL);
	if ((status = option_parse(&c->syntax, arguments, &common, g, argv)) == -1) {
		option_help(&c->syntax, &common);
		status = 0;
	} else if (status == 0) {
		o.dir = g->dir == NULL ? "." : g->dir;
		o.json = g->json;
		status = c->run(&o, arguments);
		list_cache_drop(&o);
		orch_close(&o);
	}
	option_release(&c->syntax, arguments);
	free(arguments);
	return status;
}

static void
help_group(const struct cmd *c)
{
	for (size_t i = 0; c->sub[i] != NULL; i++)
		option_usage(&c->sub[i]->syntax, i == 0);
	puts(c->syntax.summary);
}

static int
unknown(const struct syntax *s, const struct cmd *const *list, const char *name)
{
	struct strings names = { 0 };

	while (*list != NULL)
		strings_add(&names, command_word(*list++));
	option_unknown(s, "command", name, &names);
	strings_free(&names);
	return EX_USAGE;
}

/* The command that argv begins with, of those in the list, is run. */
static int
run_one_of(const struct cmd *const *list, const struct syntax *s, struct globals *g, char **argv)
{
	const struct cmd *c;
	struct syntax group = program;
	int status;

	if (argv[0] == NULL)
		return option_error(s, "COMMAND is missing");
	if ((c = command_find(list, argv[0])) == NULL)
		return unknown(s, list, argv[0]);
	if (c->sub == NULL)
		return run(c, g, argv + 1);
	group.name = c->syntax.name;
	if ((status = option_parse(&group, g, NULL, NULL, argv + 1)) == 0)
		return run_one_of(c->sub, &group, g, argv + 1);
	if (status == -1)
		help_group(c);
	return status == -1 ? 0 : status;
}

/* Output that did not arrive (a full disk) is no success; a closed pipe is the reader's wish. */
static int
finish(int status)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	log_warn("standard output");
	return status == 0 ? EX_IOERR : status;
}

int
main(int argc, char **argv)
{
	struct globals g = { 0 };
	int status;

	argv += argc > 0;
	log_init("orchestrator");
	/* The tree of a long list is freed at once; joining its pieces again and again takes longer. */
	(void)mallopt(M_MXFAST, 0);
	status = option_parse(&program, &g, NULL, NULL, argv);
	if (status == -1) {
		command_help();
		status = 0;
	} else if (status == 0 && g.version)
		printf("orchestrator %s\n", VERSION);
	else if (status == 0)
		status = run_one_of(commands, &program, &g, argv);
	return finish(status);
}
