/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "orchestrator/cli/status_held.h"
#include "orchestrator/execute/executor.h"
#include "orchestrator/source/tasks.h"
#include "orchestrator/workspace/orch.h"
#include "proto/json/json.h"

struct held { struct orch *o; struct json *all; };

/* Has it tasks under way, and others that are left? */
static bool
is_under_way(const struct tasklist *l)
{
	bool running = false, left = false;

	for (size_t i = 0; i < l->n; i++) {
		running |= l->v[i].status == TASK_IN_PROGRESS && l->v[i].session[0] != '\0';
		left |= l->v[i].status == TASK_PENDING || l->v[i].status == TASK_BLOCKED;
	}
	return running && left;
}

static int
look(void *arg, const char *id)
{
	const struct executor_options opts = { .max = 0 };
	struct held *h = arg;
	struct hold_lines lines;
	bool good;
	const struct tasklist *l = tasks_see(h->o->workspace, id, &good);
	struct executor f;

	if (l == NULL || !good || !is_under_way(l) || executor_open(&f, h->o, id, &opts) != 0)
		return 0;
	f.attempts = 0;
	if (executor_load(&f) == 0) {
		hold_make(&lines, &f);
		if (h->all == NULL)
			hold_print(&lines);
		else
			for (int i = 0; i < HOLDS; i++)
				if (lines.v[i] != NULL)
					json_append(h->all, json_new_string(lines.v[i]));
		hold_release(&lines);
	}
	executor_release(&f);
	return 0;
}

void
status_held(struct orch *o)
{
	struct held h = { .o = o };

	tasks_each(o->workspace, look, &h);
}

struct json *
status_held_json(struct orch *o)
{
	struct held h = { .o = o, .all = json_new_array() };

	tasks_each(o->workspace, look, &h);
	return h.all;
}
