/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/array.h"
#include "proto/base/text.h"
#include "proto/json/json.h"
#include "proto/sandbox/sandbox_names.h"
#include "proto/settings/clients.h"
#include "proto/settings/settings.h"
#include "proto/settings/settings_keys.h"

#define MAX_PATH	4096
#define AT(member)	offsetof(struct confine, member)

static const char *const modes[] = {
	[CONFINE_OFF] = "off", [CONFINE_AUTO] = "auto", [CONFINE_REQUIRE] = "require", [CONFINE_MODES] = NULL,
};
ARRAY_WHOLE(modes, CONFINE_MODES + 1);

static int
key_mode(struct keys *k, const char *path, const struct json *v, void *base, const struct key *key)
{
	enum confine_mode *mode = (enum confine_mode *)(void *)((char *)base + key->offset), before = *mode;
	int rv = key_choice(k, path, v, base, key);

	/* a repository must not undo what the user requires */
	if (before == CONFINE_REQUIRE)
		*mode = before;
	return (rv);
}

static int
key_network(struct keys *k, const char *path, const struct json *v, void *base,
    const struct key *key)
{
	bool *off = (bool *)(void *)((char *)base + key->offset);
	const char *s = json_string(v);

	if (s == NULL || (strcmp(s, "on") != 0 && strcmp(s, "off") != 0))
		return (keys_fail(k, path, "\"on\" or \"off\""));
	*off = strcmp(s, "off") == 0;
	return (0);
}

static void
put_network(struct json *o, const void *base, const struct key *key)
{
	json_put_str(o, key->name, *(const bool *)key_at(base, key) ? "off" : "on");
}

const struct key confine_keys[] = {
	{ .name = "mode", .set = key_mode, .put = put_choice, .offset = AT(mode), .names = modes },
	{ KEY("network", network), AT(network_off) },
	{ KEY("writable", list), AT(writable), 0, MAX_PATH },
	{ KEY("environment", list), AT(environment), 0, SETTINGS_MAX_ENV_NAME + 1 },
	{ KEY("sockets", list), AT(sockets), 0, MAX_PATH },
	{ .name = NULL }
};

int
key_confine(struct keys *k, const char *path, const struct json *v, void *base,
    const struct key *key)
{
	if (json_kind(v) == JSON_STRING)
		return (key_mode(k, path, v, (char *)base + key->offset, &key->below[0]));
	return (key_object(k, path, v, base, key));
}

void
put_confine(struct json *o, const void *base, const struct key *key)
{
	put_object(o, base, key);
}

static void
protect_everywhere(void *arg, const char *name)
{
	struct strings *list = arg;
	char *glob = text_format("**/%s", name);
	size_t i;

	for (i = 0; i < list->n && strcmp(list->v[i], glob) != 0; i++)
		;
	if (i == list->n)
		strings_add(list, glob);
	free(glob);
}

/* Paths that steer git, the builds of others, or later agents. */
void
confine_default(struct settings *s)
{
	static const char *const names[] = { "**/.gitattributes", ".gitmodules", ".orchestrator",
		".ci", ".circleci", ".github", ".gitlab", ".gitlab-ci.yml", ".travis.yml",
		".buildkite", ".drone.yml", ".forgejo", ".gitea", ".woodpecker", ".woodpecker.yml",
		"azure-pipelines.yml", "bitbucket-pipelines.yml", "Jenkinsfile", ".cursor",
		".cursorrules", ".devcontainer", ".vscode" };

	s->confine.mode = CONFINE_AUTO;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		strings_add(&s->protect, names[i]);
	for (size_t i = 0; i < nclients; i++)
		client_words(clients[i].steers, protect_everywhere, &s->protect);
}

void
confine_release(struct settings *s)
{
	strings_free(&s->confine.writable);
	strings_free(&s->confine.environment);
	strings_free(&s->confine.sockets);
	strings_free(&s->protect);
	strings_free(&s->allow_protected);
}

static int
bad(const char *file, const char *key, const char *value, const char *must, char *err,
    size_t errlen)
{
	char shown[KEYS_PATH];

	keys_path(shown, "", value);
	snprintf(err, errlen, "%s: \"confine.%s\": \"%s\" must be %s", file, key, shown, must);
	return (-1);
}

int
confine_check(const struct settings *s, const char *file, char *err, size_t errlen)
{
	const struct confine *c = &s->confine;

	for (size_t i = 0; i < c->writable.n; i++)
		if (c->writable.v[i][0] != '/' && strncmp(c->writable.v[i], "~/", 2) != 0)
			return (bad(file, "writable", c->writable.v[i], "an absolute path, or "
			    "begin with ~/", err, errlen));
	for (size_t i = 0; i < c->sockets.n; i++)
		if (c->sockets.v[i][0] != '/' && !sandbox_socket_known(c->sockets.v[i]))
			return (bad(file, "sockets", c->sockets.v[i], "an absolute path or one of "
			    SANDBOX_SOCKETS, err, errlen));
	return (0);
}
