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

#define NKEYS(t)	(sizeof(t) / sizeof((t)[0]))
#define MAX_NAME	256
#define MAX_ENTRIES	1000

typedef int setter(struct keys *, const char *, const struct json *, void *, const struct key *);

static setter set_agents, set_roles, set_commands, set_merge, set_worktree, set_answers,
    set_rules;

#define AT(type, member)	offsetof(struct type, member)

static const struct key command_keys[] = {
	{ "name", key_string, AT(command, name), 0, MAX_NAME },
	{ "command", key_text, AT(command, shell), 0, SETTINGS_MAX_TEXT },
	{ "timeout", key_int, AT(command, timeout), 1, 86400 },
};

static const struct key agent_keys[] = {
	{ "adapter", key_text, AT(agent, adapter), 0, MAX_NAME },
	{ "command", key_argv, AT(agent, command), 0, SETTINGS_MAX_TEXT },
	{ "resume", key_argv, AT(agent, resume), 0, SETTINGS_MAX_TEXT },
	{ "verdict", key_verdict, AT(agent, verdict), 0, 0 },
	{ "model", key_string, AT(agent, model), 0, MAX_NAME },
	{ "args", key_list, AT(agent, args), 0, SETTINGS_MAX_TEXT },
	{ "env", key_env, AT(agent, env), AT(agent, secrets), SETTINGS_MAX_TEXT },
};

static const struct key role_keys[] = {
	{ "implementer", key_string, ROLE_IMPLEMENTER * sizeof(char *), 0, MAX_NAME },
	{ "reviewer", key_string, ROLE_REVIEWER * sizeof(char *), 0, MAX_NAME },
	{ "tech-lead", key_string, ROLE_TECH_LEAD * sizeof(char *), 0, MAX_NAME },
};

static const struct key rule_keys[] = {
	{ "match", key_text, AT(rule, match), 0, SETTINGS_MAX_TEXT },
	{ "answer", key_text, AT(rule, answer), 0, SETTINGS_MAX_TEXT },
};

static const struct key answers_keys[] = {
	{ "rules", set_rules, 0, 0, 0 },
	{ "command", key_argv, AT(settings, answer_command), 0, SETTINGS_MAX_TEXT },
};

static const struct key merge_keys[] = {
	{ "on_conflict", key_on_conflict, AT(settings, on_conflict), 0, 0 },
	{ "on_gate", key_on_conflict, AT(settings, on_gate), 0, 0 },
	{ "resolves", key_int, AT(settings, resolves), 1, 10 },
};

static const struct key worktree_keys[] = {
	{ "recycle", key_bool, AT(settings, recycle), 0, 0 },
	{ "keep_ignored", key_bool, AT(settings, keep_ignored), 0, 0 },
};

static const struct key top_keys[] = {
	{ "$schema", key_ignored, 0, 0, 0 },
	{ "target", key_string, AT(settings, target), 0, MAX_NAME },
	{ "review", key_review, AT(settings, review), 0, 0 },
	{ "agents", set_agents, 0, 0, 0 },
	{ "roles", set_roles, AT(settings, role), 0, 0 },
	{ "setup", set_commands, AT(settings, setup), 0, 0 },
	{ "gates", set_commands, AT(settings, gates), 0, 0 },
	{ "rounds", key_int, AT(settings, rounds), 0, 10 },
	{ "gate_tries", key_int, AT(settings, gate_tries), 0, 10 },
	{ "transcript_mb", key_int, AT(settings, transcript_mb), 1, 65536 },
	{ "stop_grace", key_int, AT(settings, stop_grace), 0, 3600 },
	{ "limits", key_limits, AT(settings, limits), 0, 0 },
	{ "context_phrases", key_list, AT(settings, context_phrases), 0, MAX_NAME },
	{ "max_parallel", key_int, AT(settings, max_parallel), 1, 1000 },
	{ "max_parallel_streams", key_int, AT(settings, max_parallel_streams), 1, 1000 },
	{ "attempts", key_int, AT(settings, attempts), 1, 10 },
	{ "bd_timeout", key_int, AT(settings, bd_timeout), 1, 3600 },
	{ "breaker", key_int, AT(settings, breaker), 0, 1000 },
	{ "ambiguous", key_ambiguous, AT(settings, ambiguous), 0, 0 },
	{ "session_memory_mb", key_int, AT(settings, session_memory_mb), 1, 1 << 20 },
	{ "merge", set_merge, 0, 0, 0 },
	{ "worktree", set_worktree, 0, 0, 0 },
	{ "answers", set_answers, 0, 0, 0 },
	{ "env", key_env, AT(settings, env), AT(settings, secrets), SETTINGS_MAX_TEXT },
	{ "confine", key_confine, AT(settings, confine), 0, 0 },
	{ "protected", key_list, AT(settings, protect), 0, SETTINGS_MAX_TEXT },
	{ "allow_protected", key_list, AT(settings, allow_protected), 0, SETTINGS_MAX_TEXT },
};

