/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <err.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/strings.h"
#include "proto/base/text.h"

void
strings_add(struct strings *list, const char *s)
{
	/* The list is full when n is a power of two, so its capacity need not be stored. */
	if ((list->n & (list->n - 1)) == 0) {
		list->v = reallocarray(list->v, list->n == 0 ? 1 : list->n * 2, sizeof(*list->v));
		if (list->v == NULL)
			err(1, NULL);
	}
	if ((list->v[list->n++] = strdup(s)) == NULL)
		err(1, NULL);
}

void
strings_add_all(struct strings *list, const struct strings *from)
{
	for (size_t i = 0; i < from->n; i++)
		strings_add(list, from->v[i]);
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

char *
strings_join(const struct strings *l, const char *between)
{
	struct text t = { 0 };

	text_puts(&t, "");
	for (size_t i = 0; i < l->n; i++) {
		text_puts(&t, i == 0 ? "" : between);
		text_puts(&t, l->v[i]);
	}
	return t.buf;
}

bool
strings_has(const struct strings *list, const char *s)
{
	for (size_t i = 0; i < list->n; i++)
		if (strcmp(list->v[i], s) == 0)
			return true;
	return false;
}

int
name_index(const char *const *names, size_t n, const char *name)
{
	for (size_t i = 0; name != NULL && i < n; i++)
		if (strcmp(names[i], name) == 0)
			return (int)i;
	return -1;
}

bool
name_like(const char *pattern, const char *name)
{
	size_t len = strlen(pattern);

	return len > 0 && pattern[len - 1] == '*' ? strncmp(pattern, name, len - 1) == 0 : strcmp(pattern, name) == 0;
}

const char *
strings_value(const struct strings *list, const char *name)
{
	size_t i, len = strlen(name);

	for (i = 0; i < list->n; i++)
		if (strncmp(list->v[i], name, len) == 0 && list->v[i][len] == '=')
			return list->v[i] + len + 1;
	return NULL;
}

void
strings_put(struct strings *list, const char *pair)
{
	size_t i, len = strcspn(pair, "=") + 1;
	char *copy;

	for (i = 0; i < list->n; i++)
		if (strncmp(list->v[i], pair, len) == 0) {
			if ((copy = strdup(pair)) == NULL)
				err(1, NULL);
			free(list->v[i]);
			list->v[i] = copy;
			return;
		}
	strings_add(list, pair);
}

void
strings_set(struct strings *list, const char *name, const char *value)
{
	char *pair = text_format("%s=%s", name, value);

	strings_put(list, pair);
	free(pair);
}

void
strings_drop(struct strings *list, const char *name)
{
	size_t i, kept = 0, len = strlen(name);

	for (i = 0; i < list->n; i++)
		if (strncmp(list->v[i], name, len) == 0 && list->v[i][len] == '=')
			free(list->v[i]);
		else
			list->v[kept++] = list->v[i];
	list->n = kept;
}

const char **
strings_vector(const struct strings *list)
{
	const char **v = calloc(list->n + 1, sizeof(*v));

	if (v == NULL)
		err(1, NULL);
	for (size_t i = 0; i < list->n; i++)
		v[i] = list->v[i];
	return v;
}
