/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "orchestrator/source/tasks.h"

static const struct cmd *const commands[] = {
	&cmd_tasks_create, &cmd_tasks_list, &cmd_tasks_show, &cmd_tasks_add, &cmd_tasks_edit,
	&cmd_tasks_start, &cmd_tasks_complete, &cmd_tasks_reopen, &cmd_tasks_depend,
	&cmd_tasks_resume, &cmd_tasks_export, NULL,
};

const struct cmd cmd_tasks = {
	.syntax = {
		.name = "tasks",
		.summary = "keep lists of tasks that outlive sessions, and dispatch from them",
	},
	.sub = commands,
};
