/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "orchestrator/cli/tasks_options.h"
#include "orchestrator/source/tasks.h"
#include "orchestrator/view/show.h"
#include "orchestrator/workspace/cmd.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/json/record.h"
#include "proto/plan/taskgraph.h"

struct arguments {
	struct task_options options;
	const char	*list, *task;	/* for tasks add, task is ID: TITLE */
	char *const	*on;		/* depend */
};
struct edit {
	struct arguments *a;
	struct text	 line;		/* to print once the change is on disk */
	struct json	*json;
};

/* Checks that the changed list is still valid, then notes the output. */
static int
changed(struct edit *e, const struct tasklist *l, size_t i)
{
	char why[RECORD_ERR], *waits;
	struct taskgraph g;

	if (taskgraph_make(&g, l, why, sizeof(why)) == -1) {
		log_warnx("%s", why);
		return EX_DATAERR;
	}
	tasks_line(&e->line, &l->v[i]);
	if ((waits = tasks_waits_for(&g, i)) != NULL)
		text_printf(&e->line, " (waits for %s)", waits);
	free(waits);
	taskgraph_release(&g);
	e->json = json_new_object();
	json_put_int(e->json, "version", 1);
	json_put_str(e->json, "list", l->id);
	json_put(e->json, "task", task_json(&l->v[i]));
	return 0;
}

static int
add(struct tasklist *l, void *arg)
{
	struct edit *e = arg;
	const char *title;
	char why[RECORD_ERR], *id;
	struct task *t;
	int rv;

	id = text_format("%.*s", (int)tasks_split(e->a->task, &title), e->a->task);
	if ((t = tasklist_add(l, id, NULL, why, sizeof(why))) == NULL) {
		log_warnx("%s", why);
		rv = EX_DATAERR;
	} else {
		if (e->a->options.title == NULL)
			e->a->options.title = title;
		rv = task_options_apply(&e->a->options, l, t);
	}
	free(id);
	return rv != 0 ? rv : changed(e, l, l->n - 1);
}

static int
edit(struct tasklist *l, void *arg)
{
	struct edit *e = arg;
	size_t i;
	int rv;

	if (!task_options_any(&e->a->options))
		return option_error(&cmd_tasks_edit.syntax, "task %s: give an option that says what to change", e->a->task);
	if ((rv = tasks_need(l, e->a->task, &i)) != 0 ||
	    (rv = task_options_apply(&e->a->options, l, &l->v[i])) != 0)
		return rv;
	return changed(e, l, i);
}

static bool
depends(const struct item *it, const char *on)
{
	for (size_t i = 0; i < it->depends_on.n; i++)
		if (strcmp(it->depends_on.v[i], on) == 0)
			return true;
	return false;
}

static int
depend(struct tasklist *l, void *arg)
{
	struct edit *e = arg;
	struct item *it;
	size_t i, on;
	int rv;

	if ((rv = tasks_need(l, e->a->task, &i)) != 0)
		return rv;
	it = &l->v[i].item;
	for (char *const *name = e->a->on; *name != NULL; name++) {
		if ((rv = tasks_need(l, *name, &on)) != 0)
			return rv;
		if (it->depends_on.n == ITEM_MAX_LIST) {
			log_warnx("task %s: has more than %d dependencies", it->id, ITEM_MAX_LIST);
			return EX_DATAERR;
		}
		if (!depends(it, *name))
			strings_add(&it->depends_on, *name);
	}
	l->v[i].changed = true;
	return changed(e, l, i);
}

static int
change(struct orch *o, struct edit *e, int (*fn)(struct tasklist *, void *))
{
	char id[TASKLIST_ID_MAX];
	int rv;

	if ((rv = orch_open(o)) != 0 || (rv = fn == add ? tasks_find_list(o, e->a->list, id) :
	    tasks_find_task(o, e->a->list, e->a->task, id)) != 0)
		return rv;
	if ((rv = tasks_change(o->workspace, id, fn, e)) == 0 && o->json) {
		show_json(e->json);
		e->json = NULL;
	} else if (rv == 0)
		puts(e->line.buf);
	json_free(e->json);
	text_free(&e->line);
	return rv;
}

static int
run_add(struct orch *o, void *arguments)
{
	struct edit e = { .a = arguments };

	return change(o, &e, add);
}

static int
run_edit(struct orch *o, void *arguments)
{
	struct edit e = { .a = arguments };

	return change(o, &e, edit);
}

static int
run_depend(struct orch *o, void *arguments)
{
	struct edit e = { .a = arguments };

	return change(o, &e, depend);
}

static const struct option_row add_rows[] = {
	TASK_ROWS(struct arguments, options),
	OPERAND(struct arguments, list, "LIST"),
	OPERAND(struct arguments, task, "'ID: TITLE'"),
};
#define LIST_ROW	OPT_STRING(struct arguments, list, 0, "list", "LIST", "the list that has the task")
static const struct option_row edit_rows[] = {
	LIST_ROW,
	TASK_ROWS(struct arguments, options),
	OPERAND(struct arguments, task, "TASK"),
};
static const struct option_row depend_rows[] = {
	LIST_ROW,
	OPERAND(struct arguments, task, "TASK"),
	OPERANDS(struct arguments, on, "ON ..."),
};

const struct cmd cmd_tasks_add = COMMAND("tasks add", "add a task to a list", run_add,
    OPTION_ROWS(add_rows, struct arguments));
const struct cmd cmd_tasks_edit = COMMAND("tasks edit", "change a task", run_edit,
    OPTION_ROWS(edit_rows, struct arguments));
const struct cmd cmd_tasks_depend = COMMAND("tasks depend",
    "make a task wait for others of its list", run_depend,
    OPTION_ROWS(depend_rows, struct arguments));
