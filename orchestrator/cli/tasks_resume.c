/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "orchestrator/merge/by_hand.h"
#include "orchestrator/source/tasks.h"
#include "orchestrator/view/show.h"
#include "orchestrator/workspace/cmd.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/text.h"
#include "proto/json/record.h"
#include "proto/plan/taskgraph.h"

struct resume {
	struct orch	*o;
	struct json	*tasks;		/* --json */
	size_t		 lost;		/* statuses that do not follow from the history */
	size_t		 open;
	size_t		 next;		/* the next task; TASK_NONE: there is none */
};

static void
check_task(struct resume *r, const struct task *t)
{
	char why[256] = "", *suffix;
	bool preserved = task_follows(t, why, sizeof(why));
	struct json *j;

	r->lost += !preserved;
	r->open += t->status != TASK_COMPLETE;
	if (r->tasks != NULL) {
		j = json_new_object();
		json_put_str(j, "id", t->item.id);
		json_put_str(j, "title", t->item.title);
		json_put_str(j, "status", task_status_name(t->status));
		json_put_bool(j, "preserved", preserved);
		json_put_str(j, "reason", preserved ? NULL : why);
		json_append(r->tasks, j);
		return;
	}
	suffix = preserved ? text_format(" (status preserved)") :
	    text_format(" (status NOT preserved: %s)", why);
	tasks_print_line(t, suffix);
	free(suffix);
}

/* A task that has begun comes before any other. */
static size_t
next_open(const struct tasklist *l, struct taskgraph *g)
{
	taskgraph_rank(g);
	for (size_t r = 0; r < g->n; r++)
		if (l->v[g->ranked[r]].status == TASK_IN_PROGRESS)
			return g->ranked[r];
	return taskgraph_next(g);
}

static void
print_text(const struct resume *r, const struct tasklist *l, bool found)
{
	printf("TaskList ID: %s (same list)\n", l->id);
	if (r->next != TASK_NONE) {
		fputs("Next: ", stdout);
		tasks_print_line(&l->v[r->next], NULL);
	} else
		printf("Next: %s\n", r->open == 0 ? "nothing is left to do" :
		    "none: every open task waits for one that is BLOCKED or FAILED");
	printf("Cross-Session Continuation: %s\n", found && r->lost == 0 ? "SUCCESS" : "FAILURE");
	if (r->lost == 0)
		puts("Task State Persistence: VERIFIED");
	else
		printf("Task State Persistence: NOT VERIFIED (%zu status%s not follow from the "
		    "history)\n", r->lost, r->lost == 1 ? " does" : "es do");
}

static void
print_json(struct resume *r, const struct tasklist *l, bool found)
{
	struct json *j = json_new_object();

	json_put_int(j, "version", 1);
	json_put_str(j, "list", l->id);
	json_put_str(j, "name", l->name);
	json_put_bool(j, "same_list", true);
	json_put_bool(j, "preserved", r->lost == 0);
	json_put_bool(j, "next_found", found);
	json_put_str(j, "next", r->next == TASK_NONE ? NULL : l->v[r->next].item.id);
	json_put(j, "tasks", r->tasks);
	show_json(j);
}

/* Loading has already checked that the file holds the list with its name. */
static int
resume(struct resume *r, const struct tasklist *l)
{
	char why[RECORD_ERR];
	struct taskgraph g;
	bool found;

	if (r->o->json)
		r->tasks = json_new_array();
	else
		printf("TaskList Loaded: %s\n", l->id);
	for (size_t i = 0; i < l->n; i++)
		check_task(r, &l->v[i]);
	if (taskgraph_make(&g, l, why, sizeof(why)) == -1)
		errx(EX_SOFTWARE, "%s", why);
	r->next = next_open(l, &g);
	taskgraph_release(&g);
	found = r->next != TASK_NONE || r->open == 0;
	if (r->o->json)
		print_json(r, l, found);
	else
		print_text(r, l, found);
	return found && r->lost == 0 ? 0 : EX_NEGATIVE;
}

struct arguments { const char *list; };
static const struct option_row rows[] = { OPERAND(struct arguments, list, "LIST") };

static int
run(struct orch *o, void *arguments)
{
	const struct arguments *a = arguments;
	struct resume r = { .o = o };
	struct tasklist l;
	int rv;

	if ((rv = orch_open(o)) != 0)
		return rv;
	by_hand_recover(o);
	if ((rv = tasks_open(o, a->list, &l)) != 0)
		return rv;
	rv = resume(&r, &l);
	tasklist_release(&l);
	return rv;
}

const struct cmd cmd_tasks_resume = COMMAND("tasks resume",
    "load a list, verify that nothing in it was lost, and continue", run,
    OPTION_ROWS(rows, struct arguments));
