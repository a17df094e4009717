/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROTO_FIELD_H
#define PROTO_FIELD_H

/*
 * Reading the members of a record.  The first error is kept and later reads
 * are harmless, so a parse function is a list of reads with one check at the end:
 *
 *	struct field f = field_begin(json, "state.json", err, errlen);
 *	field_str(&f, "reason", s->reason, sizeof(s->reason));
 *	s->round = field_int(&f, "round", 0, ROUNDS_MAX, 0);
 *	if (field_bad(&f)) ...
 *
 * A member that is absent or null is empty, 0, false or NULL; a value of the
 * wrong type or over its cap is an error: "state.json: \"head\" ...".
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/base/strings.h"

#define FIELD_NO_LIST	((size_t)-1)

struct field {
	const struct json *o;
	const char	*what;		/* the file, for messages */
	const char	*key;		/* the key of o in the field above: "questions", or NULL */
	size_t		 i;		/* the index of o in the list at that key, or FIELD_NO_LIST */
	char		*err;
	size_t		 errlen;
	bool		 bad;
	struct field	*up;		/* the field above, which is marked bad as well */
	struct strings	*all;		/* gets every error, and the reads go on; NULL: err gets the first one */
};
struct field field_begin(const struct json *, const char *what, char *err, size_t errlen);
struct field field_begin_all(const struct json *, const char *what, struct strings *all);
/* The object at key; or element i of the array at key. */
struct field field_in(struct field *, const char *key);
struct field field_at(struct field *, const char *key, size_t i);
bool field_bad(const struct field *);
void field_fail(struct field *, const char *key, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

bool field_has(const struct field *, const char *key);	/* neither absent nor null */
void field_need(struct field *, const char *key);	/* an error unless field_has() */
/* Into a buffer; its size is the cap. */
void field_str(struct field *, const char *key, char *buf, size_t len);
/* As field_str, but an error unless valid(string); an empty string is not checked. */
void field_id(struct field *, const char *key, char *buf, size_t len, bool (*valid)(const char *));
char *field_text(struct field *, const char *key, size_t max);	/* malloced */
int64_t field_int(struct field *, const char *key, int64_t min, int64_t max, int64_t dflt);
bool field_bool(struct field *, const char *key);
int64_t field_time(struct field *, const char *key);	/* wall milliseconds */
/* A name that parse knows; dflt when the member is absent. */
int field_name(struct field *, const char *key, int (*parse)(const char *), int dflt);
/* The number of elements of the array, at most max. */
size_t field_count(struct field *, const char *key, size_t max);
/* A list of at most n non-empty strings of at most max bytes. */
void field_strings(struct field *, const char *key, size_t n, size_t max, struct strings *);

struct json *strings_json(const struct strings *);

#endif
