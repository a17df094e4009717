/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <getopt.h>

#include "orchestrator/source/task_link.h"
#include "orchestrator/source/tasks.h"
#include "orchestrator/view/show.h"
#include "proto/base/log.h"
#include "proto/json/record.h"

struct edit {
	struct orch	*o;
	struct task_options options;
	char *const	*operand;	/* add: ID: TITLE; edit: TASK; depend: TASK ON... */
	int		 n;
	struct text	 line;		/* what is printed once it is on disk */
	struct json	*json;
};

/* The list as changed must still be one; then what will be said is noted. */
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

	id = text_format("%.*s", (int)tasks_split(e->operand[0], &title), e->operand[0]);
	if ((t = tasklist_add(l, id, NULL, why, sizeof(why))) == NULL) {
		log_warnx("%s", why);
		rv = EX_DATAERR;
	} else {
		if (e->options.value[0] == NULL)	/* --title */
			e->options.value[0] = title;
		rv = task_options_apply(&e->options, t);
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

	if (!task_options_any(&e->options)) {
		log_warnx("task %s: say what to change; --help lists the options", e->operand[0]);
		return EX_USAGE;
	}
	if ((rv = tasks_need(l, e->operand[0], &i)) != 0 ||
	    (rv = task_options_apply(&e->options, &l->v[i])) != 0)
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

	if ((rv = tasks_need(l, e->operand[0], &i)) != 0)
		return rv;
	it = &l->v[i].item;
	for (int k = 1; k < e->n; k++) {
		if ((rv = tasks_need(l, e->operand[k], &on)) != 0)
			return rv;
		if (it->depends_on.n == ITEM_MAX_LIST) {
			log_warnx("task %s: %d dependencies are the limit", it->id, ITEM_MAX_LIST);
			return EX_DATAERR;
		}
		if (!depends(it, e->operand[k]))
			strings_add(&it->depends_on, e->operand[k]);
	}
	l->v[i].changed = true;
	return changed(e, l, i);
}

static int
finish(struct edit *e, int rv)
{
	if (rv == 0 && e->o->json) {
		show_json(e->json);
		e->json = NULL;
	} else if (rv == 0)
		puts(e->line.buf);
	json_free(e->json);
	text_free(&e->line);
	task_options_release(&e->options);
	return rv;
}

static int
run_add(struct orch *o, int argc, char **argv)
{
	struct edit e = { .o = o, .n = 1 };
	char id[TASKLIST_ID_MAX];
	int rv;

	if ((rv = task_options_parse(&cmd_tasks_add, argc, argv, &e.options, NULL)) == 0) {
		if (optind != argc - 2)
			rv = cmd_usage(&cmd_tasks_add);
		else if ((rv = orch_open(o)) == 0 &&
		    (rv = tasks_find_list(o, argv[optind], id)) == 0) {
			e.operand = argv + optind + 1;
			rv = tasks_change(o->workspace, id, add, &e);
		}
	}
	return finish(&e, rv);
}

static int
run_on_task(struct orch *o, int argc, char **argv, const struct cmd *cmd, int least,
    int (*fn)(struct tasklist *, void *))
{
	struct edit e = { .o = o };
	const char *list = NULL;
	char id[TASKLIST_ID_MAX];
	int rv;

	if ((rv = task_options_parse(cmd, argc, argv, &e.options, &list)) == 0) {
		e.operand = argv + optind;
		e.n = argc - optind;
		if (e.n < least || (least == 1 && e.n > 1))
			rv = cmd_usage(cmd);
		else if ((rv = orch_open(o)) == 0 &&
		    (rv = tasks_find_task(o, list, e.operand[0], id)) == 0)
			rv = tasks_change(o->workspace, id, fn, &e);
	}
	return finish(&e, rv);
}

static int
run_edit(struct orch *o, int argc, char **argv)
{
	return run_on_task(o, argc, argv, &cmd_tasks_edit, 1, edit);
}

static int
run_depend(struct orch *o, int argc, char **argv)
{
	return run_on_task(o, argc, argv, &cmd_tasks_depend, 2, depend);
}

const struct cmd cmd_tasks_add = {
	.name = "tasks add",
	.usage = TASK_USAGE " LIST 'ID: TITLE'",
	.summary = "add a task to a list",
	.run = run_add,
};
const struct cmd cmd_tasks_edit = {
	.name = "tasks edit",
	.usage = "[--list LIST] " TASK_USAGE " TASK",
	.summary = "change what a task says",
	.run = run_edit,
};
const struct cmd cmd_tasks_depend = {
	.name = "tasks depend",
	.usage = "[--list LIST] TASK ON ...",
	.summary = "let a task wait for others of its list",
	.run = run_depend,
};
