/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <string.h>

#include "proto/json/field.h"
#include "proto/json/json.h"
#include "proto/json/record.h"
#include "proto/settings/settings.h"

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

/* For a secret only its source is written. */
static struct json *
env_json(const struct strings *env, const struct strings *secrets)
{
	struct json *o = json_new_object(), *from;
	char name[SETTINGS_MAX_ENV_NAME + 1];
	const char *value;

	for (size_t i = 0; i < env->n; i++)
		if ((value = split(env->v[i], name)) != NULL)
			json_put_str(o, name, value);
	for (size_t i = 0; i < secrets->n; i++) {
		if ((value = split(secrets->v[i], name)) == NULL)
			continue;
		from = json_new_object();
		json_put_str(from, value[0] == 'c' ? "command" : "file", strchr(value, ':') + 1);
		json_put(o, name, from);
	}
	return (o);
}

static struct json *
agents_json(const struct settings *s)
{
	struct json *all = json_new_object(), *o;

	for (size_t i = 0; i < s->nagents; i++) {
		const struct agent *a = &s->agents[i];

		o = json_new_object();
		json_put_str(o, "adapter", a->adapter);
		json_put(o, "command", strings_json(&a->command));
		json_put(o, "resume", strings_json(&a->resume));
		json_put_str(o, "verdict", a->verdict == VERDICT_BY_EXIT ? "exit-status" : "message");
		json_put_str(o, "model", a->model);
		json_put(o, "args", strings_json(&a->args));
		json_put(o, "env", env_json(&a->env, &a->secrets));
		json_put(all, a->name, o);
	}
	return (all);
}

static struct json *
commands_json(const struct command *v, size_t n)
{
	struct json *list = json_new_array(), *o;

	for (size_t i = 0; i < n; i++) {
		o = json_new_object();
		/* When name and command are the same, it may be longer than names may be. */
		if (strcmp(v[i].name, v[i].shell) != 0)
			json_put_str(o, "name", v[i].name);
		json_put_str(o, "command", v[i].shell);
		json_put_int(o, "timeout", v[i].timeout);
		json_append(list, o);
	}
	return (list);
}

void
settings_json(const struct settings *s, struct json *o)
{
	struct json *in, *list, *rule;

	json_put_str(o, "target", s->target);
	json_put_str(o, "review", review_mode_name(s->review));
	json_put(o, "agents", agents_json(s));
	in = record_sub(o, "roles");
	for (int role = ROLE_IMPLEMENTER; role < ROLE_COUNT; role++)
		json_put_str(in, role_name(role), s->role[role]);
	json_put(o, "setup", commands_json(s->setup, s->nsetup));
	json_put(o, "gates", commands_json(s->gates, s->ngates));
	json_put_int(o, "rounds", s->rounds);
	json_put_int(o, "gate_tries", s->gate_tries);
	json_put_int(o, "transcript_mb", s->transcript_mb);
	json_put_int(o, "stop_grace", s->stop_grace);
	json_put(o, "limits", limits_json(&s->limits));
	json_put(o, "context_phrases", strings_json(&s->context_phrases));
	json_put_int(o, "max_parallel", s->max_parallel);
	json_put_int(o, "max_parallel_streams", s->max_parallel_streams);
	json_put_int(o, "attempts", s->attempts);
	json_put_int(o, "bd_timeout", s->bd_timeout);
	json_put_int(o, "breaker", s->breaker);
	json_put_str(o, "ambiguous", ambiguous_name(s->ambiguous));
	json_put_int(o, "session_memory_mb", s->session_memory_mb);
	in = record_sub(o, "merge");
	json_put_str(in, "on_conflict", conflict_mode_name(s->on_conflict));
	json_put_str(in, "on_gate", conflict_mode_name(s->on_gate));
	json_put_int(in, "resolves", s->resolves);
	in = record_sub(o, "worktree");
	json_put_bool(in, "recycle", s->recycle);
	json_put_bool(in, "keep_ignored", s->keep_ignored);
	in = record_sub(o, "answers");
	list = json_new_array();
	for (size_t i = 0; i < s->nrules; i++) {
		rule = json_new_object();
		json_put_str(rule, "match", s->rules[i].match);
		json_put_str(rule, "answer", s->rules[i].answer);
		json_append(list, rule);
	}
	json_put(in, "rules", list);
	json_put(in, "command", strings_json(&s->answer_command));
	json_put(o, "env", env_json(&s->env, &s->secrets));
	in = record_sub(o, "confine");
	json_put_str(in, "mode", confine_mode_name(s->confine.mode));
	json_put_str(in, "network", s->confine.network_off ? "off" : "on");
	json_put(in, "writable", strings_json(&s->confine.writable));
	json_put(in, "environment", strings_json(&s->confine.environment));
	json_put(in, "sockets", strings_json(&s->confine.sockets));
	json_put(o, "protected", strings_json(&s->protect));
	json_put(o, "allow_protected", strings_json(&s->allow_protected));
}
