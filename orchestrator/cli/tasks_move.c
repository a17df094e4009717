/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "orchestrator/source/task_link.h"
#include "orchestrator/source/tasks.h"
#include "orchestrator/view/show.h"
#include "orchestrator/workspace/cmd.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/json/record.h"
#include "proto/plan/taskgraph.h"

struct arguments {
	const char	*list, *task;
	char *const	*tasks;		/* of reopen */
	bool		 failed;
};
#define LIST_ROW	OPT_STRING(struct arguments, list, 0, "list", "LIST", "the list that has the task")
static const struct option_row rows[] = { LIST_ROW, OPERAND(struct arguments, task, "TASK") };
static const struct option_row reopen_rows[] = {
	LIST_ROW,
	OPT_FLAG(struct arguments, failed, 0, "failed", "all tasks of the list that are FAILED"),
	OPERANDS_OPTIONAL(struct arguments, tasks, "TASK ..."),
};

struct move {
	const char	*task;
	enum task_status to;
	struct text	 line;		/* to print once the change is on disk */
	struct json	*json;
};

/* 0, or a status with the reason printed. */
static int
check(const struct task *t, enum task_status to, const struct taskgraph *g, size_t i)
{
	char *waits;

	if (t->status == to) {
		log_warnx("task %s is %s already", t->item.id, task_status_name(to));
		return EX_DATAERR;
	}
	if (!task_legal(t->status, to)) {
		log_warnx("task %s is %s: it can't become %s%s", t->item.id,
		    task_status_name(t->status), task_status_name(to),
		    t->status == TASK_COMPLETE && to != TASK_COMPLETE ?
		    "; orchestrator tasks reopen makes it PENDING" : "");
		return EX_DATAERR;
	}
	/* Otherwise the end of that session would overwrite this status. */
	if (t->status == TASK_IN_PROGRESS && t->session[0] != '\0' && to == TASK_PENDING) {
		log_warnx("task %s: session %s has it; stop it first with orchestrator cancel %s",
		    t->item.id, t->session, t->session);
		return EX_UNAVAILABLE;
	}
	if (to != TASK_IN_PROGRESS || (waits = tasks_waits_for(g, i)) == NULL)
		return 0;
	log_warnx("task %s waits for %s, which must be COMPLETE first", t->item.id, waits);
	free(waits);
	return EX_UNAVAILABLE;
}

static void
note(struct move *m, const struct tasklist *l, const struct taskgraph *g, size_t i,
    enum task_status from)
{
	const struct task *t = &l->v[i];
	struct json *unblocked = tasks_unblocked(g, i);

	text_printf(&m->line, "[%s] ", t->item.id);
	text_line(&m->line, t->item.title, strlen(t->item.title));
	text_printf(&m->line, ": %s -> %s, list %s", task_status_name(from), task_status_name(m->to), l->id);
	for (size_t k = 0; k < json_count(unblocked); k++)
		text_printf(&m->line, "%s%s", k == 0 ? "\nReady now: " : ", ",
		    json_string(json_at(unblocked, k)));
	m->json = json_new_object();
	json_put_int(m->json, "version", 1);
	json_put_str(m->json, "list", l->id);
	json_put_str(m->json, "from", task_status_name(from));
	json_put_str(m->json, "to", task_status_name(m->to));
	json_put(m->json, "task", task_json(t));
	json_put(m->json, "unblocked", unblocked);
}

static int
move(struct tasklist *l, void *arg)
{
	struct move *m = arg;
	struct taskgraph g;
	enum task_status from;
	char why[RECORD_ERR];
	size_t i;
	int rv;

	if ((rv = tasks_need(l, m->task, &i)) != 0)
		return rv;
	if (taskgraph_make(&g, l, why, sizeof(why)) == -1) {
		log_warnx("task list %s: %s", l->id, why);
		return EX_DATAERR;
	}
	from = l->v[i].status;
	if ((rv = check(&l->v[i], m->to, &g, i)) == 0) {
		task_enter(&l->v[i], m->to, tasks_author(), NULL);
		if (m->to != TASK_COMPLETE)	/* its former holder no longer has it */
			l->v[i].session[0] = '\0';
		taskgraph_enter(&g, i, m->to);
		note(m, l, &g, i, from);
	}
	taskgraph_release(&g);
	return rv;
}

static int
move_one(struct orch *o, const char *list, const char *task, enum task_status to)
{
	struct move m = { .task = task, .to = to };
	char id[TASKLIST_ID_MAX];
	int rv;

	if ((rv = tasks_find_task(o, list, task, id)) == 0 &&
	    (rv = tasks_change(o->workspace, id, move, &m)) == 0) {
		if (o->json) {
			show_json(m.json);
			m.json = NULL;
		} else
			puts(m.line.buf);
	}
	json_free(m.json);
	text_free(&m.line);
	return rv;
}

static int
run_move(struct orch *o, const struct arguments *a, enum task_status to)
{
	int rv;

	if ((rv = orch_open(o)) != 0)
		return rv;
	task_link_recover(o);
	return move_one(o, a->list, a->task, to);
}

static int
reopen_failed(struct orch *o, const char *list)
{
	struct tasklist l;
	size_t n = 0;
	int rv, one;

	if ((rv = tasks_open_any(o, list, &l)) != 0)
		return rv;
	for (size_t i = 0; i < l.n; i++)
		if (l.v[i].status == TASK_FAILED) {
			n++;
			if ((one = move_one(o, l.id, l.v[i].item.id, TASK_PENDING)) != 0)
				rv = one;
		}
	if (n == 0 && !o->json)
		printf("no task of %s is FAILED\n", l.id);
	tasklist_release(&l);
	return rv;
}

static int
run_start(struct orch *o, void *arguments)
{
	return run_move(o, arguments, TASK_IN_PROGRESS);
}

static int
run_complete(struct orch *o, void *arguments)
{
	return run_move(o, arguments, TASK_COMPLETE);
}

static int
run_reopen(struct orch *o, void *arguments)
{
	const struct arguments *a = arguments;
	int rv, one;

	if (a->failed == (a->tasks != NULL))
		return option_error(&cmd_tasks_reopen.syntax, "give the tasks, or --failed");
	if ((rv = orch_open(o)) != 0)
		return rv;
	task_link_recover(o);
	if (a->failed)
		return reopen_failed(o, a->list);
	for (char *const *task = a->tasks; *task != NULL; task++)
		if ((one = move_one(o, a->list, *task, TASK_PENDING)) != 0)
			rv = one;
	return rv;
}

const struct cmd cmd_tasks_start = COMMAND("tasks start", "start a task that you do yourself", run_start,
    OPTION_ROWS(rows, struct arguments));
const struct cmd cmd_tasks_complete = COMMAND("tasks complete", "mark a task as done",
    run_complete, OPTION_ROWS(rows, struct arguments));
const struct cmd cmd_tasks_reopen = COMMAND("tasks reopen", "reopen tasks so that they are done again", run_reopen,
    OPTION_ROWS(reopen_rows, struct arguments));
