/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "orchestrator/execute/loop.h"
#include "orchestrator/view/show.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/clock.h"
#include "proto/base/text.h"
#include "proto/json/json.h"
#include "proto/json/record.h"

static void
say_json(const char *session, const char *event, const char *text)
{
	struct json	*j = json_new_object();
	char		*line;

	record_put_time(j, "at", clock_wall());
	json_put_str(j, "session", session);
	json_put_str(j, "event", event);
	json_put_str(j, "text", text == NULL || *text == '\0' ? NULL : text);
	line = json_text(j, false, NULL);
	show_json_text(line);
	putchar('\n');
	free(line);
	json_free(j);
}

void
loop_say(const struct loop *l, const char *session, const char *event, const char *fmt, ...)
{
	va_list		 ap;
	char		*text;

	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) == -1)
		text = NULL;
	va_end(ap);
	if (l->o->json) {
		say_json(session, event, text);
	} else {
		printf("%s: %s%s", session, event, text == NULL || *text == '\0' ? "" : ": ");
		text_print(stdout, text == NULL ? "" : text, false);
		putchar('\n');
	}
	fflush(stdout);
	free(text);
}

void
loop_note(const struct loop *l, const char *session, const char *event, const char *line)
{
	if (l->o->json)
		say_json(session, event, line);
	else
		puts(line);
	fflush(stdout);
}
