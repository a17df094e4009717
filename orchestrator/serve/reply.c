/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdarg.h>
#include <stdio.h>

#include "orchestrator/serve/server.h"
#include "proto/json/json.h"

#define JSON	"application/json"

void
reply_json(struct request *r, unsigned int status, struct json *j)
{
	size_t len;
	char *text = json_text(j, false, &len);

	json_free(j);
	request_reply(r, status, JSON, text, len);
}

void
reply_error(struct request *r, unsigned int status, const char *format, ...)
{
	struct json *j = json_new_object();
	char text[512];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	json_put_str(j, "error", text);
	reply_json(r, status, j);
}
