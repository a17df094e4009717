/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/alloc.h"
#include "proto/base/id.h"
#include "proto/json/json.h"
#include "proto/settings/clients.h"
#include "proto/settings/settings.h"
#include "proto/settings/settings_keys.h"

#define MAX_NAME	256
#define MAX_PREFIX	64
#define MAX_ENTRIES	1000

#define AT(type, member)	offsetof(struct type, member)

static const struct key command_keys[] = {
	{ KEY("name", string), AT(command, name), 0, MAX_NAME },
	{ KEY("command", text), AT(command, shell), 0, SETTINGS_MAX_TEXT },
	{ KEY("timeout", int), AT(command, timeout), 1, 86400 },
	{ .name = NULL }
};

static const struct key agent_keys[] = {
	{ KEY("adapter", text), AT(agent, adapter), 0, MAX_NAME },
	{ KEY("command", argv), AT(agent, command), 0, SETTINGS_MAX_TEXT },
	{ KEY("resume", argv), AT(agent, resume), 0, SETTINGS_MAX_TEXT },
	{ KEY("verdict", verdict), AT(agent, verdict) },
	{ KEY("model", string), AT(agent, model), 0, MAX_NAME },
	{ KEY("args", list), AT(agent, args), 0, SETTINGS_MAX_TEXT },
	{ KEY("env", env), AT(agent, env), AT(agent, secrets), SETTINGS_MAX_TEXT },
	{ .name = NULL }
};

static const struct key role_keys[] = {
	{ KEY("implementer", string), ROLE_IMPLEMENTER * sizeof(char *), 0, MAX_NAME },
	{ KEY("reviewer", string), ROLE_REVIEWER * sizeof(char *), 0, MAX_NAME },
	{ KEY("tech-lead", string), ROLE_TECH_LEAD * sizeof(char *), 0, MAX_NAME },
	{ .name = NULL }
};

static const struct key rule_keys[] = {
	{ KEY("match", text), AT(rule, match), 0, SETTINGS_MAX_TEXT },
	{ KEY("answer", text), AT(rule, answer), 0, SETTINGS_MAX_TEXT },
	{ .name = NULL }
};

static const struct key answers_keys[] = {
	{ KEY("rules", rules), .below = rule_keys },
	{ KEY("command", argv), AT(settings, answer_command), 0, SETTINGS_MAX_TEXT },
	{ .name = NULL }
};

static const struct key merge_keys[] = {
	{ KEY("on_conflict", on_conflict), AT(settings, on_conflict) },
	{ KEY("on_gate", on_conflict), AT(settings, on_gate) },
	{ KEY("resolves", int), AT(settings, resolves), 1, 10 },
	{ .name = NULL }
};

static const struct key worktree_keys[] = {
	{ KEY("recycle", bool), AT(settings, recycle) },
	{ KEY("keep_ignored", bool), AT(settings, keep_ignored) },
	{ .name = NULL }
};

const struct key settings_keys[] = {
	{ KEY("$schema", ignored) },
	{ KEY("target", string), AT(settings, target), 0, MAX_NAME },
	{ KEY("branch_prefix", string), AT(settings, branch_prefix), 0, MAX_PREFIX },
	{ KEY("review", review), AT(settings, review) },
	{ KEY("agents", agents), .below = agent_keys },
	{ KEY("roles", object), AT(settings, role), .below = role_keys },
	{ KEY("setup", commands), AT(settings, setup), .below = command_keys },
	{ KEY("gates", commands), AT(settings, gates), .below = command_keys },
	{ KEY("rounds", int), AT(settings, rounds), 0, 10 },
	{ KEY("gate_tries", int), AT(settings, gate_tries), 0, 10 },
	{ KEY("transcript_mb", int), AT(settings, transcript_mb), 1, 65536 },
	{ KEY("stop_grace", int), AT(settings, stop_grace), 0, 3600 },
	{ KEY("limits", object), AT(settings, limits), .below = limit_keys },
	{ KEY("context_phrases", list), AT(settings, context_phrases), 0, MAX_NAME },
	{ KEY("limit_phrases", list), AT(settings, limit_phrases), 0, MAX_NAME },
	{ KEY("max_parallel", int), AT(settings, max_parallel), 1, 1000 },
	{ KEY("max_parallel_streams", int), AT(settings, max_parallel_streams), 1, 1000 },
	{ KEY("attempts", int), AT(settings, attempts), 1, 10 },
	{ KEY("bd_timeout", int), AT(settings, bd_timeout), 1, 3600 },
	{ KEY("breaker", int), AT(settings, breaker), 0, 1000 },
	{ KEY("ambiguous", ambiguous), AT(settings, ambiguous) },
	{ KEY("session_memory_mb", int), AT(settings, session_memory_mb), 1, 1 << 20 },
	{ KEY("merge", object), .below = merge_keys },
	{ KEY("worktree", object), .below = worktree_keys },
	{ KEY("answers", object), .below = answers_keys },
	{ KEY("env", env), AT(settings, env), AT(settings, secrets), SETTINGS_MAX_TEXT },
	{ KEY("confine", confine), AT(settings, confine), .below = confine_keys },
	{ KEY("protected", list), AT(settings, protect), 0, SETTINGS_MAX_TEXT },
	{ KEY("allow_protected", list), AT(settings, allow_protected), 0, SETTINGS_MAX_TEXT },
	{ .name = NULL }
};

static char *
copy(const char *s)
{
	char *p = strdup(s);

	if (p == NULL)
		err(1, NULL);
	return (p);
}

