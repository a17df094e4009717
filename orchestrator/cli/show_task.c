/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "orchestrator/cli/show_task.h"
#include "orchestrator/execute/executor.h"
#include "orchestrator/execute/hold.h"
#include "orchestrator/source/tasks.h"
#include "orchestrator/view/show.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/text.h"
#include "proto/json/json.h"

#define COMMANDS	2

struct next { char *command; const char *what; };

/* What can be done about a task without a session. */
static size_t
next_of(const struct executor *f, size_t i, const struct hold_lines *h, struct next next[COMMANDS])
{
	const char *id = f->list.v[i].item.id;
	enum task_status status = f->list.v[i].status;
	bool ready = status == TASK_PENDING && f->graph.waiting[i] == 0 && h->v[HOLD_PATHS] == NULL &&
	    h->v[HOLD_ALONE] == NULL && h->v[HOLD_NO_PATHS] == NULL;
	size_t n = 0;

	if (status == TASK_PENDING)
		next[n++] = (struct next){ text_format("orchestrator execute %s", f->id), ready ? "does it, with its list" :
		    "does it in its turn" };
	else
		next[n++] = (struct next){ text_format("orchestrator tasks reopen --list %s %s", f->id, id), "makes it PENDING again" };
	if (ready)
		next[n++] = (struct next){ text_format("orchestrator dispatch %s", id), "does it alone" };
	return n;
}

static void
print_list(const char *name, const struct strings *s)
{
	struct text t = { 0 };

	for (size_t i = 0; i < s->n; i++)
		text_printf(&t, "%s%s", i > 0 ? ", " : "", s->v[i]);
	show_field(name, t.buf);
	text_free(&t);
}

static void
print(const struct executor *f, size_t i, const struct hold_lines *h, const struct next *next, size_t n)
{
	const struct task *t = &f->list.v[i];
	char *line = text_format("%s%s%s", t->item.id, t->item.title != NULL ? ": " : "", t->item.title != NULL ? t->item.title : "");

	show_field("task", line);
	free(line);
	line = text_format("%s (%s)", f->id, f->list.name);
	show_field("list", line);
	free(line);
	show_field("status", task_status_name(t->status));
	if (t->nhistory > 0)
		show_field("reason", t->history[t->nhistory - 1].reason);
	show_field("session", "none yet");
	show_section("description", t->item.description);
	show_section("acceptance", t->item.acceptance);
	for (size_t k = f->graph.needs_at[i]; k < f->graph.needs_at[i + 1]; k++) {
		const struct task *need = &f->list.v[f->graph.needs[k]];

		line = text_format("%s: %s", need->item.id, task_status_name(need->status));
		show_field("depends on", line);
		free(line);
	}
	print_list("paths", &t->item.allowed_paths);
	print_list("forbidden", &t->item.forbidden_paths);
	print_list("outputs", &t->item.outputs);
	for (int k = 0; k < HOLDS; k++)
		show_field("held back", h->v[k]);
	show_head("next");
	for (size_t k = 0; k < n; k++)
		show_step(next[k].command, next[k].what);
}

static void
print_json(const struct executor *f, size_t i, const struct hold_lines *h, const struct next *next, size_t n)
{
	struct json *j = json_new_object(), *commands = json_new_array(), *one;

	json_put_int(j, "version", 1);
	json_put_str(j, "session", NULL);
	json_put_str(j, "list", f->id);
	json_put_str(j, "name", f->list.name);
	json_put(j, "task", task_json(&f->list.v[i]));
	json_put(j, "held", hold_json(h));
	for (size_t k = 0; k < n; k++) {
		one = json_new_object();
		json_put_str(one, "command", next[k].command);
		json_put_str(one, "what", next[k].what);
		json_append(commands, one);
	}
	json_put(j, "next", commands);
	show_json(j);
}

int
show_task(struct orch *o, const char *task)
{
	const struct executor_options opts = { .max = 0 };
	char list[TASKLIST_ID_MAX];
	struct next next[COMMANDS];
	struct hold_lines h;
	struct executor f;
	size_t i, n;
	int rv;

	if ((rv = tasks_find_known_task(o, task, list)) != 0 || (rv = executor_open(&f, o, list, &opts)) != 0)
		return rv;
	f.attempts = 0;		/* a failed task is shown as it is */
	if ((rv = executor_load(&f)) == 0 && (rv = tasks_need(&f.list, task, &i)) == 0) {
		hold_make_task(&h, &f, task);
		n = next_of(&f, i, &h, next);
		(o->json ? print_json : print)(&f, i, &h, next, n);
		while (n > 0)
			free(next[--n].command);
		hold_release(&h);
	}
	executor_release(&f);
	return rv;
}
