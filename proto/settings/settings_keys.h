/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROTO_SETTINGS_KEYS_H
#define PROTO_SETTINGS_KEYS_H

/*
 * Turns a JSON object into a struct by a table of keys, and back.  Only the settings use it.
 * A setter stores the value v, whose key path is path ("gates[1].timeout"), at base
 * + key->offset; 0, or -1 with the error reported through keys_fail.  put writes it.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json;

#define KEYS_PATH	192

struct keys {			/* one pass over one file */
	const char	*file;
	bool		 lenient;	/* unknown keys are ignored */
	char		*err;
	size_t		 errlen;
};

struct key {
	const char	*name;
	int		(*set)(struct keys *, const char *path, const struct json *v, void *base,
			    const struct key *);
	void		(*put)(struct json *, const void *base, const struct key *);
	size_t		 offset;
	int64_t		 min, max;	/* bounds of numbers; max is also the maximal length of a string */
	const struct key *below;	/* the keys of the object, or of each object in a list */
	const char *const *names;	/* ended by NULL */
};
/* The start of a row; what follows is the offset.  The last row of a table has no name. */
#define KEY(name_, kind)	.name = name_, .set = key_##kind, .put = put_##kind
extern const struct key settings_keys[], limit_keys[], budget_keys[], budgets_keys[];

static inline const void *
key_at(const void *base, const struct key *key)
{
	return ((const char *)base + key->offset);
}

/* Sets the members of v according to the table; other members of base keep their values. */
int keys_apply(struct keys *, const char *path, const struct json *v, void *base, const struct key *);
/* Writes every key of the table. */
void keys_put(struct json *, const void *base, const struct key *);
int keys_fail(struct keys *, const char *path, const char *expected);
/* "PATH.NAME", or NAME when path is empty: names from a file, made one line and not too long. */
void keys_path(char *buf, const char *path, const char *name);

#define KEY_KIND(kind) \
	int key_##kind(struct keys *, const char *, const struct json *, void *, const struct key *); \
	void put_##kind(struct json *, const void *, const struct key *)

KEY_KIND(int);			/* int64_t */
KEY_KIND(scaled);		/* int64_t from 0 to max.  The unit in the file is min, and fractions are allowed: seconds
				 * become milliseconds. */
KEY_KIND(string);		/* char *; null = NULL */
KEY_KIND(text);			/* char *, not empty */
KEY_KIND(list);			/* struct strings */
KEY_KIND(argv);			/* the same from a list, or from one string for sh -c */
KEY_KIND(env);			/* NAME=value from an object, merged by name, with its secrets in the list at min */
KEY_KIND(bool);
KEY_KIND(ignored);		/* any value; not written */
KEY_KIND(object);		/* its members are the keys below, at the offset */
KEY_KIND(choice);		/* an enumeration, by one of the names */
/* Lists of the settings (settings_lists.c). */
KEY_KIND(agents);
KEY_KIND(commands);
KEY_KIND(rules);
struct command;
struct rule;
struct settings;
struct agent *settings_add_agent(struct settings *, const char *name, const char *adapter);
void commands_free(struct command *, size_t n);
void rules_free(struct rule *, size_t n);

/* "confine" of the settings (settings_confine.c): one word for its mode, or an object. */
KEY_KIND(confine);
extern const struct key confine_keys[];
void confine_default(struct settings *);
void confine_release(struct settings *);
int confine_check(const struct settings *, const char *file, char *err, size_t errlen);

#endif