static char *
copy(const char *s)
{
	char *p = strdup(s);

	if (p == NULL)
		err(1, NULL);
	return (p);
}

static int
set_merge(struct keys *k, const char *path, const struct json *v, void *base,
    const struct key *key)
{
	(void)key;
	return (keys_apply(k, path, v, base, merge_keys, NKEYS(merge_keys)));
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

static int
set_agents(struct keys *k, const char *path, const struct json *v, void *base,
    const struct key *key)
{
	char below[KEYS_PATH];
	const struct json *one;
	struct agent *a;
	const char *name;

	(void)key;
	if (json_kind(v) != JSON_OBJECT || json_count(v) > MAX_ENTRIES)
		return (keys_fail(k, path, "an object {\"NAME\": {...}, ...}"));
	for (size_t i = 0; (name = json_key(v, i, &one)) != NULL; i++) {
		keys_path(below, path, name);
		if (!item_id_valid(name))
			return (keys_fail(k, below, "named by letters, digits, '.', '_' and '-'"));
		if ((a = find_agent(base, name)) == NULL)
			a = add_agent(base, name, ADAPTER_COMMAND);
		if (keys_apply(k, below, one, a, agent_keys, NKEYS(agent_keys)) == -1)
			return (-1);
	}
	return (0);
}

static int
set_roles(struct keys *k, const char *path, const struct json *v, void *base,
    const struct key *key)
{
	return (keys_apply(k, path, v, (char *)base + key->offset, role_keys, NKEYS(role_keys)));
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
	else if (keys_apply(k, path, v, c, command_keys, NKEYS(command_keys)) == -1)
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

static int
set_commands(struct keys *k, const char *path, const struct json *v, void *base,
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

static int
set_worktree(struct keys *k, const char *path, const struct json *v, void *base,
    const struct key *key)
{
	(void)key;
	return (keys_apply(k, path, v, base, worktree_keys, NKEYS(worktree_keys)));
}

static int
set_answers(struct keys *k, const char *path, const struct json *v, void *base,
    const struct key *key)
{
	(void)key;
	return (keys_apply(k, path, v, base, answers_keys, NKEYS(answers_keys)));
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

static int
set_rules(struct keys *k, const char *path, const struct json *v, void *base,
    const struct key *key)
{
	struct settings *s = base;
	struct rule *new;
	char below[KEYS_PATH];

	(void)key;
	if ((new = new_list(k, path, v, sizeof(*new))) == NULL)
		return (-1);
	free_rules(s);
	s->rules = new;
	s->nrules = json_count(v);
	for (size_t i = 0; i < s->nrules; i++) {
		snprintf(below, sizeof(below), "%.120s[%zu]", path, i);
		if (keys_apply(k, below, json_at(v, i), &new[i], rule_keys, NKEYS(rule_keys)) == -1)
			return (-1);
		if (new[i].match == NULL || new[i].answer == NULL)
			return (keys_fail(k, below, "an object with a \"match\" and an \"answer\""));
	}
	return (0);
}

void
settings_default(struct settings *s)
{
	memset(s, 0, sizeof(*s));
	limits_default(&s->limits);
	limits_phrases(&s->context_phrases);
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

	return (keys_apply(&k, "", o, s, top_keys, NKEYS(top_keys)));
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
	strings_free(&s->answer_command);
	strings_free(&s->context_phrases);
	strings_free(&s->env);
	strings_free(&s->secrets);
	confine_release(s);
	memset(s, 0, sizeof(*s));
}
