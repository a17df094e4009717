/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <ctype.h>
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/text.h"
#include "proto/json/json.h"
#include "proto/settings/settings.h"
#include "proto/settings/settings_keys.h"

#define MAX_LIST	1000

/* A key comes from a file: special characters in it must not reach a message. */
static void
plain(char *buf, size_t len, const char *s)
{
	struct text t = { 0 };

	text_line(&t, s, strlen(s));
	snprintf(buf, len, "%s", t.buf == NULL ? "" : t.buf);
	text_free(&t);
}

void
keys_path(char *buf, const char *path, const char *name)
{
	char clean[64];

	plain(clean, sizeof(clean), name);
	snprintf(buf, KEYS_PATH, "%.120s%s%s", path, path[0] == '\0' ? "" : ".", clean);
}

int
keys_fail(struct keys *k, const char *path, const char *expected)
{
	if (path[0] == '\0')
		snprintf(k->err, k->errlen, "%s: the file must hold %s", k->file, expected);
	else
		snprintf(k->err, k->errlen, "%s: \"%s\" must be %s", k->file, path, expected);
	return (-1);
}

static int
unknown(struct keys *k, const char *path, const char *name, const struct key *table)
{
	char full[KEYS_PATH], near[KEYS_PATH];
	const char *names[32], *best;
	size_t count = 0;

	for (; table->name != NULL && count < 32; table++)
		if (table->name[0] != '$')
			names[count++] = table->name;
	keys_path(full, path, name);
	if ((best = text_nearest(name, names, count)) != NULL) {
		keys_path(near, path, best);
		snprintf(k->err, k->errlen, "%s: unknown setting \"%s\"; did you mean \"%s\"?",
		    k->file, full, near);
		return (-1);
	}
	snprintf(k->err, k->errlen, "%s: unknown setting \"%s\"; known here:", k->file, full);
	for (size_t i = 0; i < count; i++) {
		strlcat(k->err, i == 0 ? " " : ", ", k->errlen);
		strlcat(k->err, names[i], k->errlen);
	}
	return (-1);
}

int
keys_apply(struct keys *k, const char *path, const struct json *v, void *base, const struct key *table)
{
	char below[KEYS_PATH];
	const struct json *member;
	const struct key *key;
	const char *name;

	if (json_kind(v) != JSON_OBJECT)
		return (keys_fail(k, path, "an object {...}"));
	for (size_t i = 0; (name = json_key(v, i, &member)) != NULL; i++) {
		for (key = table; key->name != NULL && strcmp(key->name, name) != 0; key++)
			;
		if (key->name == NULL) {
			if (k->lenient)
				continue;
			return (unknown(k, path, name, table));
		}
		keys_path(below, path, name);
		if (key->set(k, below, member, base, key) == -1)
			return (-1);
	}
	return (0);
}

static void *
place(void *base, const struct key *key)
{
	return ((char *)base + key->offset);
}

int
key_int(struct keys *k, const char *path, const struct json *v, void *base, const struct key *key)
{
	char expected[96];
	int64_t n = json_integer(v, key->min - 1);

	if (n < key->min || n > key->max) {
		snprintf(expected, sizeof(expected), "a whole number from %lld to %lld",
		    (long long)key->min, (long long)key->max);
		return (keys_fail(k, path, expected));
	}
	*(int64_t *)place(base, key) = n;
	return (0);
}

int
key_scaled(struct keys *k, const char *path, const struct json *v, void *base,
    const struct key *key)
{
	double n = json_float(v, -1), scale = (double)key->min;
	char expected[96];

	if (!(n >= 0 && n * scale <= (double)key->max)) {
		snprintf(expected, sizeof(expected), "a number from 0 to %lld",
		    (long long)(key->max / key->min));
		return (keys_fail(k, path, expected));
	}
	*(int64_t *)place(base, key) = (int64_t)(n * scale + 0.5);
	return (0);
}

static int
string_fail(struct keys *k, const char *path, const char *what, int64_t max)
{
	char expected[96];

	snprintf(expected, sizeof(expected), "%s of 1 to %lld bytes", what, (long long)max);
	return (keys_fail(k, path, expected));
}

int
key_text(struct keys *k, const char *path, const struct json *v, void *base, const struct key *key)
{
	char **p = place(base, key);
	const char *s = json_string(v);

	if (s == NULL || s[strspn(s, " \t\r\n")] == '\0' || (int64_t)strlen(s) > key->max)
		return (string_fail(k, path, "a string", key->max));
	free(*p);
	if ((*p = strdup(s)) == NULL)
		err(1, NULL);
	return (0);
}

