/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <err.h>
#include <stdlib.h>
#include <string.h>

#include "strings.h"
#include "text.h"

void
strings_add(struct strings *list, const char *s)
{
	/* A power of two is full: no size has to be kept. */
	if ((list->n & (list->n - 1)) == 0) {
		list->v = reallocarray(list->v, list->n == 0 ? 1 : list->n * 2, sizeof(*list->v));
		if (list->v == NULL)
			err(1, NULL);
	}
	if ((list->v[list->n++] = strdup(s)) == NULL)
		err(1, NULL);
}

void
strings_free(struct strings *list)
{
	for (size_t i = 0; i < list->n; i++)
		free(list->v[i]);
	free(list->v);
	list->v = NULL;
	list->n = 0;
}

void
strings_set(struct strings *s, const char *name, const char *value)
{
	size_t i, len = strlen(name);
	char *pair = text_format("%s=%s", name, value);

	for (i = 0; i < s->n; i++)
		if (strncmp(s->v[i], pair, len + 1) == 0) {
			free(s->v[i]);
			s->v[i] = pair;
			return;
		}
	strings_add(s, pair);
	free(pair);
}
