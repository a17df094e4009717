/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROTO_RPC_H
#define PROTO_RPC_H

/*
 * Messages of JSON-RPC 2.0, one a line, appended to out.  Each takes ownership of the objects it is given, and
 * copies an id, which may be NULL (null).
 */

struct json;
struct text;

enum rpc_code {
	RPC_PARSE = -32700,	/* not JSON */
	RPC_REQUEST = -32600,	/* not a request */
	RPC_METHOD = -32601,	/* no such method */
	RPC_PARAMS = -32602,	/* not the parameters of the method */
};

void rpc_say(struct text *out, struct json *message);
/* id 0: a notification. */
void rpc_call(struct text *out, int id, const char *method, struct json *params);
void rpc_result(struct text *out, const struct json *id, struct json *result);
/* data: NULL = none. */
void rpc_error(struct text *out, const struct json *id, int code, const char *message, struct json *data);

#endif
