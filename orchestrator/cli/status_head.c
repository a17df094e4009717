/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "orchestrator/cli/status_list.h"
#include "orchestrator/session/headline.h"
#include "orchestrator/session/registry.h"
#include "orchestrator/source/tasks.h"
#include "orchestrator/view/page.h"
#include "orchestrator/view/show.h"
#include "orchestrator/workspace/control.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/clock.h"
#include "proto/base/text.h"
#include "proto/json/json.h"

static void
add_list(const struct status_view *v, const struct json *one, struct text *t)
{
	const char *id = json_words(one, "list"), *name = json_words(one, "name");
	bool good;
	const struct tasklist *l = tasks_see(v->o->workspace, id, &good);
	size_t done = 0;

	if (*name == '\0')
		name = id;
	for (size_t i = 0; l != NULL && i < l->n; i++)
		done += l->v[i].status == TASK_COMPLETE;
	if (l != NULL)
		headline_list(t, name, done, l->n);
	else
		text_line(t, name, strlen(name));
}

/* What execute does, and since when; the cost is that of sessions which were not over when it began. */
static void
add_execute(const struct status_view *v, struct text *t)
{
	const struct json *lists = json_get(v->execute, "lists");
	int64_t began = clock_parse(json_words(v->execute, "started_at")), cost = 0;
	size_t running = 0;

	text_printf(t, "execute %jd %s", (intmax_t)json_int(v->execute, "pid", 0), json_count(lists) > 0 ? "works on " :
	    "attends the sessions");
	for (size_t i = 0; i < json_count(lists); i++) {
		text_puts(t, i > 0 ? "; " : "");
		add_list(v, json_at(lists, i), t);
	}
	for (size_t i = 0; i < v->es->n; i++) {
		const struct entry *e = &v->es->v[i];

		running += e->alive;
		if (e->error == NULL && (e->state.ended_at == 0 || e->state.ended_at >= began))
			cost += e->state.cost_microusd;
	}
	headline_counts(t, running, began > 0 ? show_age(began) : NULL, cost);
	if (json_bool(v->execute, "ending", false))
		text_puts(t, "; interrupted, it starts no more sessions");
}

void
status_head(const struct status_view *v)
{
	struct text lead = { 0 }, t = { 0 };

	headline_title(&lead, v->o);
	text_puts(&lead, " · ");
	if (v->execute != NULL)
		add_execute(v, &t);
	else
		text_puts(&t, "execute is not running");
	show_item(&(struct page_item){ lead.buf, t.buf, NULL }, 2);
	text_free(&lead);
	text_free(&t);
	if (control_paused(v->o))
		show_item(&(struct page_item){ "paused: ", "no more sessions are started; orchestrator resume ends the pause", NULL }, 2);
}
