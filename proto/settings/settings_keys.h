/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROTO_SETTINGS_KEYS_H
#define PROTO_SETTINGS_KEYS_H

/*
 * How a JSON object becomes a struct by a table of keys.  Used by the settings
 * alone.  A setter stores the value v, whose key path is path ("gates[1].timeout"),
 * at base + key->offset; 0, or -1 with the error told by keys_fail.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json;

#define KEYS_PATH	192

struct keys {			/* one pass over one file */
	const char	*file;
	bool		 lenient;	/* unknown keys are passed over */
	char		*err;
	size_t		 errlen;
};

struct key {
	const char	*name;
	int		(*set)(struct keys *, const char *path, const struct json *v, void *base,
			    const struct key *);
	size_t		 offset;
	int64_t		 min, max;	/* of numbers; max also the longest string */
};

/* Sets what the members of v say by the table, whatever else base has is left. */
int keys_apply(struct keys *, const char *path, const struct json *v, void *base,
    const struct key *, size_t n);
int keys_fail(struct keys *, const char *path, const char *expected);
/* "PATH.NAME", or NAME when path is empty: what came from a file, as one line and not too long. */
void keys_path(char *buf, const char *path, const char *name);

/* Setters: int64_t; char * (null = NULL); char * that is not empty; struct strings
 * as a list; the same or one string for sh -c; NAME=value from an object, merged by
 * name, with the secrets among them in the list at min; bool; anything, which is not
 * looked at. */
int key_int(struct keys *, const char *, const struct json *, void *, const struct key *);
/* int64_t from 0 to max, where the file's unit, of which there may be parts, is min: seconds
 * as milliseconds. */
int key_scaled(struct keys *, const char *, const struct json *, void *, const struct key *);
int key_string(struct keys *, const char *, const struct json *, void *, const struct key *);
int key_text(struct keys *, const char *, const struct json *, void *, const struct key *);
int key_list(struct keys *, const char *, const struct json *, void *, const struct key *);
int key_argv(struct keys *, const char *, const struct json *, void *, const struct key *);
int key_env(struct keys *, const char *, const struct json *, void *, const struct key *);
int key_bool(struct keys *, const char *, const struct json *, void *, const struct key *);
/* "confine" of the settings, and what belongs to it (settings_confine.c). */
int key_confine(struct keys *, const char *, const struct json *, void *, const struct key *);
struct settings;
void confine_default(struct settings *);
void confine_release(struct settings *);
int confine_check(const struct settings *, const char *file, char *err, size_t errlen);
int key_ignored(struct keys *, const char *, const struct json *, void *, const struct key *);

/* Settings that are one of a few words. */
int key_review(struct keys *, const char *, const struct json *, void *, const struct key *);
int key_verdict(struct keys *, const char *, const struct json *, void *, const struct key *);
int key_ambiguous(struct keys *, const char *, const struct json *, void *, const struct key *);
int key_on_conflict(struct keys *, const char *, const struct json *, void *, const struct key *);

#endif
