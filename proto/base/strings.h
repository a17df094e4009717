/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROTO_STRINGS_H
#define PROTO_STRINGS_H

/* A list of strings that it owns; a zeroed struct is an empty list.  Ends the program when there is no memory
 * (err(3)). */

#include <stdbool.h>
#include <stddef.h>

struct strings {
	char	**v;
	size_t	  n;
};
void strings_add(struct strings *, const char *);	/* copies */
void strings_add_all(struct strings *, const struct strings *);
void strings_free(struct strings *);			/* empty again */
/* All of them with between in the middle, malloced. */
char *strings_join(const struct strings *, const char *between);
bool strings_has(const struct strings *, const char *);
/* The same strings as a vector that ends with NULL, for exec(3).  Only the vector is malloced. */
const char **strings_vector(const struct strings *);

/* The index of name among n names; -1 when it is not there or NULL. */
int name_index(const char *const *names, size_t n, const char *name);
/* Does the pattern match the name?  "*" at its end matches any rest. */
bool name_like(const char *pattern, const char *name);

/* In a list of NAME=value: replaces the entry with that name, or adds one. */
void strings_set(struct strings *, const char *name, const char *value);
void strings_put(struct strings *, const char *pair);	/* the same with a "NAME=value" string */
void strings_drop(struct strings *, const char *name);	/* removes the entry with that name */
/* The value of name in such a list; NULL when it is not there. */
const char *strings_value(const struct strings *, const char *name);

#endif