static struct agent *
add_agent(struct settings *s, const char *name, const char *adapter)
{
	struct agent *a = array_add(&s->agents, &s->nagents, sizeof(*s->agents));

	a->name = copy(name);
	a->adapter = copy(adapter);
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
			a = add_agent(base, name, ADAPTER_COMMAND);
		if (keys_apply(k, below, one, a, key->below) == -1)
			return (-1);
	}
	return (0);
}

static void
free_commands(struct command *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free(v[i].name);
		free(v[i].shell);
	}
	free(v);
}

static int
one_command(struct keys *k, const char *path, const struct json *v, struct command *c)
{
	c->timeout = SETTINGS_TIMEOUT;
	if (json_kind(v) == JSON_STRING) {
		if (key_text(k, path, v, c, &command_keys[1]) == -1)
			return (-1);
	} else if (json_kind(v) != JSON_OBJECT)
		return (keys_fail(k, path, "a command: a string or {\"command\": ...}"));
	else if (keys_apply(k, path, v, c, command_keys) == -1)
		return (-1);
	if (c->shell == NULL)
		return (keys_fail(k, path, "an object with a \"command\""));
	if (c->name == NULL)
		c->name = copy(c->shell);
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
	free_commands(*list, *n);
	*list = new;
	*n = json_count(v);
	for (size_t i = 0; i < *n; i++) {
		snprintf(below, sizeof(below), "%.120s[%zu]", path, i);
		if (one_command(k, below, json_at(v, i), &new[i]) == -1)
			return (-1);
	}
	return (0);
}

static void
free_rules(struct settings *s)
{
	for (size_t i = 0; i < s->nrules; i++) {
		free(s->rules[i].match);
		free(s->rules[i].answer);
	}
	free(s->rules);
	s->rules = NULL;
	s->nrules = 0;
}

int
key_rules(struct keys *k, const char *path, const struct json *v, void *base,
    const struct key *key)
{
	struct settings *s = base;
	struct rule *new;
	char below[KEYS_PATH];

	if ((new = new_list(k, path, v, sizeof(*new))) == NULL)
		return (-1);
	free_rules(s);
	s->rules = new;
	s->nrules = json_count(v);
	for (size_t i = 0; i < s->nrules; i++) {
		snprintf(below, sizeof(below), "%.120s[%zu]", path, i);
		if (keys_apply(k, below, json_at(v, i), &new[i], key->below) == -1)
			return (-1);
		if (new[i].match == NULL || new[i].answer == NULL)
			return (keys_fail(k, below, "an object with a \"match\" and an \"answer\""));
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
	struct json *list = json_new_array(), *one;

	for (size_t i = 0; i < s->nrules; i++) {
		keys_put(one = json_new_object(), &s->rules[i], key->below);
		json_append(list, one);
	}
	json_put(o, key->name, list);
}

void
settings_default(struct settings *s)
{
	memset(s, 0, sizeof(*s));
	limits_default(&s->limits);
	limits_phrases(&s->context_phrases, &s->limit_phrases);
	s->rounds = 2;
	s->gate_tries = 2;
	s->transcript_mb = 256;
	s->stop_grace = 10;
	s->max_parallel = 4;
	s->max_parallel_streams = 5;
	s->session_memory_mb = 512;
	s->attempts = 2;
	s->resolves = 3;
	s->recycle = true;
	s->bd_timeout = 30;
	s->breaker = 5;
	confine_default(s);
	for (size_t i = 0; i < nclients; i++)
		if (clients[i].adapter)
			add_agent(s, clients[i].name, clients[i].name);
}

int
settings_apply_json(struct settings *s, const char *file, const struct json *o, bool lenient,
    char *err, size_t errlen)
{
	struct keys k = { .file = file, .lenient = lenient, .err = err, .errlen = errlen };

	return (keys_apply(&k, "", o, s, settings_keys));
}

void
settings_json(const struct settings *s, struct json *o)
{
	keys_put(o, s, settings_keys);
}

int
settings_apply(struct settings *s, const char *file, const char *buf, size_t len, char *err,
    size_t errlen)
{
	char why[200];
	struct json *o;
	int rv;

	if ((o = json_parse(buf, len, JSON_COMMENTS, why, sizeof(why))) == NULL) {
		snprintf(err, errlen, "%s: %s", file, why);
		return (-1);
	}
	rv = settings_apply_json(s, file, o, false, err, errlen);
	json_free(o);
	return (rv);
}

const struct agent *
settings_agent(const struct settings *s, const char *name)
{
	return (name == NULL ? NULL : find_agent(s, name));
}

void
agent_release(struct agent *a)
{
	free(a->name);
	free(a->adapter);
	free(a->model);
	strings_free(&a->command);
	strings_free(&a->resume);
	strings_free(&a->args);
	strings_free(&a->env);
	strings_free(&a->secrets);
	memset(a, 0, sizeof(*a));
}

void
settings_release(struct settings *s)
{
	for (size_t i = 0; i < s->nagents; i++)
		agent_release(&s->agents[i]);
	free(s->agents);
	for (int i = 0; i < ROLE_COUNT; i++)
		free(s->role[i]);
	free_commands(s->setup, s->nsetup);
	free_commands(s->gates, s->ngates);
	free_rules(s);
	free(s->target);
	free(s->branch_prefix);
	strings_free(&s->answer_command);
	strings_free(&s->context_phrases);
	strings_free(&s->limit_phrases);
	strings_free(&s->env);
	strings_free(&s->secrets);
	confine_release(s);
	memset(s, 0, sizeof(*s));
}
