/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/strings.h"
#include "proto/base/text.h"
#include "worker/agent/prose.h"

#define MARK	"QUESTION:"

/* The text of an option: what follows "- " or "1. ", or NULL. */
static const char *
option(const char *line)
{
	const char *s = line;

	while (isdigit((unsigned char)*s))
		s++;
	if ((s == line && (*s == '-' || *s == '*')) || (s > line && (*s == '.' || *s == ')')))
		return s[1] == ' ' && s[2] != '\0' ? s + 2 : NULL;
	return NULL;
}

static void
take_marked(char *paragraph, struct text *question, struct strings *options)
{
	char *line, *rest = paragraph;
	const char *text;

	while ((line = strsep(&rest, "\n")) != NULL) {
		line += strspn(line, " \t");
		text_trim(line, strlen(line));
		if ((text = option(line)) != NULL)
			strings_add(options, text);
		else if (*line != '\0')
			text_printf(question, "%s%s", question->len > 0 ? "\n" : "", line);
	}
}

bool
prose_question(const char *message, char **question, struct strings *options)
{
	char *copy = text_format("%s", message), *last = copy, *p;
	size_t len = text_trim(copy, strlen(copy));
	struct text t = { 0 };

	for (p = copy; (p = strstr(p, "\n\n")) != NULL; p += strspn(p, "\n"))
		last = p;
	last += strspn(last, " \t\n");
	if (strncmp(last, MARK, strlen(MARK)) == 0) {
		last += strlen(MARK);
		take_marked(last + strspn(last, " \t"), &t, options);
	} else if (len > 0 && copy[len - 1] == '?')
		text_puts(&t, copy);
	free(copy);
	*question = t.buf;
	return t.len > 0;
}
