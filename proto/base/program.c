/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "proto/base/log.h"
#include "proto/base/program.h"
#include "proto/base/text.h"

static const char *
last_word(const struct syntax *s)
{
	const char *blank = strrchr(s->name, ' ');

	return blank == NULL ? s->name : blank + 1;
}

const struct syntax *
program_find(const struct syntax *const *list, const char *name)
{
	for (; *list != NULL; list++)
		if (strcmp(last_word(*list), name) == 0)
			return *list;
	return NULL;
}

/* Names what does the same as a command of other programs. */
static bool
is_habit(const struct program *p, const char *word)
{
	for (const struct program_habit *h = p->habits; h != NULL && h->word != NULL; h++)
		if (strcmp(h->word, word) == 0) {
			log_warnx("no command %s: %s", word, h->instead);
			return true;
		}
	return false;
}

static int
unknown(const struct syntax *s, const struct syntax *const *list, const char *word)
{
	struct strings names = { 0 };
	struct text all = { 0 };
	const char *near;

	for (; *list != NULL; list++) {
		text_printf(&all, "%s%s", names.n > 0 ? ", " : "", last_word(*list));
		strings_add(&names, last_word(*list));
	}
	near = text_nearest(word, (const char *const *)names.v, names.n);
	log_warnx("%s%sunknown command \"%s\"%s%s%s; there are: %s", s->name, s->name[0] == '\0' ? "" : ": ", word,
	    near != NULL ? " (did you mean \"" : "", near != NULL ? near : "", near != NULL ? "\"?)" : "", all.buf);
	text_free(&all);
	strings_free(&names);
	return EX_USAGE;
}

void
program_help(const struct program *p)
{
	option_help(&p->own, NULL);
	puts("\nCommands:");
	for (const struct syntax *const *s = p->commands; *s != NULL; s++)
		printf("  %-14s %s\n", (*s)->name, (*s)->summary);
	printf("\n\"%s COMMAND --help\" lists the options of a command, \"%s help COMMAND\" opens its manual.\n",
	    log_name(), log_name());
}

/* Help for a command that has subcommands. */
static void
help_group(const struct syntax *s)
{
	for (size_t i = 0; s->sub[i] != NULL; i++)
		option_usage(s->sub[i], i == 0);
	puts(s->summary);
}

static int
read_arguments(const struct program *p, void *globals, char **argv, struct call *call)
{
	struct syntax common = p->own;
	int status;

	common.n = p->common;
	if ((call->arguments = calloc(1, call->command->size + 1)) == NULL)
		err(EX_OSERR, NULL);
	if ((status = option_parse(call->command, call->arguments, &common, globals, argv)) == 0)
		return 0;
	if (status == OPTION_ASKED_HELP)
		option_help(call->command, &common);
	program_release(call);
	return status;
}

/* Reads the command that argv begins with, which may have several words. */
static int
read_command(const struct program *p, void *globals, char **argv, struct call *call)
{
	const struct syntax *const *list = p->commands, *s = NULL, *hidden;
	struct syntax group = p->own;
	int status;

	for (;;) {
		status = option_parse(&group, globals, NULL, NULL, argv);
		if (status == OPTION_ASKED_HELP && s != NULL)
			help_group(s);
		else if (status == OPTION_ASKED_HELP)
			program_help(p);
		if (status != 0)
			return status;
		if (argv[0] == NULL) {
			s != NULL ? help_group(s) : program_help(p);
			return EX_USAGE;
		}
		if (s == NULL && strcmp(argv[0], "version") == 0)
			return OPTION_ASKED_VERSION;
		if (s == NULL && is_habit(p, argv[0]))
			return EX_USAGE;
		hidden = s == NULL && p->hidden != NULL ? program_find(p->hidden, argv[0]) : NULL;
		if ((s = hidden != NULL ? hidden : program_find(list, argv[0])) == NULL)
			return unknown(&group, list, argv[0]);
		argv++;
		if (s->sub == NULL)
			break;
		group.name = s->name;
		list = s->sub;
	}
	call->command = s;
	return read_arguments(p, globals, argv, call);
}

bool
program_read(const struct program *p, void *globals, char **argv, struct call *call, int *status)
{
	if ((*status = read_command(p, globals, argv, call)) == 0)
		return true;
	if (*status == OPTION_ASKED_VERSION)
		printf("%s %s\n", log_name(), VERSION);
	if (*status == OPTION_ASKED_VERSION || *status == OPTION_ASKED_HELP)
		*status = 0;
	return false;
}

void
program_release(struct call *call)
{
	option_release(call->command, call->arguments);
	free(call->arguments);
}
