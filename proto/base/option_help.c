/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <err.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "proto/base/log.h"
#include "proto/base/option.h"
#include "proto/base/text.h"

int
option_error(const struct syntax *s, const char *fmt, ...)
{
	const char *blank = s->name[0] == '\0' ? "" : " ";
	char *what;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&what, fmt, ap) == -1)
		err(EX_OSERR, NULL);
	va_end(ap);
	log_warnx("%s%s%s; see %s%s%s --help", s->name, blank[0] == '\0' ? "" : ": ", what, log_name(), blank, s->name);
	free(what);
	return EX_USAGE;
}

/* "-f", "--title T": an option as it is typed.  When there is room for only one spelling, the short one. */
static void
spell(struct text *t, const struct option_row *r, bool both)
{
	if (r->type == OPTION_COMMAND)
		text_puts(t, "--");
	else if (r->name == NULL || (both && r->letter != 0))
		text_printf(t, "-%c%s", r->letter, r->name == NULL ? "" : ", ");
	if (r->name != NULL)
		text_printf(t, "--%s", r->name);
	if (r->argument != NULL)
		text_printf(t, " %s", r->argument);
}

void
option_usage(const struct syntax *s, bool first)
{
	const struct option_row *r, *command = NULL;
	struct text t = { 0 };
	bool needed;

	for (size_t i = 0; i < s->n; i++) {
		r = &s->row[i];
		needed = r->type == OPERAND_ONE || r->type == OPERAND_MANY;
		if (r->type == OPTION_COMMAND) {
			command = r;
			continue;
		}
		text_puts(&t, needed ? " " : " [");
		if (r->type >= OPERAND_ONE)
			text_puts(&t, r->argument);
		else
			spell(&t, r, false);
		text_puts(&t, needed ? "" : r->type == OPTION_LIST ? "]..." : "]");
	}
	if (command != NULL)
		text_printf(&t, " [-- %s]", command->argument);
	printf("%s %s%s%s%s\n", first ? "usage:" : "      ", log_name(), s->name[0] == '\0' ? "" : " ", s->name,
	    t.buf == NULL ? "" : t.buf);
	text_free(&t);
}

static void
help_row(const struct option_row *r)
{
	struct text t = { 0 };

	spell(&t, r, true);
	printf("  %-24s %s", t.buf, r->help);
	for (size_t i = 0; r->words != NULL && r->words[i] != NULL; i++)
		printf("%s%s", i == 0 ? " (" : " | ", r->words[i]);
	if (r->type == OPTION_NUMBER)
		printf(" (%jd to %jd)", (intmax_t)r->min, (intmax_t)r->max);
	puts(r->words != NULL ? ")" : "");
	text_free(&t);
}

void
option_help(const struct syntax *s, const struct syntax *common)
{
	option_usage(s, true);
	printf("%s\n\n", s->summary);
	for (size_t i = 0; i < s->n; i++)
		if (s->row[i].type < OPERAND_ONE)
			help_row(&s->row[i]);
	for (size_t i = 0; common != NULL && i < common->n; i++)
		if (common->row[i].type < OPERAND_ONE)
			help_row(&common->row[i]);
}
