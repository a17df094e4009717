/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <stdint.h>
#include <string.h>

#include "orchestrator/cli/input.h"
#include "orchestrator/execute/cache.h"
#include "orchestrator/source/task_link.h"
#include "orchestrator/source/tasks.h"
#include "orchestrator/view/show.h"
#include "orchestrator/workspace/cmd.h"
#include "orchestrator/workspace/control.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/json/json.h"

struct arguments {
	bool		 yes;
	const char	*list, *name;
	char	*const	*tasks;
};

/* 0: no execute works through the list. */
static int
check_execute(const struct orch *o, const char *id)
{
	struct json *j = cache_execute(o);
	const struct json *lists = json_get(j, "lists");
	const char *one;
	pid_t pid = control_execute(o);
	bool works = pid != 0 && control_has(o, id);

	for (size_t i = 0; i < json_count(lists); i++)
		works |= (one = json_str(json_at(lists, i), "list")) != NULL && strcmp(one, id) == 0;
	if (works)
		log_warnx("process %jd works through list %s; orchestrator stop ends it",
		    (intmax_t)(pid != 0 ? pid : json_int(j, "pid", 0)), id);
	json_free(j);
	return works ? EX_UNAVAILABLE : 0;
}

/* 0: no session has the task. */
static int
check_session(const struct task *t)
{
	if (t->status != TASK_IN_PROGRESS || t->session[0] == '\0')
		return 0;
	log_warnx("task %s: session %s has it; orchestrator cancel %s ends it first", t->item.id, t->session, t->session);
	return EX_UNAVAILABLE;
}

static bool
is_named(char *const *names, const char *id)
{
	for (; *names != NULL; names++)
		if (strcmp(*names, id) == 0)
			return true;
	return false;
}

/* 0: no task depends on a removed task. */
static int
check_waiting(const struct tasklist *l, char *const *names)
{
	for (size_t i = 0; i < l->n; i++) {
		const struct strings *on = &l->v[i].item.depends_on;

		for (size_t k = 0; k < on->n && !is_named(names, l->v[i].item.id); k++)
			if (is_named(names, on->v[k])) {
				log_warnx("task %s depends on %s: name it too, or change that with orchestrator tasks edit %s --depends-on",
				    l->v[i].item.id, on->v[k], l->v[i].item.id);
				return EX_UNAVAILABLE;
			}
	}
	return 0;
}

static int
remove_tasks(struct tasklist *l, void *arg)
{
	const struct arguments *a = arg;
	size_t i;
	int rv = 0;

	if (l->source.kind != NULL) {
		log_warnx("list %s follows %s: remove its tasks there", l->id, l->source.kind);
		return EX_UNAVAILABLE;
	}
	for (char *const *name = a->tasks; rv == 0 && *name != NULL; name++)
		if ((rv = tasks_need(l, *name, &i)) == 0)
			rv = check_session(&l->v[i]);
	if (rv != 0 || (rv = check_waiting(l, a->tasks)) != 0)
		return rv;
	for (char *const *name = a->tasks; *name != NULL; name++)
		if ((i = tasklist_find(l, *name)) != TASK_NONE)
			tasklist_remove(l, i);
	return 0;
}

static void
print_done(const struct orch *o, const char *list, const char *name, char *const *tasks)
{
	struct json *j, *a;

	if (o->json) {
		j = json_new_object();
		json_put_int(j, "version", 1);
		json_put_str(j, "list", list);
		json_put_str(j, "name", name);
		a = json_new_array();
		for (; tasks != NULL && *tasks != NULL; tasks++)
			json_append(a, json_new_string(*tasks));
		json_put(j, "removed", a);
		show_json(j);
		return;
	}
	for (; tasks != NULL && *tasks != NULL; tasks++)
		printf("[%s] removed from %s\n", *tasks, list);
	if (name != NULL) {
		printf("%s: ", list);
		text_print(stdout, name, false);
		putchar('\n');
	}
}

static int
run_remove(struct orch *o, void *arguments)
{
	struct arguments *a = arguments;
	char id[TASKLIST_ID_MAX];
	int rv;

	if ((rv = orch_open(o)) != 0)
		return rv;
	task_link_recover(o);
	if ((rv = tasks_find_task(o, a->list, a->tasks[0], id)) == 0 && (rv = check_execute(o, id)) == 0 &&
	    (rv = tasks_change(o->workspace, id, remove_tasks, a)) == 0)
		print_done(o, id, NULL, a->tasks);
	return rv;
}

