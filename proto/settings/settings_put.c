/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <string.h>

#include "proto/json/field.h"
#include "proto/json/json.h"
#include "proto/json/record.h"
#include "proto/settings/settings.h"
#include "proto/settings/settings_keys.h"

/* Copies the name of NAME=...; NULL when it is too long. */
static const char *
split(const char *pair, char name[SETTINGS_MAX_ENV_NAME + 1])
{
	const char *eq = strchr(pair, '=');

	if (eq == NULL || eq - pair > SETTINGS_MAX_ENV_NAME)
		return (NULL);
	memcpy(name, pair, (size_t)(eq - pair));
	name[eq - pair] = '\0';
	return (eq + 1);
}

void
keys_put(struct json *o, const void *base, const struct key *table)
{
	for (const struct key *key = table; key->name != NULL; key++)
		key->put(o, base, key);
}

void
put_object(struct json *o, const void *base, const struct key *key)
{
	keys_put(record_sub(o, key->name), key_at(base, key), key->below);
}

void
put_ignored(struct json *o, const void *base, const struct key *key)
{
	(void)o;
	(void)base;
	(void)key;
}

void
put_int(struct json *o, const void *base, const struct key *key)
{
	json_put_int(o, key->name, *(const int64_t *)key_at(base, key));
}

void
put_scaled(struct json *o, const void *base, const struct key *key)
{
	int64_t n = *(const int64_t *)key_at(base, key);

	if (n % key->min == 0)
		json_put_int(o, key->name, n / key->min);
	else
		json_put(o, key->name, json_new_real((double)n / (double)key->min));
}

void
put_bool(struct json *o, const void *base, const struct key *key)
{
	json_put_bool(o, key->name, *(const bool *)key_at(base, key));
}

void
put_text(struct json *o, const void *base, const struct key *key)
{
	json_put_str(o, key->name, *(char *const *)key_at(base, key));
}

void
put_string(struct json *o, const void *base, const struct key *key)
{
	put_text(o, base, key);
}

void
put_list(struct json *o, const void *base, const struct key *key)
{
	json_put(o, key->name, strings_json(key_at(base, key)));
}

void
put_argv(struct json *o, const void *base, const struct key *key)
{
	put_list(o, base, key);
}

/* For a secret only its source is written. */
void
put_env(struct json *o, const void *base, const struct key *key)
{
	const struct strings *env = key_at(base, key);
	const struct strings *secrets = (const void *)((const char *)base + key->min);
	struct json *in = json_new_object(), *from;
	char name[SETTINGS_MAX_ENV_NAME + 1];
	const char *value;

	for (size_t i = 0; i < env->n; i++)
		if ((value = split(env->v[i], name)) != NULL)
			json_put_str(in, name, value);
	for (size_t i = 0; i < secrets->n; i++) {
		if ((value = split(secrets->v[i], name)) == NULL)
			continue;
		from = json_new_object();
		json_put_str(from, value[0] == 'c' ? "command" : "file", strchr(value, ':') + 1);
		json_put(in, name, from);
	}
	json_put(o, key->name, in);
}
