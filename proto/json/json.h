/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROTO_JSON_H
#define PROTO_JSON_H

/*
 * Strict JSON.  Nothing else uses json-c.
 *
 * The parser accepts RFC 8259 and nothing else: valid UTF-8, no duplicate keys,
 * no NUL, no NaN, no raw control characters, no leading zeros, integers within
 * int64, numbers of 128 characters at most, nothing after the value, depth 32
 * and 262,144 values at most (2,097,152 with JSON_LARGE); the value itself may not be null.  Getters never abort: a
 * missing or mistyped member yields the default.  Objects are reference
 * counted by json-c; json_free drops the caller's reference.  What json_get and
 * json_at return is borrowed.  Running out of memory ends the program (err(3)).
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json;

enum json_kind { JSON_NULL, JSON_BOOL, JSON_INT, JSON_REAL, JSON_STRING, JSON_ARRAY, JSON_OBJECT };
enum json_flags {
	JSON_COMMENTS = 1,	/* also accept // and slash-star comments, and a comma before "}" or "]" */
	JSON_LARGE = 2,		/* allows more values, for task lists */
};

/* NULL on error, with err such as "line 3: duplicate key \"a\"". */
struct json *json_parse(const char *, size_t, enum json_flags, char *err, size_t errlen);
void json_free(struct json *);
struct json *json_ref(struct json *);
struct json *json_copy(const struct json *);	/* deep */

enum json_kind json_kind(const struct json *);	/* JSON_NULL when it is NULL */
const struct json *json_get(const struct json *object, const char *key);	/* NULL if absent or not an object */
const char *json_str(const struct json *object, const char *key);		/* NULL if absent or not a string */
int64_t json_int(const struct json *object, const char *key, int64_t dflt);
double json_real(const struct json *object, const char *key, double dflt);	/* accepts integers too */
bool json_bool(const struct json *object, const char *key, bool dflt);
size_t json_count(const struct json *array_or_object);
const struct json *json_at(const struct json *array, size_t);
struct json *json_ref_at(const struct json *array, size_t);	/* the same, with a reference of its own */
const char *json_string(const struct json *);	/* the value itself; NULL if not a string */
int64_t json_integer(const struct json *, int64_t dflt);
bool json_true(const struct json *);		/* is the value itself true? */
double json_float(const struct json *, double dflt);	/* accepts integers too */

/* The members in file order: for (i = 0; (k = json_key(o, i, &v)) != NULL; i++).  i must count up from 0 in one pass. */
const char *json_key(const struct json *object, size_t i, const struct json **value);

/* Builders take ownership of the child; a NULL string is stored as null.
 * Strings that are not valid UTF-8 are stored with U+FFFD. */
struct json *json_new_object(void);
struct json *json_new_array(void);
struct json *json_new_string(const char *);
struct json *json_new_int(int64_t);
struct json *json_new_real(double);
struct json *json_new_bool(bool);
void json_put(struct json *object, const char *key, struct json *value);
void json_put_str(struct json *object, const char *key, const char *);
void json_put_strn(struct json *object, const char *key, const char *, size_t);
void json_put_int(struct json *object, const char *key, int64_t);
void json_put_bool(struct json *object, const char *key, bool);
void json_drop(struct json *object, const char *key);
void json_append(struct json *array, struct json *value);

/* Indented text with a newline at the end (pretty) or one line without; malloced. */
char *json_text(const struct json *, bool pretty, size_t *len);

/* As json_str, but "" for none. */
static inline const char *
json_words(const struct json *object, const char *key)
{
	const char *s = json_str(object, key);

	return s == NULL ? "" : s;
}

#endif
