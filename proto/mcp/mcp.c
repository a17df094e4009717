/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/strings.h"
#include "proto/base/text.h"
#include "proto/json/json.h"
#include "proto/json/rpc.h"
#include "proto/mcp/mcp.h"

#define STATELESS	"2026-07-28"	/* the version without initialize */
#define META_VERSION	"io.modelcontextprotocol/protocolVersion"
#define NOT_THIS_ERA	(-32022)	/* error code: unsupported version */
#define CACHED_MS	(60 * 60 * 1000)

/* Newest first: a client that asks for an unknown version gets the first. */
static const char *const versions[] = { "2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05", NULL };

static bool
spoken(const char *version)
{
	for (const char *const *v = versions; version != NULL && *v != NULL; v++)
		if (strcmp(*v, version) == 0)
			return true;
	return false;
}

static const char *
version_of(const struct json *params)
{
	return json_str(json_get(params, "_meta"), META_VERSION);
}

/* Results of the stateless version have more members. */
static struct json *
new_result(bool stateless, bool cached)
{
	struct json *o = json_new_object();

	if (!stateless)
		return o;
	json_put_str(o, "resultType", "complete");
	if (cached) {
		json_put_int(o, "ttlMs", CACHED_MS);
		json_put_str(o, "cacheScope", "private");
	}
	return o;
}

static void
put_server(struct json *o, const struct mcp_server *s)
{
	struct json *info = json_new_object(), *can = json_new_object();

	json_put_str(info, "name", s->name);
	json_put_str(info, "version", VERSION);
	json_put(can, "tools", json_new_object());
	json_put(o, "capabilities", can);
	json_put(o, "serverInfo", info);
}

static struct json *
version_list(void)
{
	struct json *list = json_new_array();

	json_append(list, json_new_string(STATELESS));
	return list;
}

static void
discover(const struct mcp_server *s, const struct json *id, const struct json *params, struct text *out)
{
	struct json *o = new_result(true, true);

	(void)params;
	json_put(o, "supportedVersions", version_list());
	put_server(o, s);
	rpc_result(out, id, o);
}

static void
initialize(const struct mcp_server *s, const struct json *id, const struct json *params, struct text *out)
{
	const char *asked = json_str(params, "protocolVersion");
	struct json *o = json_new_object();

	json_put_str(o, "protocolVersion", spoken(asked) ? asked : versions[0]);
	put_server(o, s);
	rpc_result(out, id, o);
}

static void
ping(const struct mcp_server *s, const struct json *id, const struct json *params, struct text *out)
{
	(void)s;
	(void)params;
	rpc_result(out, id, json_new_object());
}

static void
list(const struct mcp_server *s, const struct json *id, const struct json *params, struct text *out)
{
	struct json *o = new_result(version_of(params) != NULL, true), *all = json_new_array(), *one, *meta;

	for (const struct mcp_tool *t = s->tools; t < s->tools + s->n; t++) {
		if (t->offered != NULL && !t->offered())
			continue;
		one = json_new_object();
		json_put_str(one, "name", t->name);
		json_put_str(one, "description", t->help);
		json_put(one, "inputSchema", mcp_schema(t));
		if (s->always) {
			meta = json_new_object();
			json_put_bool(meta, "anthropic/alwaysLoad", true);
			json_put(one, "_meta", meta);
		}
		json_append(all, one);
	}
	json_put(o, "tools", all);
	rpc_result(out, id, o);
}

/* Wrong arguments are an error that the model sees, so that it can call the tool again. */
static void
call(const struct mcp_server *s, const struct json *id, const struct json *params, struct text *out)
{
	const char *name = json_words(params, "name"), *input;
	const struct mcp_tool *t = s->tools;
	struct json *o, *part, *content;
	struct strings argv = { 0 };
	struct text said = { 0 };
	char why[256];
	bool good;

	while (t < s->tools + s->n && strcmp(t->name, name) != 0)
		t++;
	if (t == s->tools + s->n) {
		snprintf(why, sizeof(why), "unknown tool \"%.64s\"", name);
		rpc_error(out, id, RPC_PARAMS, why, NULL);
		return;
	}
	good = mcp_arguments(t, json_get(params, "arguments"), &argv, &input, why, sizeof(why)) == 0;
	if (good)
		good = s->call(s, t, &argv, input, &said);
	else
		text_puts(&said, why);
	strings_free(&argv);
	o = new_result(version_of(params) != NULL, false);
	part = json_new_object();
	content = json_new_array();
	json_put_str(part, "type", "text");
	json_put_strn(part, "text", said.buf != NULL ? said.buf : "", said.len);
	json_append(content, part);
	json_put(o, "content", content);
	json_put_bool(o, "isError", !good);
	text_free(&said);
	rpc_result(out, id, o);
}

static const struct {
	const char	*name;
	void		(*answer)(const struct mcp_server *, const struct json *id, const struct json *params, struct text *out);
} methods[] = {
	{ "server/discover", discover },
	{ "initialize", initialize },
	{ "ping", ping },
	{ "tools/list", list },
	{ "tools/call", call },
};

static void
request(const struct mcp_server *s, const char *method, const struct json *id, const struct json *params, struct text *out)
{
	const char *version = version_of(params);
	struct json *data;

	if (version != NULL && strcmp(version, STATELESS) != 0) {
		data = json_new_object();
		json_put(data, "supported", version_list());
		json_put_str(data, "requested", version);
		rpc_error(out, id, NOT_THIS_ERA, "unsupported protocol version", data);
		return;
	}
	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
		if (strcmp(methods[i].name, method) == 0) {
			methods[i].answer(s, id, params, out);
			return;
		}
	rpc_error(out, id, RPC_METHOD, "method not found", NULL);
}

void
mcp_line(const struct mcp_server *s, const char *line, size_t len, struct text *out)
{
	struct json *message;
	const struct json *id;
	const char *method;
	char err[256];
	size_t blank = 0;

	while (blank < len && strchr(" \t\r", line[blank]) != NULL && line[blank] != '\0')
		blank++;
	if (blank == len)
		return;
	if ((message = json_parse(line, len, 0, err, sizeof(err))) == NULL) {
		rpc_error(out, NULL, RPC_PARSE, err, NULL);
		return;
	}
	id = json_get(message, "id");
	method = json_str(message, "method");
	if (json_kind(id) != JSON_INT && json_kind(id) != JSON_STRING && json_kind(id) != JSON_REAL)
		id = NULL;
	if (method == NULL && json_get(message, "result") == NULL && json_get(message, "error") == NULL)
		rpc_error(out, id, RPC_REQUEST, "not a request", NULL);
	else if (method != NULL && id != NULL)
		request(s, method, id, json_get(message, "params"), out);
	json_free(message);
}
