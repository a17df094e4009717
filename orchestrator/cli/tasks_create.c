/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "orchestrator/cli/input.h"
#include "orchestrator/cli/tasks_goal.h"
#include "orchestrator/cli/tasks_options.h"
#include "orchestrator/source/tasks.h"
#include "orchestrator/workspace/cmd.h"
#include "orchestrator/workspace/identity.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/json/record.h"
#include "proto/plan/taskgraph.h"
#include "proto/sys/file.h"

struct arguments {
	struct strings	 tasks, budget;
	const char	*from, *goal, *agent, *name;
};
static const struct option_row rows[] = {
	OPT_LIST(struct arguments, tasks, 0, "task", "'ID: TITLE'", "a task of the list"),
	OPT_STRING(struct arguments, from, 0, "from", "FILE", "import the tasks of a JSON file or a check list"),
	OPT_STRING(struct arguments, goal, 0, "goal", "TEXT|FILE", "have an agent plan the tasks for a goal"),
	OPT_STRING(struct arguments, agent, 0, "agent", "NAME", "the agent that plans the tasks"),
	BUDGET_ROW(struct arguments, budget, "dollars, or 'N tokens', that all its sessions together may use"),
	OPERAND(struct arguments, name, "NAME"),
};

/* Adds --task 'ID: TITLE'. */
static int
add_task(struct tasklist *l, const char *text)
{
	char *id, why[RECORD_ERR];
	const char *title;
	int rv = EX_DATAERR;

	id = text_format("%.*s", (int)tasks_split(text, &title), text);
	if (title != NULL && (strlen(title) > ITEM_MAX_TITLE || strpbrk(title, "\r\n") != NULL ||
	    !text_utf8_valid(title, strlen(title))))
		log_warnx("task %s: its title must be one line of UTF-8 text of up to %d bytes",
		    id, ITEM_MAX_TITLE);
	else if (tasklist_add(l, id, title, why, sizeof(why)) == NULL)
		log_warnx("%s", why);
	else
		rv = 0;
	free(id);
	return rv;
}

static int
add_file(struct tasklist *l, const char *name)
{
	char *text;
	int fd, rv;

	if (strcmp(name, "-") == 0)
		fd = STDIN_FILENO;
	else if ((fd = file_open_path(AT_FDCWD, name, O_RDONLY)) == -1) {
		log_warn("--from %s", name);
		return EX_NOINPUT;
	}
	if ((rv = input_read(fd, name, TASKLIST_MAX_RECORD, &text)) == 0)
		rv = tasks_import(l, name, text, strlen(text));
	if (fd != STDIN_FILENO)
		close(fd);
	free(text);
	return rv;
}

static int
check_name(const char *name)
{
	if (tasklist_name_valid(name) && !tasklist_id_valid(name))
		return 0;
	log_warnx("a task list's name is one line of text of up to %d bytes, and not a list's id",
	    TASKLIST_MAX_NAME);
	return EX_DATAERR;
}

static int
fill(struct orch *o, struct tasklist *l, const struct arguments *a, struct taskgraph *g)
{
	char why[RECORD_ERR];
	int rv = 0;

	if (a->from != NULL)
		rv = add_file(l, a->from);
	if (rv == 0 && a->goal != NULL)
		rv = tasks_goal(o, a->goal, a->agent, l);
	for (size_t i = 0; rv == 0 && i < a->tasks.n; i++)
		rv = add_task(l, a->tasks.v[i]);
	if (rv != 0 || (rv = budget_option(&a->budget, &l->budget)) != 0)
		return rv;
	if (taskgraph_make(g, l, why, sizeof(why)) == 0)
		return 0;
	log_warnx("%s", why);
	return EX_DATAERR;
}

static int
run(struct orch *o, void *arguments)
{
	const struct arguments *a = arguments;
	struct taskgraph g = { 0 };
	struct tasklist l = { 0 };
	int rv;

	if (a->agent != NULL && a->goal == NULL)
		return option_error(&cmd_tasks_create.syntax, "--agent needs --goal");
	if ((rv = check_name(a->name)) == 0 && (rv = orch_open(o)) == 0) {
		tasklist_make(&l, a->name);
		if ((rv = fill(o, &l, a, &g)) == 0 && (rv = tasks_keep(o->workspace, &l)) == 0) {
			identity_record(&o->repo, strrchr(o->workspace, '/') + 1);
			if (!o->json)
				printf("TaskList Created: %s\n", l.id);
			tasks_print(o, &l, &g);
			if (!o->json)
				printf("TaskList ID: %s - Save this for Session 2\n", l.id);
		}
	}
	taskgraph_release(&g);
	tasklist_release(&l);
	return rv;
}

const struct cmd cmd_tasks_create = COMMAND("tasks create", "make a task list, and print its id",
    run, OPTION_ROWS(rows, struct arguments));