static int
run_rename(struct orch *o, void *arguments)
{
	const struct arguments *a = arguments;
	char id[TASKLIST_ID_MAX];
	int rv;

	if (!tasklist_name_valid(a->name)) {
		log_warnx("the name of a list is one line of text, of 1 to %d bytes", TASKLIST_MAX_NAME);
		return EX_USAGE;
	}
	if ((rv = orch_open(o)) == 0 && (rv = tasks_find_list(o, a->list, id)) == 0 &&
	    (rv = tasks_rename(o->workspace, id, a->name)) == 0)
		print_done(o, id, a->name, NULL);
	return rv;
}

struct deleting { struct orch *o; size_t open; };

/* 0: nothing works on the list. */
static int
check_idle(struct orch *o, const struct tasklist *l, size_t *open)
{
	int rv = check_execute(o, l->id);

	*open = 0;
	for (size_t i = 0; rv == 0 && i < l->n; i++) {
		rv = check_session(&l->v[i]);
		*open += l->v[i].status != TASK_COMPLETE;
	}
	return rv;
}

/* The same under the list's lock: a person may have taken time to answer. */
static int
check_again(const struct tasklist *l, void *arg)
{
	struct deleting *d = arg;
	size_t open;
	int rv = check_idle(d->o, l, &open);

	if (rv == 0 && open > d->open) {
		log_warnx("list %s was changed meanwhile; try again", l->id);
		rv = EX_TEMPFAIL;
	}
	return rv;
}

/* 0: the list may go, with its tasks that are not done. */
static int
check_delete(struct deleting *d, const struct tasklist *l, bool yes)
{
	size_t open;
	char *question, *refusal;
	int rv;

	if ((rv = check_idle(d->o, l, &open)) != 0)
		return rv;
	d->open = yes ? SIZE_MAX : open;
	if (open == 0 || yes)
		return 0;
	question = text_format("%zu task%s of list %s %s not COMPLETE.  Delete it?", open, open == 1 ? "" : "s", l->id,
	    open == 1 ? "is" : "are");
	refusal = text_format("%zu of its tasks are not COMPLETE: orchestrator tasks delete --yes %s deletes list %s", open, l->id, l->id);
	rv = input_confirm(question, refusal);
	free(question);
	free(refusal);
	return rv;
}

static int
run_delete(struct orch *o, void *arguments)
{
	const struct arguments *a = arguments;
	struct deleting d = { .o = o };
	const struct tasklist *l;
	char id[TASKLIST_ID_MAX];
	bool good;
	int rv;

	if ((rv = orch_open(o)) != 0)
		return rv;
	task_link_recover(o);
	if ((rv = tasks_find_list(o, a->list, id)) != 0)
		return rv;
	if ((l = tasks_see(o->workspace, id, &good)) == NULL)
		rv = tasks_view(o->workspace, id, &l);	/* which reports what is wrong */
	else
		rv = check_delete(&d, l, a->yes);
	if (rv == 0 && (rv = tasks_delete(o->workspace, id, check_again, &d)) == 0) {
		if (control_has(o, id))
			control_drop(o, id);
		if (o->json)
			print_done(o, id, NULL, NULL);
		else
			printf("%s: deleted\n", id);
	}
	return rv;
}

static const struct option_row remove_rows[] = {
	OPT_STRING(struct arguments, list, 0, "list", "LIST", "the list that has the tasks"),
	OPERANDS(struct arguments, tasks, "TASK ..."),
};
static const struct option_row rename_rows[] = {
	OPERAND(struct arguments, list, "LIST"),
	OPERAND(struct arguments, name, "NAME"),
};
static const struct option_row delete_rows[] = {
	OPT_FLAG(struct arguments, yes, 0, "yes", "delete a list with tasks that are not COMPLETE without asking"),
	OPERAND(struct arguments, list, "LIST"),
};

const struct cmd cmd_tasks_remove = COMMAND("tasks remove", "remove tasks from a list", run_remove,
    OPTION_ROWS(remove_rows, struct arguments));
const struct cmd cmd_tasks_rename = COMMAND("tasks rename", "give a list another name", run_rename,
    OPTION_ROWS(rename_rows, struct arguments));
const struct cmd cmd_tasks_delete = COMMAND("tasks delete", "delete a list", run_delete,
    OPTION_ROWS(delete_rows, struct arguments));
