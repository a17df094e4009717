/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROTO_STRINGS_H
#define PROTO_STRINGS_H

/* A list of strings that owns them; zero-initialised is empty.  No memory ends the
 * program (err(3)). */

#include <stdbool.h>
#include <stddef.h>

struct strings {
	char	**v;
	size_t	  n;
};
void strings_add(struct strings *, const char *);	/* copies */
void strings_free(struct strings *);			/* empty again */
bool strings_has(const struct strings *, const char *);
/* The same strings with NULL at the end, as exec(3) wants them; the vector alone is malloced. */
const char **strings_vector(const struct strings *);

/* Which of n names it is; -1 when it is none, or NULL. */
int name_index(const char *const *names, size_t n, const char *name);

/* In a list of NAME=value: replaces the one of that name, or adds it. */
void strings_set(struct strings *, const char *name, const char *value);
void strings_put(struct strings *, const char *pair);	/* "NAME=value" as it is */
void strings_drop(struct strings *, const char *name);	/* takes the one of that name out */
/* The value of name in such a list, NULL when it is not there. */
const char *strings_value(const struct strings *, const char *name);

#endif
