/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>

#include "orchestrator/execute/flow.h"
#include "orchestrator/execute/loop.h"
#include "orchestrator/execute/report.h"
#include "orchestrator/session/show_entry.h"
#include "orchestrator/view/show.h"

/* dir: where its directory is by now. */
static struct json *
session_json(const struct entry *e, const char *dir, const char *reason)
{
	const struct state *s = &e->state;
	struct json *j = json_new_object();
	int64_t to = s->ended_at > 0 ? s->ended_at : s->updated_at;
	char *log = text_format("%s/%s/" SESSION_FILE_LOG, dir, e->id);

	json_put_str(j, "task", s->item);
	json_put_str(j, "session", e->id);
	json_put_int(j, "sessions", 1);
	json_put_int(j, "ms", to > s->created_at ? to - s->created_at : 0);
	report_usage(j, s->input_tokens, s->output_tokens, s->cost_microusd);
	json_put_str(j, "log", log);
	if (reason != NULL)
		json_put_str(j, "reason", reason);
	free(log);
	return j;
}

void
loop_report_merged(struct loop *l, const struct entry *e)
{
	if (l->flow != NULL)
		return;
	if (l->done == NULL)
		l->done = json_new_array();
	json_append(l->done, session_json(e, l->o->archive, NULL));
}

static int64_t
sum(const struct json *list)
{
	int64_t ms = 0;

	for (size_t i = 0; i < json_count(list); i++)
		ms += json_int(json_at(list, i), "ms", 0);
	return ms;
}

/* What the report of a list has not got. */
static void
say_left(const struct loop *l)
{
	const struct sess *s;
	bool held;

	TAILQ_FOREACH(s, &l->table.all, all) {
		if (loop_listed(l, &s->e) && s->action != ACTION_HELD)
			continue;
		held = s->action == ACTION_HELD && s->why != NULL;
		loop_say(l, s->e.id, "not merged", "%s%s%s", show_status(&s->e), held ? ": " : "",
		    held ? s->why : "");
	}
}

static struct json *
record(struct loop *l, size_t rest)
{
	struct json *j = report_begin(l->o), *failed = json_new_array();
	const struct sess *s;

	TAILQ_FOREACH(s, &l->table.all, all)
		json_append(failed, session_json(&s->e, l->o->sessions, s->why != NULL ? s->why :
		    show_status(&s->e)));
	json_put_str(j, "list", NULL);
	json_put_int(j, "total", (int64_t)(l->merged + rest));
	json_put_int(j, "complete", (int64_t)l->merged);
	json_put_int(j, "sequential_ms", sum(l->done) + sum(failed));
	json_put(j, fate_name(FATE_MERGED), l->done != NULL ? l->done : json_new_array());
	json_put(j, fate_name(FATE_FAILED), failed);
	l->done = NULL;
	return j;
}

int
loop_report(struct loop *l)
{
	size_t rest = l->table.n + l->lost.n;
	struct json *j;

	say_left(l);
	if (l->flow != NULL) {
		flow_manifest_write(l->flow, true);
		flow_pause_say(l->flow);
		return flow_pause_status(l->flow, flow_report(l->flow));
	}
	j = record(l, rest);
	report_save(l->o, j);
	json_free(j);
	if (!l->o->json)
		printf("%zu merged, %zu not\n", l->merged, rest);
	return rest == 0 ? 0 : EX_NEGATIVE;
}
