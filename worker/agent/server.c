/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/strings.h"
#include "proto/base/text.h"
#include "proto/json/json.h"
#include "proto/session/layout.h"
#include "proto/settings/clients.h"
#include "proto/sys/file.h"
#include "worker/agent/agent.h"
#include "worker/agent/event.h"
#include "worker/agent/server.h"
#include "worker/core/output.h"

#define NAME		"orchestrator"
#define DEFAULTS	"/etc/gemini-cli/system-defaults.json"
#define DEFAULTS_MAX	(1u << 20)

static char *
program(const struct agent_run *run)
{
	return text_format("%s/" SESSION_DIR_BIN "/worker", strings_value(&run->server, "SESSION_DIR"));
}

/* The command as one list, or its arguments alone. */
static struct json *
words(const struct agent_run *run, bool whole)
{
	struct json *list = json_new_array();
	char *path = program(run);

	if (whole)
		json_append(list, json_new_string(path));
	json_append(list, json_new_string("mcp"));
	free(path);
	return list;
}

static void
put_program(struct json *o, const struct agent_run *run)
{
	char *path = program(run);

	json_put_str(o, "command", path);
	json_put(o, "args", words(run, false));
	free(path);
}

/* The variables as an object, or as a list of pairs. */
static struct json *
variables(const struct agent_run *run, bool pairs)
{
	struct json *all = pairs ? json_new_array() : json_new_object(), *one;
	const char *value;
	char *name;

	for (size_t i = 0; i < run->server.n; i++) {
		value = strchr(run->server.v[i], '=') + 1;
		name = text_format("%.*s", (int)(value - 1 - run->server.v[i]), run->server.v[i]);
		if (pairs) {
			one = json_new_object();
			json_put_str(one, "name", name);
			json_put_str(one, "value", value);
			json_append(all, one);
		} else
			json_put_str(all, name, value);
		free(name);
	}
	return all;
}

/* { "KEY": { "orchestrator": SERVER } } */
static struct json *
configured(const char *key, struct json *server)
{
	struct json *all = json_new_object(), *named = json_new_object();

	json_put(named, NAME, server);
	json_put(all, key, named);
	return all;
}

static char *
configuration(const char *key, struct json *server)
{
	struct json *all = configured(key, server);
	char *text = json_text(all, false, NULL);

	json_free(all);
	return text;
}

struct json *
server_acp(const struct agent_run *run)
{
	struct json *list = json_new_array(), *o;

	if (run->server.n == 0)
		return list;
	o = json_new_object();
	json_put_str(o, "name", NAME);
	put_program(o, run);
	json_put(o, "env", variables(run, true));
	json_append(list, o);
	return list;
}

/* A server in the format of most clients. */
static struct json *
usual(const struct agent_run *run)
{
	struct json *o = json_new_object();

	put_program(o, run);
	json_put(o, "env", variables(run, false));
	return o;
}

void
server_claude(const struct agent_run *run, struct strings *argv)
{
	char *text;

	if (run->server.n == 0)
		return;
	text = configuration("mcpServers", usual(run));
	event_option(argv, "--mcp-config", text);
	free(text);
}

void
server_option(const struct agent_run *run, struct strings *argv)
{
	const struct client *c = client_of(run->agent);
	struct json *o, *tools;
	char *text;

	if (run->server.n == 0 || c == NULL || c->servers == NULL)
		return;
	o = usual(run);
	tools = json_new_array();
	json_append(tools, json_new_string("*"));
	json_put_str(o, "type", "local");
	json_put(o, "tools", tools);
	text = configuration("mcpServers", o);
	event_option(argv, c->servers, text);
	free(text);
}

char *
server_defaults(const struct agent_run *run, const char *defaults, size_t len)
{
	char why[256], *text;
	struct json *all = json_parse(defaults, len, JSON_COMMENTS, why, sizeof(why)), *servers;

	if (json_kind(all) != JSON_OBJECT) {
		json_free(all);
		return NULL;
	}
	servers = json_kind(json_get(all, "mcpServers")) == JSON_OBJECT ? json_copy(json_get(all, "mcpServers")) : json_new_object();
	json_put(servers, NAME, usual(run));
	json_put(all, "mcpServers", servers);
	text = json_text(all, false, NULL);
	json_free(all);
	return text;
}

/* The system's defaults for gemini, malloced; NULL: they can't be read. */
static char *
read_defaults(size_t *len)
{
	char *buf;

	if (file_read(AT_FDCWD, DEFAULTS, DEFAULTS_MAX, &buf, len) == 0)
		return buf;
	if (errno != ENOENT)
		return NULL;
	buf = text_format("{}");
	*len = strlen(buf);
	return buf;
}

void
server_gemini(const struct agent_run *run, struct strings *env)
{
	char *path, *text, *defaults;
	size_t len;

	if (run->server.n == 0)
		return;
	/* runs can't write there */
	path = text_format("%s/" SESSION_DIR_TRANSCRIPT "/servers.json", strings_value(&run->server, "SESSION_DIR"));
	defaults = read_defaults(&len);
	text = defaults != NULL ? server_defaults(run, defaults, len) : NULL;
	if (text == NULL)
		output_log("warning: %s can't be read; gemini runs without the tools of worker mcp", DEFAULTS);
	else if (file_replace(AT_FDCWD, path, text, strlen(text), 0) == 0)
		event_env(env, "GEMINI_CLI_SYSTEM_DEFAULTS_PATH", path);
	free(text);
	free(defaults);
	free(path);
}

/* The values are TOML, which strings and lists in JSON also are. */
static void
codex_value(struct strings *argv, const char *key, struct json *value)
{
	char *text = json_text(value, false, NULL), *pair = text_format("mcp_servers." NAME ".%s=%s", key, text);

	event_option(argv, "-c", pair);
	free(pair);
	free(text);
	json_free(value);
}

void
server_codex(const struct agent_run *run, struct strings *argv)
{
	char *path, *key;
	const char *value;

	if (run->server.n == 0)
		return;
	path = program(run);
	codex_value(argv, "command", json_new_string(path));
	codex_value(argv, "args", words(run, false));
	for (size_t i = 0; i < run->server.n; i++) {
		value = strchr(run->server.v[i], '=') + 1;
		key = text_format("env.%.*s", (int)(value - 1 - run->server.v[i]), run->server.v[i]);
		codex_value(argv, key, json_new_string(value));
		free(key);
	}
	free(path);
}

void
server_opencode(const struct agent_run *run, const char *plugin, struct strings *env)
{
	struct json *o, *all, *plugins;
	char *text;

	if (run->server.n == 0)
		return;
	o = json_new_object();
	json_put_str(o, "type", "local");
	json_put(o, "command", words(run, true));
	json_put(o, "environment", variables(run, false));
	all = configured("mcp", o);
	if (plugin != NULL) {
		plugins = json_new_array();
		json_append(plugins, json_new_string(plugin));
		json_put(all, "plugin", plugins);
	}
	text = json_text(all, false, NULL);
	event_env(env, "OPENCODE_CONFIG_CONTENT", text);
	free(text);
	json_free(all);
}
