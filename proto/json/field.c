/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <err.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "proto/base/clock.h"
#include "proto/base/text.h"
#include "proto/json/field.h"
#include "proto/json/json.h"

struct field
field_begin(const struct json *o, const char *what, char *err, size_t errlen)
{
	struct field f = { .o = o, .what = what, .err = err, .errlen = errlen };

	return (f);
}

struct field
field_begin_all(const struct json *o, const char *what, struct strings *all)
{
	return ((struct field){ .o = o, .what = what, .all = all });
}

static struct field
below(struct field *f, const struct json *o, const char *key, size_t i)
{
	struct field in = { .o = o, .what = f->what, .key = key, .i = i, .err = f->err,
		.errlen = f->errlen, .bad = f->bad, .up = f, .all = f->all };

	return (in);
}

struct field
field_in(struct field *f, const char *key)
{
	if (field_has(f, key) && json_kind(json_get(f->o, key)) != JSON_OBJECT)
		field_fail(f, key, "must be an object");
	return (below(f, json_get(f->o, key), key, FIELD_NO_LIST));
}

struct field
field_at(struct field *f, const char *key, size_t i)
{
	struct field in = below(f, json_at(json_get(f->o, key), i), key, i);

	if (json_kind(in.o) != JSON_OBJECT)
		field_fail(&in, "", "must be an object");
	return (in);
}

bool
field_bad(const struct field *f)
{
	return (f->bad);
}

/* "questions[3]." */
static void
add_path(const struct field *f, char *path, size_t len)
{
	size_t n;

	if (f->key == NULL)
		return;
	if (f->up != NULL)
		add_path(f->up, path, len);
	n = strlen(path);
	if (f->i == FIELD_NO_LIST)
		snprintf(path + n, len - n, "%.16s.", f->key);
	else
		snprintf(path + n, len - n, "%.16s[%zu].", f->key, f->i);
}

void
field_fail(struct field *f, const char *key, const char *fmt, ...)
{
	char why[256], path[160] = "";
	struct text said = { 0 }, line = { 0 };
	size_t n;
	va_list ap;

	if (f->bad)
		return;
	va_start(ap, fmt);
	vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	add_path(f, path, sizeof(path) - 64);
	n = strlen(path);
	snprintf(path + n, sizeof(path) - n, "%.60s", key);
	n = strlen(path);
	if (n > 0 && path[n - 1] == '.')
		path[n - 1] = '\0';
	text_printf(&said, "\"%s\" %s", path, why);
	text_printf(&line, "%s: ", f->what);
	text_line(&line, said.buf, said.len);	/* keys and values come from outside */
	if (f->all != NULL)
		strings_add(f->all, line.buf);
	else
		strlcpy(f->err, line.buf, f->errlen);
	text_free(&line);
	text_free(&said);
	for (; f != NULL && f->all == NULL; f = f->up)
		f->bad = true;
}

bool
field_has(const struct field *f, const char *key)
{
	return (json_kind(json_get(f->o, key)) != JSON_NULL);
}

void
field_need(struct field *f, const char *key)
{
	if (!field_has(f, key))
		field_fail(f, key, "is missing");
}

/* The string of a member, if it is not longer than max; otherwise NULL. */
static const char *
string(struct field *f, const char *key, size_t max)
{
	const char *s;

	if (f->bad || !field_has(f, key))
		return (NULL);
	if ((s = json_str(f->o, key)) == NULL)
		field_fail(f, key, "must be a string");
	else if (strlen(s) > max) {
		field_fail(f, key, "is longer than %zu bytes", max);
		s = NULL;
	}
	return (s);
}

void
field_str(struct field *f, const char *key, char *buf, size_t len)
{
	const char *s = string(f, key, len - 1);

	strlcpy(buf, s == NULL ? "" : s, len);
}

void
field_id(struct field *f, const char *key, char *buf, size_t len, bool (*valid)(const char *))
{
	field_str(f, key, buf, len);
	if (buf[0] != '\0' && !valid(buf)) {
		field_fail(f, key, "is not a valid id");
		buf[0] = '\0';
	}
}

char *
field_text(struct field *f, const char *key, size_t max)
{
	const char *s = string(f, key, max);
	char *copy = NULL;

	if (s != NULL && (copy = strdup(s)) == NULL)
		err(1, NULL);
	return (copy);
}

int64_t
field_int(struct field *f, const char *key, int64_t min, int64_t max, int64_t dflt)
{
	const struct json *v = json_get(f->o, key);
	int64_t n;

	if (f->bad || json_kind(v) == JSON_NULL)
		return (dflt);
	n = json_integer(v, min - 1);
	if (json_kind(v) != JSON_INT || n < min || n > max) {
		field_fail(f, key, "must be a whole number from %lld to %lld",
		    (long long)min, (long long)max);
		return (dflt);
	}
	return (n);
}

bool
field_bool(struct field *f, const char *key)
{
	const struct json *v = json_get(f->o, key);

	if (json_kind(v) != JSON_NULL && json_kind(v) != JSON_BOOL)
		field_fail(f, key, "must be true or false");
	return (json_bool(f->o, key, false));
}

int64_t
field_time(struct field *f, const char *key)
{
	const char *s = string(f, key, CLOCK_TEXT);
	int64_t ms = 0;

	if (s != NULL && (ms = clock_parse(s)) == -1) {
		field_fail(f, key, "is not a time such as \"2026-01-31T09:00:00.000Z\"");
		ms = 0;
	}
	return (ms);
}

int
field_name(struct field *f, const char *key, int (*parse)(const char *), int dflt)
{
	const char *s = string(f, key, 64);
	int v;

	if (s == NULL)
		return (dflt);
	if ((v = parse(s)) == -1) {
		field_fail(f, key, "has an unknown value");
		v = dflt;
	}
	return (v);
}

size_t
field_count(struct field *f, const char *key, size_t max)
{
	const struct json *a = json_get(f->o, key);

	if (f->bad || json_kind(a) == JSON_NULL)
		return (0);
	if (json_kind(a) != JSON_ARRAY)
		field_fail(f, key, "must be a list");
	else if (json_count(a) > max)
		field_fail(f, key, "has more than %zu entries", max);
	else
		return (json_count(a));
	return (0);
}

void
field_strings(struct field *f, const char *key, size_t n, size_t max, struct strings *out)
{
	size_t count = field_count(f, key, n);
	const char *s;

	for (size_t i = 0; i < count; i++) {
		s = json_string(json_at(json_get(f->o, key), i));
		if (s == NULL || s[0] == '\0' || strlen(s) > max) {
			field_fail(f, key, "must be a list of strings of 1 to %zu bytes", max);
			return;
		}
		strings_add(out, s);
	}
}

struct json *
strings_json(const struct strings *list)
{
	struct json *a = json_new_array();

	for (size_t i = 0; i < list->n; i++)
		json_append(a, json_new_string(list->v[i]));
	return (a);
}
