/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "orchestrator/execute/events.h"
#include "orchestrator/execute/loop.h"
#include "orchestrator/execute/notice.h"
#include "orchestrator/session/registry.h"
#include "orchestrator/view/block.h"
#include "orchestrator/view/show.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/array.h"
#include "proto/base/clock.h"
#include "proto/base/text.h"
#include "proto/json/json.h"

void
loop_keep(const struct loop *l, const char *session, const char *event)
{
	char		*line = events_line(session, event, NULL);

	events_add(l->events, line);
	free(line);
}

void
loop_keep_report(const struct loop *l, const struct json *report)
{
	char		*line = json_text(report, false, NULL), *text;

	events_add(l->events, line);
	free(line);
	text = text_format("%lld of %lld merged; orchestrator report shows the rest", (long long)json_int(report, "complete", 0),
	    (long long)json_int(report, "total", 0));
	if (l->notices != NULL)
		notices_add(l->notices, json_str(report, "list") != NULL ? json_str(report, "list") : strrchr(l->o->instance, '/') + 1,
		    "done", text);
	free(text);
}

/* Keeps the event, and prints it for programs. */
static void
record(const struct loop *l, const char *session, const char *event, const char *text)
{
	char		*line = events_line(session, event, text);

	if (l->events != NULL)
		events_add(l->events, line);
	if (l->notices != NULL)
		notices_add(l->notices, session, event, text);
	if (l->o->json) {
		show_json_text(line);
		putchar('\n');
	}
	free(line);
}

/* Is the event already visible in the line of the session? */
static bool
is_shown(const char *event)
{
	static const char *const events[] = { "dispatched", "started", "progress", "message", "delivered" };
	int		 status = status_parse(event);

	return (status != -1 && status_live((enum status)status)) || name_index(events, ARRAY_LEN(events), event) != -1;
}

/* On a terminal, with the name that commands take. */
static void
show(const struct loop *l, const char *session, const char *event, const char *text)
{
	char		 item[SESSION_ID_MAX];

	if (l->live != NULL && entry_item(session, item, sizeof(item)))
		session = item;
	else if (l->live != NULL && strcmp(session, strrchr(l->o->instance, '/') + 1) == 0)
		session = "execute";
	if (l->live == NULL || l->verbose || !is_shown(event))
		events_show(clock_wall(), session, event, text);
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
	record(l, session, event, text);
	if (!l->o->json)
		show(l, session, event, text);
	fflush(stdout);
	free(text);
}

void
loop_more(const struct loop *l, const char *session, const char *event, const char *text)
{
	if (l->verbose && !l->o->json)
		show(l, session, event, text);
}

void
loop_note(const struct loop *l, const char *session, const char *event, const char *line)
{
	record(l, session, event, line);
	if (!l->o->json && (l->live == NULL || l->verbose || !is_shown(event)))
		show_event(clock_wall(), TONE_PLAIN, line);
	fflush(stdout);
}

void
loop_heading(const struct loop *l, const char *list, const char *event, const char *line)
{
	record(l, list, event, line);
	block_lift();
	if (!l->o->json && isatty(STDOUT_FILENO))
		show_cut(line);
	else if (!l->o->json)
		puts(line);
	fflush(stdout);
}
