/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <err.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define json_bool jsonc_bool	/* json-c uses the name for a type, we for a function */
#include <json-c/json.h>
#undef json_bool

#include "proto/base/text.h"
#include "proto/json/json.h"
#include "proto/json/json_scan.h"

#define FEW	4	/* initial capacity of a list; json-c's default is 32 */

struct cursor {			/* position of json_key in an object */
	size_t		 i;
	struct lh_entry	*at;
};

/* json-c takes no const pointers; nothing reached through this pointer changes a value. */
static json_object *
obj(const struct json *j)
{
	return ((json_object *)(uintptr_t)j);
}

static struct json *
made(json_object *o)
{
	if (o == NULL)
		err(1, NULL);
	return ((struct json *)o);
}

static json_object *
parse(const char *buf, size_t len, char *err, size_t errlen)
{
	json_object *o;
	enum json_tokener_error why;
	/* json-c counts a scalar as one more level, and stops one level before the limit. */
	struct json_tokener *tok = json_tokener_new_ex(JSON_MAX_DEPTH + 2);

	if (tok == NULL)
		errx(1, "out of memory");
	/* json_scan has already checked that it is UTF-8. */
	json_tokener_set_flags(tok, JSON_TOKENER_STRICT);
	o = json_tokener_parse_ex(tok, buf, (int)len);
	/* json-c takes a number at the very end as complete only when something follows. */
	if (json_tokener_get_error(tok) == json_tokener_continue)
		o = json_tokener_parse_ex(tok, " ", 1);
	if ((why = json_tokener_get_error(tok)) != json_tokener_success)
		snprintf(err, errlen, "%s", json_tokener_error_desc(why));
	else if (o == NULL)
		snprintf(err, errlen, "line 1: null where a value is expected");
	json_tokener_free(tok);
	return (o);
}

struct json *
json_parse(const char *buf, size_t len, enum json_flags flags, char *err, size_t errlen)
{
	char *copy = NULL;
	json_object *o = NULL;

	if (len > INT_MAX / 2) {
		snprintf(err, errlen, "too large");
		return (NULL);
	}
	if (flags & JSON_COMMENTS) {
		if ((copy = malloc(len + 1)) == NULL)
			errx(1, "out of memory");
		if (len > 0)
			memcpy(copy, buf, len);
	}
	if (json_scan(buf, len, flags & JSON_LARGE ? JSON_LARGE_VALUES : JSON_MAX_VALUES, copy,
	    err, errlen) == 0)
		o = parse(copy != NULL ? copy : buf, len, err, errlen);
	free(copy);
	return ((struct json *)o);
}

void
json_free(struct json *j)
{
	json_object_put(obj(j));
}

struct json *
json_ref(struct json *j)
{
	return ((struct json *)json_object_get(obj(j)));
}

/* Objects may carry a cursor, which json-c can't copy and need not copy. */
static int
copy_one(json_object *src, json_object *parent, const char *key, size_t i, json_object **dst)
{
	int rv = json_c_shallow_copy_default(src, parent, key, i, dst);

	return (rv == 1 && json_object_is_type(src, json_type_object) ? 2 : rv);
}

struct json *
json_copy(const struct json *j)
{
	json_object *dst = NULL;

	if (j == NULL)
		return (NULL);
	if (json_object_deep_copy(obj(j), &dst, copy_one) == -1)
		err(1, "json");
	return ((struct json *)dst);
}

enum json_kind
json_kind(const struct json *j)
{
	switch (json_object_get_type(obj(j))) {
	case json_type_boolean:
		return (JSON_BOOL);
	case json_type_int:
		return (JSON_INT);
	case json_type_double:
		return (JSON_REAL);
	case json_type_string:
		return (JSON_STRING);
	case json_type_array:
		return (JSON_ARRAY);
	case json_type_object:
		return (JSON_OBJECT);
	case json_type_null:
		break;
	}
	return (JSON_NULL);
}

const struct json *
json_get(const struct json *o, const char *key)
{
	json_object *v = NULL;

	if (json_kind(o) == JSON_OBJECT)
		json_object_object_get_ex(obj(o), key, &v);
	return ((const struct json *)v);
}

const char *
json_string(const struct json *j)
{
	return (json_kind(j) == JSON_STRING ? json_object_get_string(obj(j)) : NULL);
}

int64_t
json_integer(const struct json *j, int64_t dflt)
{
	return (json_kind(j) == JSON_INT ? json_object_get_int64(obj(j)) : dflt);
}

const char *
json_str(const struct json *o, const char *key)
{
	return (json_string(json_get(o, key)));
}

int64_t
json_int(const struct json *o, const char *key, int64_t dflt)
{
	return (json_integer(json_get(o, key), dflt));
}

double
json_float(const struct json *j, double dflt)
{
	if (json_kind(j) != JSON_INT && json_kind(j) != JSON_REAL)
		return (dflt);
	return (json_object_get_double(obj(j)));
}

double
json_real(const struct json *o, const char *key, double dflt)
{
	return (json_float(json_get(o, key), dflt));
}

bool
json_true(const struct json *v)
{
	return (json_kind(v) == JSON_BOOL && json_object_get_boolean(obj(v)));
}

