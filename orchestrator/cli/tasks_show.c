/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "orchestrator/merge/by_hand.h"
#include "orchestrator/cli/check_list.h"
#include "orchestrator/source/tasks.h"
#include "orchestrator/view/show.h"
#include "orchestrator/workspace/cmd.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/json/record.h"
#include "proto/plan/taskgraph.h"

struct listing {
	struct orch	*o;
	struct json	*list;		/* --json */
	size_t		 n;
	int		 rv;
};

static int
list_one(void *arg, const char *id)
{
	struct listing *g = arg;
	struct tasklist l;
	struct json *j;
	size_t done = 0;
	int rv;

	g->n++;
	if ((rv = tasks_load(g->o->workspace, id, &l)) != 0) {
		/* The id of the list is always printed. */
		if (g->list != NULL) {
			j = json_new_object();
			json_put_str(j, "id", id);
			json_put_str(j, "error", rv == EX_NOINPUT ? "missing" : "damaged");
			json_append(g->list, j);
		} else
			printf("%s  %s\n", id, rv == EX_NOINPUT ? "missing" : "damaged");
		g->rv = rv;
		return 0;
	}
	if (g->list != NULL)
		json_append(g->list, tasks_json(g->o, &l));
	else {
		for (size_t i = 0; i < l.n; i++)
			done += l.v[i].status == TASK_COMPLETE;
		printf("%s  %zu of %zu COMPLETE  %s  ", id, done, l.n, show_age(l.updated_at));
		text_print(stdout, l.name, false);
		putchar('\n');
	}
	tasklist_release(&l);
	return 0;
}

static int
run_list(struct orch *o, void *arguments)
{
	struct listing g = { .o = o };
	struct json *j;
	int rv;

	(void)arguments;
	if ((rv = orch_open(o)) != 0)
		return rv;
	by_hand_recover(o);
	if (o->json)
		g.list = json_new_array();
	tasks_each(o->workspace, list_one, &g);
	if (o->json) {
		j = json_new_object();
		json_put_int(j, "version", 1);
		json_put(j, "lists", g.list);
		show_json(j);
	} else if (g.n == 0)
		puts("no task lists; orchestrator tasks create NAME makes one");
	return g.rv;
}

struct arguments {
	bool markdown;
	const char *list;
};
static const struct option_row show_rows[] = { OPERAND_OPTIONAL(struct arguments, list, "LIST") };
static const struct option_row export_rows[] = {
	OPT_FLAG(struct arguments, markdown, 0, "markdown", "as a check list in Markdown"),
	OPERAND_OPTIONAL(struct arguments, list, "LIST"),
};

static int
run_show(struct orch *o, void *arguments)
{
	const struct arguments *a = arguments;
	char why[RECORD_ERR];
	struct taskgraph g;
	struct tasklist l;
	int rv;

	if ((rv = orch_open(o)) != 0)
		return rv;
	by_hand_recover(o);
	if ((rv = tasks_open(o, a->list, &l)) != 0)
		return rv;
	if (taskgraph_make(&g, &l, why, sizeof(why)) == -1)
		errx(EX_SOFTWARE, "%s", why);
	if (!o->json) {
		printf("TaskList ID: %s  ", l.id);
		text_print(stdout, l.name, false);
		putchar('\n');
	}
	tasks_print(o, &l, &g);
	taskgraph_release(&g);
	tasklist_release(&l);
	return 0;
}

static int
run_export(struct orch *o, void *arguments)
{
	const struct arguments *a = arguments;
	char why[RECORD_ERR], *text;
	struct tasklist l;
	size_t len;
	int rv;

	if ((rv = orch_open(o)) != 0 || (rv = tasks_open(o, a->list, &l)) != 0)
		return rv;
	text = a->markdown ? check_list_text(&l) : tasklist_text(&l, &len, why, sizeof(why));
	if (text == NULL) {
		log_warnx("task list %s: %s", l.id, why);
		rv = EX_DATAERR;
	} else
		fputs(text, stdout);
	free(text);
	tasklist_release(&l);
	return rv;
}

const struct cmd cmd_tasks_list = COMMAND("tasks list", "list the task lists with their ids",
    run_list, NO_ROWS);
const struct cmd cmd_tasks_show = COMMAND("tasks show", "show a list's tasks, and which is next",
    run_show, OPTION_ROWS(show_rows, struct arguments));
const struct cmd cmd_tasks_export = COMMAND("tasks export",
    "print a list as its JSON record, or as a check list", run_export,
    OPTION_ROWS(export_rows, struct arguments));
