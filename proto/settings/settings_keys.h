/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROTO_SETTINGS_KEYS_H
#define PROTO_SETTINGS_KEYS_H

/*
 * Turns a JSON object into a struct by a table of keys.  Only the settings use it.
 * A setter stores the value v, whose key path is path ("gates[1].timeout"), at base
 * + key->offset; 0, or -1 with the error reported through keys_fail.
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
	size_t		 offset;
	int64_t		 min, max;	/* bounds of numbers; max is also the maximal length of a string */
};

/* Sets the members of v according to the table; other members of base keep their values. */
int keys_apply(struct keys *, const char *path, const struct json *v, void *base,
    const struct key *, size_t n);
int keys_fail(struct keys *, const char *path, const char *expected);
/* "PATH.NAME", or NAME when path is empty: names from a file, made one line and not too long. */
void keys_path(char *buf, const char *path, const char *name);

/* Setters for: int64_t; char * (null = NULL); non-empty char *; struct strings from a list; the same from a
 * list or one string for sh -c; NAME=value from an object, merged by name, with its secrets in the list at min;
 * bool; any value, ignored. */
int key_int(struct keys *, const char *, const struct json *, void *, const struct key *);
/* int64_t from 0 to max.  The unit in the file is min, and fractions are allowed: seconds become milliseconds. */
int key_scaled(struct keys *, const char *, const struct json *, void *, const struct key *);
int key_string(struct keys *, const char *, const struct json *, void *, const struct key *);
int key_text(struct keys *, const char *, const struct json *, void *, const struct key *);
int key_list(struct keys *, const char *, const struct json *, void *, const struct key *);
int key_argv(struct keys *, const char *, const struct json *, void *, const struct key *);
int key_env(struct keys *, const char *, const struct json *, void *, const struct key *);
int key_bool(struct keys *, const char *, const struct json *, void *, const struct key *);
/* "confine" of the settings, and the keys below it (settings_confine.c). */
int key_confine(struct keys *, const char *, const struct json *, void *, const struct key *);
struct settings;
void confine_default(struct settings *);
void confine_release(struct settings *);
int confine_check(const struct settings *, const char *file, char *err, size_t errlen);
int key_ignored(struct keys *, const char *, const struct json *, void *, const struct key *);

/* Settings with one of a few words as value. */
int key_review(struct keys *, const char *, const struct json *, void *, const struct key *);
int key_verdict(struct keys *, const char *, const struct json *, void *, const struct key *);
int key_ambiguous(struct keys *, const char *, const struct json *, void *, const struct key *);
int key_on_conflict(struct keys *, const char *, const struct json *, void *, const struct key *);

#endif
