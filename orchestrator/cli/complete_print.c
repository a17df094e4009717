/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "orchestrator/cli/complete.h"
#include "proto/session/status.h"
#include "proto/sys/manual.h"

static void
print_options(const struct place *p)
{
	const struct syntax *const in[] = { p->command, p->common };

	for (int k = 0; k < 2; k++)
		for (size_t i = 0; in[k] != NULL && i < in[k]->n; i++) {
			const struct option_row *r = &in[k]->row[i];
			char name[64];

			if (r->type >= OPERAND_ONE || (p->command != NULL && r->type == OPTION_VERSION))
				continue;
			if (r->letter != '\0') {
				snprintf(name, sizeof(name), "-%c", r->letter);
				complete_word(p, name, r->help);
			}
			snprintf(name, sizeof(name), "--%s", r->name == NULL ? "" : r->name);
			if (r->name != NULL || r->type == OPTION_COMMAND)
				complete_word(p, name, r->help);
		}
}

static void
print_commands(const struct place *p)
{
	for (const struct syntax *const *s = p->commands; s != NULL && *s != NULL; s++) {
		const char *blank = strrchr((*s)->name, ' ');

		complete_word(p, blank == NULL ? (*s)->name : blank + 1, (*s)->summary);
	}
}

static void
print_statuses(struct orch *o, const struct place *p)
{
	(void)o;
	for (int s = 0; s < STATUS_COUNT; s++)
		if (s != STATUS_UNKNOWN)
			complete_word(p, status_name((enum status)s), "");
}

static void
print_topics(struct orch *o, const struct place *p)
{
	(void)o;
	print_commands(p);
	for (const char *const *t = manual_topics; *t != NULL; t++)
		complete_word(p, *t, "");
}

/* The completions of an argument, by its name in the tables: a function prints them, or the shell finds them. */
static const struct {
	const char *argument;
	void (*print)(struct orch *, const struct place *);
	const char *ask;
} kinds[] = {
	{ "SESSION", complete_sessions, NULL },
	{ "LIST", complete_lists, NULL },
	{ "PROJECT", complete_lists, NULL },
	{ "TASK", complete_tasks, NULL },
	{ "ITEM", complete_tasks, NULL },
	{ "ON", complete_tasks, NULL },
	{ "STREAM", complete_streams, NULL },
	{ "STATUS", print_statuses, NULL },
	{ "TOPIC", print_topics, NULL },
	{ "DIR", NULL, "directories" },
	{ "FILE", NULL, "files" },
	{ "PATH", NULL, "files" },
	{ "GLOB", NULL, "files" },
	{ "COMMAND", NULL, "files" },
	{ "TEXT|FILE", NULL, "files" },
};

void
complete_print(struct orch *o, const struct place *p)
{
	size_t len;

	if (p->options)
		print_options(p);
	else if (p->row == NULL)
		print_commands(p);
	else if (p->row->words != NULL)
		for (const char *const *w = p->row->words; *w != NULL; w++)
			complete_word(p, *w, "");
	else
		for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
			len = strlen(kinds[i].argument);
			if (strncmp(p->row->argument, kinds[i].argument, len) != 0 || strchr(" ", p->row->argument[len]) == NULL)
				continue;
			if (kinds[i].print != NULL)
				kinds[i].print(o, p);
			else
				printf("\t%s\n", kinds[i].ask);
		}
}
