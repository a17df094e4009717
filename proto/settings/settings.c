/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/alloc.h"
#include "proto/base/id.h"
#include "proto/base/text.h"
#include "proto/json/json.h"
#include "proto/settings/clients.h"
#include "proto/settings/settings.h"
#include "proto/settings/settings_keys.h"

#define MAX_NAME	256
#define MAX_TEMPLATE	4096
#define MAX_PREFIX	64

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
	{ KEY("verdict", choice), AT(agent, verdict), .names = verdict_sources },
	{ KEY("model", string), AT(agent, model), 0, MAX_NAME },
	{ KEY("client", string), AT(agent, client), 0, MAX_NAME },
	{ KEY("account", string), AT(agent, account), 0, MAX_NAME },
	{ KEY("mode", string), AT(agent, mode), 0, MAX_NAME },
	{ KEY("load", bool), AT(agent, load) },
	{ KEY("silence", int), AT(agent, silence), 0, 86400 },
	{ KEY("error_phrases", list), AT(agent, error_phrases), 0, SETTINGS_MAX_TEXT },
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

static const struct key default_keys[] = {
	{ KEY("name", text), AT(rule, name), 0, MAX_PREFIX },
	{ KEY("match", text), AT(rule, match), 0, SETTINGS_MAX_TEXT },
	{ KEY("after", int), AT(rule, after), 1, 31536000 },
	{ KEY("answer", text), AT(rule, answer), 0, SETTINGS_MAX_TEXT },
	{ .name = NULL }
};

static const struct key answers_keys[] = {
	{ KEY("rules", rules), AT(settings, rules), .below = rule_keys },
	{ KEY("default", rules), AT(settings, defaults), .below = default_keys },
	{ KEY("command", argv), AT(settings, answer_command), 0, SETTINGS_MAX_TEXT },
	{ .name = NULL }
};

static const struct key merge_keys[] = {
	{ KEY("on_conflict", choice), AT(settings, on_conflict), .names = conflict_modes },
	{ KEY("on_gate", choice), AT(settings, on_gate), .names = conflict_modes },
	{ KEY("message", string), AT(settings, merge_message), 0, MAX_TEMPLATE },
	{ KEY("resolves", int), AT(settings, resolves), 1, 10 },
	{ .name = NULL }
};

static const struct key hooks_keys[] = {
	{ KEY("on_event", argv), AT(settings, on_event), 0, SETTINGS_MAX_TEXT },
	{ .name = NULL }
};

static const struct key notices_keys[] = {
	{ KEY("desktop", bool), AT(settings, desktop) },
	{ KEY("bell", bool), AT(settings, bell) },
	{ KEY("quiet", string), AT(settings, quiet), 0, MAX_PREFIX },
	{ .name = NULL }
};

static const struct key park_keys[] = {
	{ KEY("worker", bool), AT(settings, park_worker) },
	{ .name = NULL }
};

static const struct key worktree_keys[] = {
	{ KEY("recycle", bool), AT(settings, recycle) },
	{ KEY("keep_ignored", bool), AT(settings, keep_ignored) },
	{ KEY("directory", string), AT(settings, worktrees), 0, 4 * MAX_NAME },
	{ .name = NULL }
};