int
key_string(struct keys *k, const char *path, const struct json *v, void *base,
    const struct key *key)
{
	char **p = place(base, key);

	if (json_kind(v) != JSON_NULL)
		return (key_text(k, path, v, base, key));
	free(*p);
	*p = NULL;
	return (0);
}

int
key_list(struct keys *k, const char *path, const struct json *v, void *base, const struct key *key)
{
	struct strings *list = place(base, key);
	const char *s;

	if (json_kind(v) != JSON_ARRAY || json_count(v) > MAX_LIST)
		return (keys_fail(k, path, "a list of strings"));
	strings_free(list);
	for (size_t i = 0; i < json_count(v); i++) {
		s = json_string(json_at(v, i));
		if (s == NULL || (int64_t)strlen(s) > key->max)
			return (keys_fail(k, path, "a list of strings"));
		strings_add(list, s);
	}
	return (0);
}

int
key_argv(struct keys *k, const char *path, const struct json *v, void *base, const struct key *key)
{
	struct strings *list = place(base, key);
	char *s = NULL;
	const struct key one = { .max = key->max };

	if (json_kind(v) == JSON_NULL) {
		strings_free(list);
		return (0);
	}
	if (json_kind(v) == JSON_STRING) {
		if (key_text(k, path, v, &s, &one) == -1)
			return (-1);
		strings_free(list);
		strings_add(list, "/bin/sh");
		strings_add(list, "-c");
		strings_add(list, s);
		free(s);
		return (0);
	}
	if (json_kind(v) != JSON_ARRAY)
		return (keys_fail(k, path, "a command: a string, or a list of its arguments"));
	if (key_list(k, path, v, base, key) == -1)
		return (-1);
	if (list->n > 0 && list->v[0][0] == '\0')
		return (keys_fail(k, path, "a command whose first argument names a program"));
	return (0);
}

static bool
env_name_valid(const char *s)
{
	if ((!isalpha((unsigned char)s[0]) && s[0] != '_') || strlen(s) > SETTINGS_MAX_ENV_NAME)
		return (false);
	for (; *s != '\0'; s++)
		if (!isalnum((unsigned char)*s) && *s != '_')
			return (false);
	return (true);
}

/* {"command": ...} or {"file": ...}: the source of the value when a run begins. */
static int
set_secret(struct keys *k, const char *path, const struct json *v, const char *name,
    struct strings *secrets, int64_t max)
{
	const char *command = json_str(v, "command"), *file = json_str(v, "file");
	const char *source = command != NULL ? command : file;
	char *value;

	if (json_kind(v) != JSON_OBJECT || json_count(v) != 1 || source == NULL ||
	    source[strspn(source, " \t\r\n")] == '\0' || (int64_t)strlen(source) > max)
		return (keys_fail(k, path, "a string, {\"command\": ...} or {\"file\": ...}"));
	value = text_format("%s:%s", command != NULL ? "command" : "file", source);
	strings_set(secrets, name, value);
	free(value);
	return (0);
}

int
key_env(struct keys *k, const char *path, const struct json *v, void *base, const struct key *key)
{
	struct strings *env = place(base, key);
	struct strings *secrets = (struct strings *)(void *)((char *)base + key->min);
	char below[KEYS_PATH];
	const struct json *value;
	const char *name, *s;

	if (json_kind(v) != JSON_OBJECT || json_count(v) > MAX_LIST)
		return (keys_fail(k, path, "an object {\"NAME\": \"value\", ...}"));
	for (size_t i = 0; (name = json_key(v, i, &value)) != NULL; i++) {
		keys_path(below, path, name);
		if (!env_name_valid(name))
			return (keys_fail(k, below, "named by letters, digits and '_'"));
		s = json_string(value);
		if (s == NULL && set_secret(k, below, value, name, secrets, key->max) == -1)
			return (-1);
		if (s != NULL && (int64_t)strlen(s) > key->max)
			return (keys_fail(k, below, "a string"));
		/* the last entry for a name counts, whichever form it has */
		strings_drop(s == NULL ? env : secrets, name);
		if (s != NULL)
			strings_set(env, name, s);
	}
	return (0);
}

int
key_bool(struct keys *k, const char *path, const struct json *v, void *base, const struct key *key)
{
	if (json_kind(v) != JSON_BOOL)
		return (keys_fail(k, path, "true or false"));
	*(bool *)place(base, key) = json_true(v);
	return (0);
}

int
key_object(struct keys *k, const char *path, const struct json *v, void *base, const struct key *key)
{
	return (keys_apply(k, path, v, place(base, key), key->below));
}

int
key_ignored(struct keys *k, const char *path, const struct json *v, void *base,
    const struct key *key)
{
	(void)k;
	(void)path;
	(void)v;
	(void)base;
	(void)key;
	return (0);
}
