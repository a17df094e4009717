/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "proto/base/text.h"
#include "proto/json/json.h"
#include "proto/json/rpc.h"
#include "worker/agent/acp.h"

static struct json *
of_session(const char *session)
{
	struct json *o = json_new_object();

	json_put_str(o, "sessionId", session);
	return o;
}

void
acp_initialize(struct text *out)
{
	static const char params[] = "{\"protocolVersion\":1,\"clientCapabilities\":{\"fs\":{\"readTextFile\":false,"
	    "\"writeTextFile\":false},\"terminal\":false,\"elicitation\":{\"form\":{}}},"
	    "\"clientInfo\":{\"name\":\"orchestrator\",\"version\":\"" VERSION "\"}}";
	char err[64];

	rpc_call(out, ACP_INITIALIZE, "initialize", json_parse(params, strlen(params), 0, err, sizeof(err)));
}

void
acp_session(struct text *out, const char *method, const char *dir, const char *session, struct json *servers)
{
	struct json *params = session != NULL ? of_session(session) : json_new_object();

	json_put_str(params, "cwd", dir);
	json_put(params, "mcpServers", servers);
	rpc_call(out, ACP_SESSION, method, params);
}

void
acp_set_mode(struct text *out, const char *session, const char *mode)
{
	bool option = strcmp(mode, ACP_ALLOW_ALL) == 0;
	struct json *params = of_session(session);

	json_put_str(params, option ? "configId" : "modeId", mode);
	if (option)
		json_put_str(params, "value", "on");
	rpc_call(out, ACP_MODE, option ? "session/set_config_option" : "session/set_mode", params);
}

void
acp_put_text(struct json *params, const char *key, const char *text)
{
	struct json *part = json_new_object(), *list = json_new_array();

	json_put_str(part, "type", "text");
	json_put_str(part, "text", text);
	json_append(list, part);
	json_put(params, key, list);
}

void
acp_prompt(struct text *out, const char *session, const char *text)
{
	struct json *params = of_session(session);

	acp_put_text(params, "prompt", text);
	rpc_call(out, ACP_PROMPT, "session/prompt", params);
}

void
acp_steer(struct text *out, const char *session, const char *text)
{
	struct json *params = of_session(session), *meta = json_new_object(), *steering = json_new_object();

	acp_put_text(params, "prompt", text);
	json_put_str(steering, "idleBehavior", "promptRequired");
	json_put(meta, "steering", steering);
	json_put(params, "_meta", meta);
	rpc_call(out, ACP_STEER, "_session/steering", params);
}

void
acp_cancel(struct text *out, const char *session)
{
	rpc_call(out, 0, "session/cancel", of_session(session));
}
