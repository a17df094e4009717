/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdarg.h>
#include <stdio.h>

#include "orchestrator/cli/doctor.h"
#include "proto/base/array.h"
#include "proto/base/text.h"
#include "proto/json/json.h"

static const char *const health_names[] = {
	[HEALTH_GOOD] = "ok", [HEALTH_NOTE] = "note", [HEALTH_BAD] = "bad",
};
ARRAY_WHOLE(health_names, HEALTH_COUNT);

void
report_add(struct report *r, const char *name, enum health health, const char *fmt, ...)
{
	char text[1024];
	struct json *j;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	r->bad |= health == HEALTH_BAD;
	if (!r->json) {
		printf("%-5s %-11s ", health_names[health], name);
		text_print(stdout, text, false);
		putchar('\n');
		return;
	}
	j = json_new_object();
	json_put_str(j, "name", name);
	json_put_str(j, "result", health_names[health]);
	json_put_str(j, "text", text);
	json_append(r->checks, j);
}