const struct key settings_keys[] = {
	{ KEY("$schema", ignored) },
	{ KEY("target", string), AT(settings, target), 0, MAX_NAME },
	{ KEY("branch_prefix", string), AT(settings, branch_prefix), 0, MAX_PREFIX },
	{ KEY("review", choice), AT(settings, review), .names = review_modes },
	{ KEY("commit_message", string), AT(settings, commit_message), 0, MAX_TEMPLATE },
	{ KEY("review_by_person", bool), AT(settings, by_person) },
	{ KEY("agents", agents), .below = agent_keys },
	{ KEY("roles", object), AT(settings, role), .below = role_keys },
	{ KEY("setup", commands), AT(settings, setup), .below = command_keys },
	{ KEY("gates", commands), AT(settings, gates), .below = command_keys },
	{ KEY("rounds", int), AT(settings, rounds), 0, 10 },
	{ KEY("gate_tries", int), AT(settings, gate_tries), 0, 10 },
	{ KEY("transcript_mb", int), AT(settings, transcript_mb), 1, 65536 },
	{ KEY("stop_grace", int), AT(settings, stop_grace), 0, 3600 },
	{ KEY("limits", object), AT(settings, limits), .below = limit_keys },
	{ KEY("budget", object), AT(settings, budget), .below = budgets_keys },
	{ KEY("context_phrases", list), AT(settings, context_phrases), 0, MAX_NAME },
	{ KEY("limit_phrases", list), AT(settings, limit_phrases), 0, MAX_NAME },
	{ KEY("max_parallel", int), AT(settings, max_parallel), 1, 1000 },
	{ KEY("max_parallel_streams", int), AT(settings, max_parallel_streams), 1, 1000 },
	{ KEY("attempts", int), AT(settings, attempts), 1, 10 },
	{ KEY("bd_timeout", int), AT(settings, bd_timeout), 1, 3600 },
	{ KEY("breaker", int), AT(settings, breaker), 0, 1000 },
	{ KEY("ambiguous", choice), AT(settings, ambiguous), .names = ambiguous_names },
	{ KEY("terminal", choice), AT(settings, windows), .names = windows_names },
	{ KEY("max_load", int), AT(settings, max_load), 0, 1000000 },
	{ KEY("session_memory_mb", int), AT(settings, session_memory_mb), 1, 1 << 20 },
	{ KEY("ports", int), AT(settings, ports), 0, SETTINGS_MAX_PORTS },
	{ KEY("merge", object), .below = merge_keys },
	{ KEY("worktree", object), .below = worktree_keys },
	{ KEY("answers", object), .below = answers_keys },
	{ KEY("hooks", object), .below = hooks_keys },
	{ KEY("notices", object), .below = notices_keys },
	{ KEY("park", object), .below = park_keys },
	{ KEY("env", env), AT(settings, env), AT(settings, secrets), SETTINGS_MAX_TEXT },
	{ KEY("confine", confine), AT(settings, confine), .below = confine_keys },
	{ KEY("protected", list), AT(settings, protect), 0, SETTINGS_MAX_TEXT },
	{ KEY("allow_protected", list), AT(settings, allow_protected), 0, SETTINGS_MAX_TEXT },
	{ KEY("allow_files", list), AT(settings, allow_files), 0, SETTINGS_MAX_TEXT },
	{ .name = NULL }
};

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
	s->max_load = 800;
	s->attempts = 2;
	s->resolves = 3;
	s->recycle = true;
	s->bd_timeout = 30;
	s->breaker = 5;
	confine_default(s);
	for (size_t i = 0; i < nclients; i++)
		if (clients[i].adapter)
			settings_add_agent(s, clients[i].name, clients[i].name);
}

int
settings_apply_json(struct settings *s, const char *file, const struct json *o, bool lenient, char *err, size_t errlen)
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
settings_apply(struct settings *s, const char *file, const char *buf, size_t len, char *err, size_t errlen)
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

void
agent_release(struct agent *a)
{
	free(a->name);
	free(a->adapter);
	free(a->model);
	free(a->client);
	free(a->account);
	free(a->mode);
	strings_free(&a->command);
	strings_free(&a->resume);
	strings_free(&a->error_phrases);
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
	commands_free(s->setup, s->nsetup);
	commands_free(s->gates, s->ngates);
	rules_free(s->rules, s->nrules);
	rules_free(s->defaults, s->ndefaults);
	free(s->target);
	free(s->branch_prefix);
	free(s->worktrees);
	free(s->merge_message);
	free(s->commit_message);
	strings_free(&s->answer_command);
	strings_free(&s->on_event);
	free(s->quiet);
	strings_free(&s->context_phrases);
	strings_free(&s->limit_phrases);
	strings_free(&s->env);
	strings_free(&s->secrets);
	strings_free(&s->allow_files);
	confine_release(s);
	memset(s, 0, sizeof(*s));
}
