/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <getopt.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "orchestrator/source/tasks.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/log.h"
#include "proto/base/text.h"

static const struct cmd *const commands[] = {
	&cmd_dispatch, &cmd_dispatch_ready, &cmd_execute, &cmd_plan, &cmd_report, &cmd_status,
	&cmd_questions, &cmd_answer, &cmd_review, &cmd_merge, &cmd_adopt, &cmd_logs, &cmd_path, &cmd_cancel,
	&cmd_retry, &cmd_recover, &cmd_salvage, &cmd_cleanup, &cmd_init, &cmd_doctor, &cmd_config,
	&cmd_tasks, &cmd_generate, &cmd_conflict_check,
};
#define NCOMMANDS	(sizeof(commands) / sizeof(commands[0]))

static const struct option options[] = {
	{ "help", no_argument, NULL, 'h' },
	{ "json", no_argument, NULL, 'j' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 }
};

static const char usage_text[] = "usage: orchestrator [-C DIR] [--json] COMMAND [ARGUMENT...]\n";

static int
help(void)
{
	printf("%s       orchestrator --help | --version\n\nCommands:\n", usage_text);
	for (size_t i = 0; i < NCOMMANDS; i++)
		printf("  %-14s %s\n", commands[i]->name, commands[i]->summary);
	printf("\n\"orchestrator COMMAND --help\" shows the arguments of one; "
	    "orchestrator(1) is the manual.\n");
	return 0;
}

static const struct cmd *
find(const char *name)
{
	for (size_t i = 0; i < NCOMMANDS; i++)
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	return NULL;
}

static int
unknown(const char *name)
{
	const char *names[NCOMMANDS], *near;
	struct text list = { 0 };

	for (size_t i = 0; i < NCOMMANDS; i++) {
		names[i] = commands[i]->name;
		text_printf(&list, "%s%s", i > 0 ? ", " : "", names[i]);
	}
	near = text_nearest(name, names, NCOMMANDS);
	log_warnx("unknown command \"%s\"%s%s%s; there are: %s", name,
	    near != NULL ? " (did you mean \"" : "", near != NULL ? near : "",
	    near != NULL ? "\"?)" : "", list.buf);
	text_free(&list);
	return EX_USAGE;
}

/* The arguments of a command before "--" may ask for help in either way. */
static bool
wants_help(int argc, char **argv)
{
	return argc == 2 && strcmp(argv[1], "--help") == 0;
}

/* "create" is the word of "tasks create". */
static const char *
word(const struct cmd *c)
{
	const char *blank = strrchr(c->name, ' ');

	return blank == NULL ? c->name : blank + 1;
}

static const struct cmd *
find_sub(const struct cmd *c, const char *name)
{
	for (size_t i = 0; c->sub[i] != NULL; i++)
		if (strcmp(word(c->sub[i]), name) == 0)
			return c->sub[i];
	return NULL;
}

static int
unknown_sub(const struct cmd *c, const char *name)
{
	struct text list = { 0 };

	for (size_t i = 0; c->sub[i] != NULL; i++)
		text_printf(&list, "%s%s", i > 0 ? ", " : "", word(c->sub[i]));
	if (name == NULL)
		log_warnx("%s: say what: %s", c->name, list.buf);
	else
		log_warnx("%s: unknown command \"%s\"; there are: %s", c->name, name, list.buf);
	text_free(&list);
	return EX_USAGE;
}

static int
help_one(const struct cmd *c)
{
	if (c->sub == NULL)
		printf("usage: orchestrator %s%s%s\n", c->name, c->usage[0] != '\0' ? " " : "",
		    c->usage);
	else
		for (size_t i = 0; c->sub[i] != NULL; i++)
			printf("%s orchestrator %s%s%s\n", i == 0 ? "usage:" : "      ",
			    c->sub[i]->name, c->sub[i]->usage[0] != '\0' ? " " : "",
			    c->sub[i]->usage);
	puts(c->summary);
	return 0;
}

#define GLOBAL_USAGE	"[-C DIR] [-h] [--help] [--json] [--version]"
#define OPTIONS_MAX	16

