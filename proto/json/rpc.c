/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "proto/base/text.h"
#include "proto/json/json.h"
#include "proto/json/rpc.h"

void
rpc_say(struct text *out, struct json *message)
{
	size_t len;
	char *text;

	json_put_str(message, "jsonrpc", "2.0");
	text = json_text(message, false, &len);
	text_add(out, text, len);
	text_puts(out, "\n");
	free(text);
	json_free(message);
}

void
rpc_call(struct text *out, int id, const char *method, struct json *params)
{
	struct json *o = json_new_object();

	if (id != 0)
		json_put_int(o, "id", id);
	json_put_str(o, "method", method);
	json_put(o, "params", params);
	rpc_say(out, o);
}

static struct json *
reply(const struct json *id)
{
	struct json *o = json_new_object();

	if (id != NULL)
		json_put(o, "id", json_copy(id));
	else
		json_put_str(o, "id", NULL);
	return o;
}

void
rpc_result(struct text *out, const struct json *id, struct json *result)
{
	struct json *o = reply(id);

	json_put(o, "result", result);
	rpc_say(out, o);
}

void
rpc_error(struct text *out, const struct json *id, int code, const char *message, struct json *data)
{
	struct json *o = reply(id), *error = json_new_object();

	json_put_int(error, "code", code);
	json_put_str(error, "message", message);
	if (data != NULL)
		json_put(error, "data", data);
	json_put(o, "error", error);
	rpc_say(out, o);
}
