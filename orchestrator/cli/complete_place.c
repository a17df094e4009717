/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "orchestrator/cli/complete.h"

/* The option with this name of len bytes, or this unique prefix; or with this letter. */
static const struct option_row *
find(const struct place *p, const char *name, size_t len, char letter)
{
	const struct syntax *const in[] = { p->command, p->common };
	const struct option_row *found = NULL;
	size_t n = 0;

	for (int k = 0; k < 2; k++)
		for (size_t i = 0; in[k] != NULL && i < in[k]->n; i++) {
			const struct option_row *r = &in[k]->row[i];

			if (name == NULL ? letter == '\0' || letter != r->letter : r->name == NULL || strncmp(r->name, name, len) != 0)
				continue;
			found = r;
			n++;
			if (name == NULL || r->name[len] == '\0')
				return r;
		}
	return n == 1 ? found : NULL;
}

/* The option of a word that takes a value; *value is what is attached to the word, or NULL. */
static const struct option_row *
with_value(const struct place *p, const char *word, const char **value)
{
	const struct option_row *r = NULL;
	size_t len = strcspn(word, "=");

	*value = NULL;
	if (word[1] == '-') {
		r = find(p, word + 2, len - 2, '\0');
		*value = word[len] == '=' ? word + len + 1 : NULL;
	} else
		for (const char *c = word + 1; *c != '\0' && (r == NULL || r->argument == NULL); c++) {
			r = find(p, NULL, 0, *c);
			*value = c[1] == '\0' ? NULL : c + 1;
		}
	return r == NULL || r->argument == NULL ? NULL : r;
}

static void
note(struct place *p, const struct option_row *r, const char *value)
{
	if (r->letter == 'C')
		p->dir = value;
	else if (r->name != NULL && strcmp(r->name, "list") == 0)
		p->list = value;
}

/* The operand at the cursor; behind the last operand, that one if it may be repeated. */
static const struct option_row *
operand(const struct syntax *s, size_t at)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->row[i].type >= OPERAND_ONE && (at-- == 0 || s->row[i].type >= OPERAND_MANY))
			return &s->row[i];
	return NULL;
}

static const struct option_row *
after_dashes(const struct syntax *s)
{
	for (size_t i = 0; s != NULL && i < s->n; i++)
		if (s->row[i].type == OPTION_COMMAND)
			return &s->row[i];
	return NULL;
}

static void
at_cursor(struct place *p, bool ended)
{
	const char *value;

	if (!ended && p->word[0] == '-' && (p->row = with_value(p, p->word, &value)) != NULL && value != NULL) {
		p->attached = p->word;
		p->nattached = (int)(value - p->word);
		p->word = value;
	} else if (!ended && p->word[0] == '-') {
		p->row = NULL;
		p->options = true;
	} else if (p->command != NULL)
		p->row = ended && after_dashes(p->command) != NULL ? after_dashes(p->command) : operand(p->command, p->noperands);
}

void
complete_place(const struct program *program, const char **words, struct place *p)
{
	const struct option_row *r;
	const char *value;
	bool ended = false;

	*p = (struct place){ .common = &program->own, .commands = program->commands, .operands = words, .word = "" };
	for (size_t i = 0; words[i] != NULL; i++) {
		p->word = words[i];
		if (words[i + 1] == NULL)
			break;
		if (!ended && strcmp(words[i], "--") == 0)
			ended = true;
		else if (!ended && words[i][0] == '-' && words[i][1] != '\0') {
			if ((r = with_value(p, words[i], &value)) == NULL)
				continue;
			if (value == NULL && words[i + 2] == NULL) {
				p->word = words[i + 1];
				p->row = r;
				return;
			}
			note(p, r, value != NULL ? value : words[++i]);
		} else if (p->command == NULL) {
			const struct syntax *s = program_find(p->commands, words[i]);

			if (s == NULL || s->sub == NULL)
				p->command = s;
			p->commands = s == NULL ? NULL : s->sub;
			if (s == NULL)
				return;
		} else {
			words[p->noperands++] = words[i];
			ended = ended || p->command->stops;
		}
	}
	at_cursor(p, ended);
}
