/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/text.h"
#include "proto/settings/commit_text.h"

static const char *const names[] = {
	"item", "title", "subject", "urls", "session", "target", "user", "reviewers", "review",
};
#define NAMES	(sizeof(names) / sizeof(names[0]))

static void
values(const struct commit_text *c, struct text_var vars[NAMES])
{
	const char *const v[] = {
		c->item, c->title, c->subject, c->urls, c->session, c->target, c->user, c->reviewers, c->review,
	};

	_Static_assert(sizeof(v) / sizeof(v[0]) == NAMES, "each variable needs a value");
	for (size_t i = 0; i < NAMES; i++)
		vars[i] = (struct text_var){ names[i], v[i] == NULL ? "" : v[i] };
}

static size_t
index_of(const char *name, size_t n)
{
	for (size_t i = 0; i < NAMES; i++)
		if (strncmp(names[i], name, n) == 0 && names[i][n] == '\0')
			return i;
	return NAMES;
}

int
commit_text_check(const char *template, char name[64], const char **nearest)
{
	size_t n;

	for (const char *s = template; (s = text_variable(s, &n)) != NULL; s += n) {
		if (index_of(s, n) < NAMES)
			continue;
		snprintf(name, 64, "%.*s", (int)n, s);
		*nearest = text_nearest(name, names, NAMES);
		return -1;
	}
	return 0;
}

/* Puts a line of the template once for each line of the first variable that has not exactly one. */
static void
put_line(struct text *t, const char *line, const struct text_var vars[NAMES])
{
	struct text_var with[NAMES];
	const char *value = NULL, *s = line, *eol;
	size_t i = NAMES, n;
	char *one;

	memcpy(with, vars, sizeof(with));
	for (; (s = text_variable(s, &n)) != NULL && value == NULL; s += n)
		if ((i = index_of(s, n)) < NAMES && (vars[i].value[0] == '\0' || strchr(vars[i].value, '\n') != NULL))
			value = vars[i].value;
	if (value == NULL) {
		text_expand(t, line, vars, NAMES);
		text_puts(t, "\n");
		return;
	}
	for (; *value != '\0'; value = *eol == '\0' ? eol : eol + 1) {
		eol = strchrnul(value, '\n');
		with[i].value = one = text_format("%.*s", (int)(eol - value), value);
		if (*one != '\0')
			put_line(t, line, with);
		free(one);
	}
}

char *
commit_text(const char *template, const struct commit_text *c)
{
	struct text_var vars[NAMES];
	struct text t = { 0 };
	const char *eol, *s;
	char *line;

	values(c, vars);
	for (s = template; *s != '\0'; s = *eol == '\0' ? eol : eol + 1) {
		eol = strchrnul(s, '\n');
		line = text_format("%.*s", (int)(eol - s), s);
		put_line(&t, line, vars);
		free(line);
	}
	if (t.buf != NULL)
		t.len = text_trim(t.buf, t.len);
	for (s = t.buf; s != NULL && *s == '\n'; s++)
		;
	line = text_format("%s\n", s != NULL && *s != '\0' ? s : c->item);
	text_free(&t);
	return line;
}
