/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "orchestrator/execute/executor.h"
#include "orchestrator/session/ask.h"
#include "orchestrator/session/registry.h"
#include "orchestrator/source/tasks.h"
#include "orchestrator/view/show.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/text.h"
#include "proto/json/record.h"
#include "proto/plan/streams.h"
#include "proto/plan/taskgraph.h"

void
tasks_line(struct text *t, const struct task *task)
{
	text_printf(t, "[%s] ", task->item.id);
	text_line(t, task->item.title, strlen(task->item.title));
	text_printf(t, ": %s", task_status_name(task->status));
}

void
tasks_print_line(const struct task *task, const char *suffix)
{
	struct text t = { 0 };

	tasks_line(&t, task);
	if (suffix != NULL)
		text_line(&t, suffix, strlen(suffix));
	puts(t.buf);
	text_free(&t);
}

/* NULL: the agent of its session does not wait for an answer. */
static char *
remark_blocked(struct orch *o, const struct task *t)
{
	char line[200], *s = NULL;
	struct entry e;

	if (t->session[0] == '\0' || executor_entry(o, t->session, &e) == -1)
		return NULL;
	if (ask_blocked(&e)) {
		text_first_line(line, sizeof(line), e.state.blocked);
		s = text_format(" (%s: blocked: %s; orchestrator answer %s continues it)", e.id, line, e.state.item);
	}
	entry_release(&e);
	return s;
}

/* Additional remarks about a task. */
static char *
remark(struct orch *o, const struct taskgraph *g, size_t i)
{
	const struct task *t = &g->list->v[i];
	const char *reason = t->nhistory > 0 ? t->history[t->nhistory - 1].reason : NULL;
	char *waits, *s;

	switch (t->status) {
	case TASK_PENDING:
		if ((waits = tasks_waits_for(g, i)) == NULL)
			return NULL;
		s = text_format(" (waits for %s)", waits);
		free(waits);
		return s;
	case TASK_IN_PROGRESS:
		return t->session[0] == '\0' ? NULL : text_format(" (%s)", t->session);
	case TASK_BLOCKED:
	case TASK_FAILED:
		if ((s = remark_blocked(o, t)) != NULL)
			return s;
		return reason == NULL ? NULL :
		    text_format(" (%s: %s)", t->history[t->nhistory - 1].by, reason);
	case TASK_COMPLETE:
	case TASK_STATUS_COUNT:
		break;
	}
	return NULL;
}

struct json *
tasks_json(struct orch *o, const struct tasklist *l)
{
	size_t count[TASK_STATUS_COUNT] = { 0 };
	struct json *j = json_new_object(), *counts = json_new_object();
	char *path = tasks_path(o->workspace, l->id);

	for (size_t i = 0; i < l->n; i++)
		count[l->v[i].status]++;
	for (int s = 0; s < TASK_STATUS_COUNT; s++)
		json_put_int(counts, task_status_name((enum task_status)s), (int64_t)count[s]);
	json_put_str(j, "id", l->id);
	json_put_str(j, "name", l->name);
	json_put_str(j, "path", path);
	record_put_time(j, "created_at", l->created_at);
	record_put_time(j, "updated_at", l->updated_at);
	json_put_int(j, "total", (int64_t)l->n);
	json_put(j, "counts", counts);
	free(path);
	return j;
}

static void
print_json(struct orch *o, const struct tasklist *l, const struct taskgraph *g)
{
	struct json *j = json_new_object(), *tasks = json_new_array(), *ready = json_new_array();
	struct json *members = tasks_json(o, l);
	const struct json *v;
	const char *key;
	size_t next = taskgraph_next(g);

	json_put_int(j, "version", 1);
	for (size_t i = 0; (key = json_key(members, i, &v)) != NULL; i++)
		json_put(j, key, json_copy(v));
	json_free(members);
	for (size_t r = 0; r < g->n; r++)
		if (taskgraph_ready(g, g->ranked[r]))
			json_append(ready, json_new_string(l->v[g->ranked[r]].item.id));
	for (size_t i = 0; i < l->n; i++)
		json_append(tasks, l->v[i].changed || l->v[i].item.raw == NULL ?
		    task_json(&l->v[i]) : json_ref(l->v[i].item.raw));
	json_put_str(j, "next", next == TASK_NONE ? NULL : l->v[next].item.id);
	json_put(j, "ready", ready);
	json_put(j, "tasks", tasks);
	show_json(j);
}

/* Prints the tasks of a phase below its name; "" = tasks that are not streams. */
static void
print_tasks(struct orch *o, const struct taskgraph *g, const char *phase)
{
	bool first = phase[0] != '\0';
	char *s;

	for (size_t i = 0; i < g->n; i++) {
		if (strcmp(g->list->v[i].phase, phase) != 0)
			continue;
		if (first)
			printf("%c%s Phase\n", toupper((unsigned char)phase[0]), phase + 1);
		first = false;
		s = remark(o, g, i);
		tasks_print_line(&g->list->v[i], s);
		free(s);
	}
}

void
tasks_print(struct orch *o, const struct tasklist *l, struct taskgraph *g)
{
	size_t done = 0, next;
	char *budget;

	taskgraph_rank(g);
	if (o->json) {
		print_json(o, l, g);
		return;
	}
	print_tasks(o, g, "");
	for (int p = 0; p < STREAM_PHASES; p++)
		print_tasks(o, g, stream_phase_name((enum stream_phase)p));
	for (size_t i = 0; i < l->n; i++)
		done += l->v[i].status == TASK_COMPLETE;
	printf("%zu of %zu COMPLETE", done, l->n);
	if ((next = taskgraph_next(g)) != TASK_NONE)
		printf("; next: %s", l->v[next].item.id);
	budget = budget_text(&l->budget, &l->budget);
	if (*budget != '\0')
		printf("; budget: %s", budget);
	free(budget);
	putchar('\n');
}

struct json *
tasks_unblocked(const struct taskgraph *g, size_t i)
{
	struct json *list = json_new_array();

	for (size_t e = g->frees_at[i]; e < g->frees_at[i + 1]; e++)
		if (g->status[i] == TASK_COMPLETE && taskgraph_ready(g, g->frees[e]))
			json_append(list, json_new_string(g->list->v[g->frees[e]].item.id));
	return list;
}
