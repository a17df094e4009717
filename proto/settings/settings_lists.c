/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The lists of the settings: agents, commands and rules. */

#include <err.h>
#include <stddef.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "proto/base/alloc.h"
#include "proto/base/id.h"
#include "proto/base/text.h"
#include "proto/json/json.h"
#include "proto/settings/clients.h"
#include "proto/settings/settings.h"
#include "proto/settings/settings_keys.h"

#define AT(type, member) offsetof(struct type, member)
#define MAX_ENTRIES 1000

struct agent *
settings_add_agent(struct settings *s, const char *name, const char *adapter)
{
	struct agent *a = array_add(&s->agents, &s->nagents, sizeof(*s->agents));

	a->name = text_format("%s", name);
	a->adapter = text_format("%s", adapter);
	a->load = true;
	return (a);
}

static struct agent *
find_agent(const struct settings *s, const char *name)
{
	for (size_t i = 0; i < s->nagents; i++)
		if (strcmp(s->agents[i].name, name) == 0)
			return (&s->agents[i]);
	return (NULL);
}

const struct agent *
settings_agent(const struct settings *s, const char *name)
{
	return (name == NULL ? NULL : find_agent(s, name));
}

int
key_agents(struct keys *k, const char *path, const struct json *v, void *base,
    const struct key *key)
{
	char below[KEYS_PATH];
	const struct json *one;
	struct agent *a;
	const char *name;

	if (json_kind(v) != JSON_OBJECT || json_count(v) > MAX_ENTRIES)
		return (keys_fail(k, path, "an object {\"NAME\": {...}, ...}"));
	for (size_t i = 0; (name = json_key(v, i, &one)) != NULL; i++) {
		keys_path(below, path, name);
		if (!item_id_valid(name))
			return (keys_fail(k, below, "named by letters, digits, '.', '_' and '-'"));
		if ((a = find_agent(base, name)) == NULL)
			a = settings_add_agent(base, name, ADAPTER_COMMAND);
		if (keys_apply(k, below, one, a, key->below) == -1)
			return (-1);
	}
	return (0);
}

void
commands_free(struct command *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free(v[i].name);
		free(v[i].shell);
	}
	free(v);
}

static int
one_command(struct keys *k, const char *path, const struct json *v, struct command *c, const struct key *keys)
{
	c->timeout = SETTINGS_TIMEOUT;
	if (json_kind(v) == JSON_STRING) {
		if (key_text(k, path, v, c, &keys[1]) == -1)
			return (-1);
	} else if (json_kind(v) != JSON_OBJECT)
		return (keys_fail(k, path, "a command: a string or {\"command\": ...}"));
	else if (keys_apply(k, path, v, c, keys) == -1)
		return (-1);
	if (c->shell == NULL)
		return (keys_fail(k, path, "an object with a \"command\""));
	if (c->name == NULL)
		c->name = text_format("%s", c->shell);
	return (0);
}

/* Checks the length of a list of objects, and allocates an array for them. */
static void *
new_list(struct keys *k, const char *path, const struct json *v, size_t size)
{
	void *list;

	if (json_kind(v) != JSON_ARRAY || json_count(v) > MAX_ENTRIES) {
		keys_fail(k, path, "a list [...]");
		return (NULL);
	}
	if ((list = calloc(json_count(v) + 1, size)) == NULL)
		err(1, NULL);
	return (list);
}

int
key_commands(struct keys *k, const char *path, const struct json *v, void *base,
    const struct key *key)
{
	struct settings *s = base;
	struct command **list = key->offset == AT(settings, setup) ? &s->setup : &s->gates, *new;
	size_t *n = key->offset == AT(settings, setup) ? &s->nsetup : &s->ngates;
	char below[KEYS_PATH];

	if ((new = new_list(k, path, v, sizeof(*new))) == NULL)
		return (-1);
	commands_free(*list, *n);
	*list = new;
	*n = json_count(v);
	for (size_t i = 0; i < *n; i++) {
		snprintf(below, sizeof(below), "%.120s[%zu]", path, i);
		if (one_command(k, below, json_at(v, i), &new[i], key->below) == -1)
			return (-1);
	}
	return (0);
}

void
rules_free(struct rule *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free(v[i].match);
		free(v[i].answer);
		free(v[i].name);
	}
	free(v);
}

static int
check_rule(struct keys *k, const char *path, const struct rule *r, bool is_default)
{
	if (r->match == NULL || r->answer == NULL || (is_default && (r->name == NULL || r->after == 0)))
		return (keys_fail(k, path, is_default ? "an object with a \"name\", a \"match\", an \"after\" and an \"answer\"" :
		    "an object with a \"match\" and an \"answer\""));
	if (is_default && !item_id_valid(r->name))
		return (keys_fail(k, path, "named by letters, digits, '.', '_' and '-'"));
	return (0);
}

int
key_rules(struct keys *k, const char *path, const struct json *v, void *base,
    const struct key *key)
{
	struct settings *s = base;
	bool is_default = key->offset == AT(settings, defaults);
	struct rule **list = is_default ? &s->defaults : &s->rules, *new;
	size_t *n = is_default ? &s->ndefaults : &s->nrules;
	char below[KEYS_PATH];

	if ((new = new_list(k, path, v, sizeof(*new))) == NULL)
		return (-1);
	rules_free(*list, *n);
	*list = new;
	*n = json_count(v);
	for (size_t i = 0; i < *n; i++) {
		snprintf(below, sizeof(below), "%.120s[%zu]", path, i);
		if (keys_apply(k, below, json_at(v, i), &new[i], key->below) == -1 ||
		    check_rule(k, below, &new[i], is_default) == -1)
			return (-1);
	}
	return (0);
}

void
put_agents(struct json *o, const void *base, const struct key *key)
{
	const struct settings *s = base;
	struct json *all = json_new_object(), *one;

	for (size_t i = 0; i < s->nagents; i++) {
		keys_put(one = json_new_object(), &s->agents[i], key->below);
		json_put(all, s->agents[i].name, one);
	}
	json_put(o, key->name, all);
}

void
put_commands(struct json *o, const void *base, const struct key *key)
{
	const struct settings *s = base;
	bool setup = key->offset == AT(settings, setup);
	const struct command *v = setup ? s->setup : s->gates;
	size_t n = setup ? s->nsetup : s->ngates;
	struct json *list = json_new_array(), *one;

	for (size_t i = 0; i < n; i++) {
		keys_put(one = json_new_object(), &v[i], key->below);
		/* When name and command are the same, it may be longer than names may be. */
		if (strcmp(v[i].name, v[i].shell) == 0)
			json_drop(one, "name");
		json_append(list, one);
	}
	json_put(o, key->name, list);
}

void
put_rules(struct json *o, const void *base, const struct key *key)
{
	const struct settings *s = base;
	bool is_default = key->offset == AT(settings, defaults);
	const struct rule *v = is_default ? s->defaults : s->rules;
	size_t n = is_default ? s->ndefaults : s->nrules;
	struct json *list = json_new_array(), *one;

	for (size_t i = 0; i < n; i++) {
		keys_put(one = json_new_object(), &v[i], key->below);
		json_append(list, one);
	}
	json_put(o, key->name, list);
}