bool
json_bool(const struct json *o, const char *key, bool dflt)
{
	const struct json *v = json_get(o, key);

	return (json_kind(v) == JSON_BOOL ? json_true(v) : dflt);
}

size_t
json_count(const struct json *j)
{
	if (json_kind(j) == JSON_ARRAY)
		return (json_object_array_length(obj(j)));
	if (json_kind(j) == JSON_OBJECT)
		return ((size_t)json_object_object_length(obj(j)));
	return (0);
}

const struct json *
json_at(const struct json *j, size_t i)
{
	if (json_kind(j) != JSON_ARRAY)
		return (NULL);
	return ((const struct json *)json_object_array_get_idx(obj(j), i));
}

struct json *
json_ref_at(const struct json *j, size_t i)
{
	return ((struct json *)json_object_get(obj(json_at(j, i))));
}

/* The position is kept with the object; otherwise a pass would take quadratic time. */
const char *
json_key(const struct json *o, size_t i, const struct json **value)
{
	struct cursor *c;

	if (json_kind(o) != JSON_OBJECT)
		return (NULL);
	if ((c = json_object_get_userdata(obj(o))) == NULL) {
		if ((c = calloc(1, sizeof(*c))) == NULL)
			err(1, NULL);
		json_object_set_userdata(obj(o), c, json_object_free_userdata);
	}
	if (c->at == NULL || i < c->i) {
		c->at = json_object_get_object(obj(o))->head;
		c->i = 0;
	}
	for (; c->at != NULL && c->i < i; c->i++)
		c->at = c->at->next;
	if (c->at == NULL)
		return (NULL);
	if (value != NULL)
		*value = lh_entry_v(c->at);
	return (lh_entry_k(c->at));
}

/* Prepares an object for a change of its members. */
static json_object *
open_object(struct json *o)
{
	json_object_set_userdata(obj(o), NULL, NULL);
	return (obj(o));
}

struct json *
json_new_object(void)
{
	return (made(json_object_new_object()));
}

struct json *
json_new_array(void)
{
	return (made(json_object_new_array_ext(FEW)));
}

static struct json *
new_string(const char *s, size_t len)
{
	struct text t = { 0 };
	struct json *j;
	size_t i, n, done = 0;

	for (i = 0; i < len; i += n) {
		if (s[i] != '\0' && (n = text_char(s + i, len - i, NULL)) != 0)
			continue;
		text_add(&t, s + done, i - done);
		text_puts(&t, "\xef\xbf\xbd");
		done = i + (n = 1);
	}
	if (done == 0)
		return (made(json_object_new_string_len(s, (int)len)));
	text_add(&t, s + done, len - done);
	j = made(json_object_new_string_len(t.buf, (int)t.len));
	text_free(&t);
	return (j);
}

struct json *
json_new_string(const char *s)
{
	return (s == NULL ? NULL : new_string(s, strlen(s)));
}

struct json *
json_new_int(int64_t v)
{
	return (made(json_object_new_int64(v)));
}

/* json-c prints 0.1 as 0.10000000000000001; we want the shortest text that reads back the same. */
struct json *
json_new_real(double v)
{
	char buf[40];

	if (!isfinite(v))
		return (NULL);
	for (int digits = 15; digits <= 17; digits++) {
		snprintf(buf, sizeof(buf), "%.*g", digits, v);
		if (strtod(buf, NULL) == v)
			break;
	}
	for (char *p = buf; *p != '\0'; p++)
		if (*p == ',')
			*p = '.';
	if (strpbrk(buf, ".e") == NULL)
		snprintf(buf + strlen(buf), sizeof(buf) - strlen(buf), ".0");
	return (made(json_object_new_double_s(v, buf)));
}

struct json *
json_new_bool(bool v)
{
	return (made(json_object_new_boolean(v)));
}

void
json_put(struct json *o, const char *key, struct json *value)
{
	if (json_object_object_add(open_object(o), key, obj(value)) != 0)
		err(1, "json");
}

void
json_put_str(struct json *o, const char *key, const char *s)
{
	json_put(o, key, json_new_string(s));
}

void
json_put_strn(struct json *o, const char *key, const char *s, size_t len)
{
	json_put(o, key, s == NULL ? NULL : new_string(s, len));
}

void
json_put_int(struct json *o, const char *key, int64_t v)
{
	json_put(o, key, json_new_int(v));
}

void
json_put_bool(struct json *o, const char *key, bool v)
{
	json_put(o, key, json_new_bool(v));
}

void
json_drop(struct json *o, const char *key)
{
	json_object_object_del(open_object(o), key);
}

void
json_append(struct json *a, struct json *value)
{
	if (json_object_array_add(obj(a), obj(value)) != 0)
		err(1, "json");
}

char *
json_text(const struct json *j, bool pretty, size_t *len)
{
	int flags = JSON_C_TO_STRING_NOSLASHESCAPE;
	size_t n;
	const char *s;
	char *copy;

	if (pretty)
		flags |= JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED;
	s = json_object_to_json_string_length(obj(j), flags, &n);
	if (s == NULL || (copy = malloc(n + 2)) == NULL)
		err(1, "json");
	memcpy(copy, s, n);
	if (pretty)
		copy[n++] = '\n';
	copy[n] = '\0';
	if (len != NULL)
		*len = n;
	return (copy);
}
