/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "proto/base/option.h"
#include "proto/base/text.h"

/* The state of parsing a command line. */
struct parser {
	const struct syntax *s[2];	/* the command's syntax, and the common one */
	char		*into[2];
	char		**next;		/* the argument after the current one */
	bool		 ambiguous;	/* the given prefix fits more than one name */
};

/* Finds the option with this letter, or with this name of len bytes, in the tables; *at is its member. */
static const struct option_row *
find(struct parser *p, char letter, const char *name, size_t len, char **at)
{
	const struct option_row *found = NULL, *r;
	size_t n = 0;

	for (int k = 0; k < 2; k++)
		for (size_t i = 0; p->s[k] != NULL && i < p->s[k]->n; i++) {
			r = &p->s[k]->row[i];
			if (name == NULL ? letter != r->letter : r->name == NULL ||
			    strncmp(r->name, name, len) != 0)
				continue;
			found = r;
			*at = p->into[k] + r->offset;
			if (name == NULL || r->name[len] == '\0')
				return r;
			n++;
		}
	p->ambiguous = n > 1;
	return n == 1 ? found : NULL;
}

static int
unknown_option(const struct parser *p, const char *arg, size_t len)
{
	char *word = text_format("%.*s", (int)len, arg), **name;
	struct strings names = { 0 };
	const char *near;

	for (int k = 0; k < 2; k++)
		for (size_t i = 0; p->s[k] != NULL && i < p->s[k]->n; i++)
			if (p->s[k]->row[i].name != NULL) {
				strings_add(&names, "--");
				name = &names.v[names.n - 1];
				free(*name);
				*name = text_format("--%s", p->s[k]->row[i].name);
			}
	near = p->ambiguous ? NULL : text_nearest(word, (const char *const *)names.v, names.n);
	if (near != NULL)
		option_error(p->s[0], "%s: no such option (did you mean \"%s\"?)", word, near);
	else
		option_error(p->s[0], p->ambiguous ? "%s: more than one option begins with this" : "%s: no such option", word);
	strings_free(&names);
	free(word);
	return EX_USAGE;
}

static int
not_chosen(const struct syntax *s, const struct option_row *r, const char *shown, const char *value)
{
	struct text t = { 0 };

	for (size_t i = 0; r->words[i] != NULL; i++)
		text_printf(&t, "%s%s", i == 0 ? "" : r->words[i + 1] == NULL ? " or " : ", ", r->words[i]);
	option_error(s, "%s %s: say %s", shown, value, t.buf);
	text_free(&t);
	return EX_USAGE;
}

static int
set(const struct syntax *s, const struct option_row *r, char *at, const char *shown, const char *value)
{
	struct option_number *number = (void *)at;
	const char *why;

	switch (r->type) {
	case OPTION_LIST:
		strings_add((struct strings *)(void *)at, value);
		return 0;
	case OPTION_NUMBER:
		number->given = true;
		number->value = strtonum(value, r->min, r->max, &why);
		if (why == NULL)
			return 0;
		return option_error(s, "%s %s: give a number from %jd to %jd", shown, value,
		    (intmax_t)r->min, (intmax_t)r->max);
	case OPTION_CHOICE:
		for (size_t i = 0; strcmp(r->words[i], value) != 0; i++)
			if (r->words[i + 1] == NULL)
				return not_chosen(s, r, shown, value);
		*(const char **)(void *)at = value;
		return 0;
	case OPTION_STRING:
	case OPTION_FILE:
		*(const char **)(void *)at = value;
		return 0;
	case OPTION_FLAG:
		*(bool *)at = true;
		return 0;
	case OPTION_SET:
		*(int *)(void *)at = (int)r->min;
		return 0;
	case OPTION_HELP:
		return OPTION_ASKED_HELP;
	case OPTION_VERSION:
		return OPTION_ASKED_VERSION;
	case OPTION_COMMAND:
	case OPERAND_ONE:
	case OPERAND_MAY:
	case OPERAND_MANY:
	case OPERAND_ANY:
		break;
	}
	return 0;
}

/* Reads the argument of an option, which is attached to it or comes next. */
static int
read_value(struct parser *p, const struct option_row *r, char *at, const char *shown, const char *attached)
{
	if (r->type == OPTION_FILE && attached == NULL && (*p->next == NULL || ((*p->next)[0] == '-' && (*p->next)[1] != '\0')))
		attached = "-";
	if (attached == NULL && *p->next == NULL)
		return option_error(p->s[0], "%s: needs an argument", shown);
	return set(p->s[0], r, at, shown, attached != NULL ? attached : *p->next++);
}

