/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>

#include "orchestrator/execute/executor.h"
#include "orchestrator/execute/loop.h"
#include "orchestrator/execute/report.h"
#include "orchestrator/session/show_entry.h"
#include "orchestrator/session/spending.h"
#include "orchestrator/workspace/orch.h"
#include "proto/json/json.h"

/* By account and role. */
static struct json *
spent(const struct json *done, const struct json *failed)
{
	const struct json *const of[] = { done, failed };
	struct json *all = json_new_array();

	for (size_t k = 0; k < 2; k++)
		for (size_t i = 0; i < json_count(of[k]); i++)
			spending_merge(all, json_get(json_at(of[k], i), "spent"));
	return all;
}

static int64_t
sum(const struct json *list)
{
	int64_t ms = 0;

	for (size_t i = 0; i < json_count(list); i++)
		ms += json_int(json_at(list, i), "ms", 0);
	return ms;
}

/* Prints what the report of a list does not contain. */
static void
say_left(const struct loop *l)
{
	const struct session_row *s;
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
	const struct session_row *s;

	TAILQ_FOREACH(s, &l->table.all, all)
		json_append(failed, report_session(&s->e, l->o->sessions, s->why != NULL ? s->why :
		    show_status(&s->e)));
	json_put_str(j, "list", NULL);
	json_put_int(j, "total", (int64_t)(l->merged + rest));
	json_put_int(j, "complete", (int64_t)l->merged);
	json_put_int(j, "sequential_ms", sum(l->done) + sum(failed));
	json_put(j, "spent", spent(l->done, failed));
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
	if (l->executor != NULL) {
		LOOP_LISTS(l, f)
			loop_list_report(f);
		return l->executor->status;
	}
	j = record(l, rest);
	if (l->merged + rest > 0)
		report_save(l->o, j);
	loop_keep_report(l, j);
	json_free(j);
	if (!l->o->json)
		printf("%zu merged, %zu not\n", l->merged, rest);
	return rest == 0 ? 0 : EX_NEGATIVE;
}