/* The options of a usage text: "[--title T] [-f]".  The names are cut out of a copy of it. */
static size_t
options_of(char *usage, const char *names[OPTIONS_MAX], bool takes[OPTIONS_MAX])
{
	char *next = usage, *word;
	size_t n = 0;

	while (n < OPTIONS_MAX && (word = strsep(&next, "[")) != NULL) {
		if (word[0] != '-' || word[1] == ' ' || strncmp(word, "-- ", 3) == 0)
			continue;
		names[n] = word;
		takes[n] = word[strcspn(word, " ]")] == ' ';
		word[strcspn(word, " ]")] = '\0';
		n++;
	}
	return n;
}

static int
bad_option(const char *arg, const char *const names[], size_t n, const char *why)
{
	const char *near = text_nearest(arg, names, n);

	if (why != NULL)
		near = NULL;
	log_warnx("%s: %s%s%s%s", arg, why != NULL ? why : "no such option",
	    near != NULL ? " (did you mean \"" : "", near != NULL ? near : "",
	    near != NULL ? "\"?)" : "; --help lists what there is");
	return EX_USAGE;
}

/* Looks at the options before getopt does, which knows neither one line nor the nearest. */
static int
check_options(const char *usage, int argc, char **argv, bool permute)
{
	char *copy = text_format("%s", usage);
	const char *names[OPTIONS_MAX];
	bool takes[OPTIONS_MAX];
	size_t n = options_of(copy, names, takes), j, len;
	int i, status = 0;

	for (i = 1; i < argc && strcmp(argv[i], "--") != 0 && status == 0; i++) {
		if (argv[i][0] != '-' || argv[i][1] == '\0') {
			if (!permute)
				break;
			continue;
		}
		len = argv[i][1] == '-' ? strcspn(argv[i], "=") : 2;
		for (j = 0; j < n && strncmp(names[j], argv[i], len) != 0; j++)
			;
		if (j == n)
			status = bad_option(argv[i], names, n, NULL);
		else if (takes[j] && argv[i][len] == '\0' && ++i == argc)
			status = bad_option(argv[i - 1], names, n, "needs an argument");
	}
	free(copy);
	return status;
}

static int
run(struct orch *o, int argc, char **argv)
{
	const struct cmd *c;
	int status;

	if ((c = find(argv[0])) == NULL)
		return unknown(argv[0]);
	if (wants_help(argc, argv))
		return help_one(c);
	if (c->sub != NULL) {
		if (argc == 1 || find_sub(c, argv[1]) == NULL)
			return unknown_sub(c, argc == 1 ? NULL : argv[1]);
		c = find_sub(c, argv[1]);
		argc--;
		argv++;
		if (wants_help(argc, argv))
			return help_one(c);
	}
	if ((status = check_options(c->usage, argc, argv, strstr(c->usage, "[-") != NULL)) != 0)
		return status;
	optind = 0;	/* glibc: begin anew, with another vector */
	status = c->run(o, argc, argv);
	list_cache_drop(o);
	orch_close(o);
	return status;
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
	struct orch o = { .dir = "." };
	int c;

	log_init("orchestrator");
	/* The tree of a long list is freed at once; joining its pieces again and again takes longer. */
	(void)mallopt(M_MXFAST, 0);
	if (check_options(GLOBAL_USAGE, argc, argv, false) != 0)
		return EX_USAGE;
	while ((c = getopt_long(argc, argv, "+C:h", options, NULL)) != -1) {
		switch (c) {
		case 'C':
			o.dir = optarg;
			break;
		case 'j':
			o.json = true;
			break;
		case 'h':
			return finish(help());
		case 'V':
			printf("orchestrator %s\n", VERSION);
			return finish(0);
		default:
			fputs(usage_text, stderr);
			return EX_USAGE;
		}
	}
	if (optind == argc) {
		fprintf(stderr, "%s\"orchestrator --help\" lists the commands.\n", usage_text);
		return EX_USAGE;
	}
	return finish(run(&o, argc - optind, argv + optind));
}