/* --name, --name=VALUE, --name VALUE */
static int
read_long(struct parser *p, const char *arg)
{
	size_t len = strcspn(arg, "=");
	const struct option_row *r;
	char *at, shown[64];

	if ((r = find(p, 0, arg + 2, len - 2, &at)) == NULL)
		return unknown_option(p, arg, len);
	snprintf(shown, sizeof(shown), "--%s", r->name);
	if (r->argument == NULL)
		return arg[len] == '\0' ? set(p->s[0], r, at, shown, NULL) :
		    option_error(p->s[0], "%s: takes no argument", shown);
	return read_value(p, r, at, shown, arg[len] == '=' ? arg + len + 1 : NULL);
}

/* -x, -xy, -xVALUE, -x VALUE */
static int
read_letters(struct parser *p, const char *arg)
{
	const struct option_row *r;
	char *at, shown[3] = "-";
	int rv = 0;

	for (const char *c = arg + 1; *c != '\0' && rv == 0; c++) {
		shown[1] = *c;
		if ((r = find(p, *c, NULL, 0, &at)) == NULL)
			return unknown_option(p, c == arg + 1 ? arg : shown, strlen(c == arg + 1 ? arg : shown));
		if (r->argument == NULL)
			rv = set(p->s[0], r, at, shown, NULL);
		else
			return read_value(p, r, at, shown, c[1] != '\0' ? c + 1 : NULL);
	}
	return rv;
}

/* "- the network is down" is text; "--titel a" is one argument, but is meant as an option. */
static bool
is_option(struct parser *p, const char *arg)
{
	size_t len = strcspn(arg, "=");
	char *at;

	if (arg[0] != '-' || arg[1] == '\0')
		return false;
	if (strcspn(arg, " \t\n") >= len)
		return true;
	return arg[1] != '-' && find(p, arg[1], NULL, 0, &at) != NULL;
}

/* Takes what follows "--", if a row takes a command. */
static bool
read_command(const struct parser *p, char **argv)
{
	for (size_t i = 0; i < p->s[0]->n; i++)
		if (p->s[0]->row[i].type == OPTION_COMMAND) {
			*(char *const **)(void *)(p->into[0] + p->s[0]->row[i].offset) = argv;
			return true;
		}
	return false;
}

/* Gives the operands to the rows in order. */
static int
take_operands(const struct syntax *s, char *into, char **operand)
{
	const struct option_row *r;

	for (size_t i = 0; i < s->n; i++) {
		r = &s->row[i];
		if (r->type < OPERAND_ONE)
			continue;
		if (*operand == NULL && (r->type == OPERAND_ONE || r->type == OPERAND_MANY))
			return option_error(s, "%s is missing", r->argument);
		if (*operand == NULL)
			continue;
		if (r->type == OPERAND_ONE || r->type == OPERAND_MAY)
			*(const char **)(void *)(into + r->offset) = *operand++;
		else {
			*(char *const **)(void *)(into + r->offset) = operand;
			return 0;
		}
	}
	return *operand == NULL ? 0 : option_error(s, "\"%s\" is one argument too many", *operand);
}

int
option_parse(const struct syntax *s, void *into, const struct syntax *common, void *shared, char **argv)
{
	struct parser p = { .s = { s, common }, .into = { into, shared }, .next = argv };
	char **operands = argv, *arg;
	bool options = true;
	int rv = 0;

	while ((arg = *p.next) != NULL && rv == 0) {
		p.next++;
		if (options && strcmp(arg, "--") == 0) {
			options = false;
			if (!read_command(&p, p.next))
				continue;
			if (*p.next == NULL)
				return option_error(s, "--: needs a command");
			break;
		}
		if (!options || !is_option(&p, arg)) {
			*operands++ = arg;
			options = options && !s->stops;
		} else if (arg[1] == '-')
			rv = read_long(&p, arg);
		else
			rv = read_letters(&p, arg);
	}
	*operands = NULL;
	return rv != 0 ? rv : take_operands(s, into, argv);
}

void
option_release(const struct syntax *s, void *into)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->row[i].type == OPTION_LIST)
			strings_free((struct strings *)(void *)((char *)into + s->row[i].offset));
}
