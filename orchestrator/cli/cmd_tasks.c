/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "orchestrator/source/tasks.h"
#include "orchestrator/workspace/cmd.h"

static const struct syntax *const commands[] = {
	&cmd_tasks_create.syntax, &cmd_tasks_list.syntax, &cmd_tasks_show.syntax, &cmd_tasks_add.syntax, &cmd_tasks_edit.syntax,
	&cmd_tasks_start.syntax, &cmd_tasks_complete.syntax, &cmd_tasks_reopen.syntax, &cmd_tasks_depend.syntax,
	&cmd_tasks_remove.syntax, &cmd_tasks_rename.syntax, &cmd_tasks_delete.syntax,
	&cmd_tasks_resume.syntax, &cmd_tasks_export.syntax, NULL,
};

const struct cmd cmd_tasks = COMMAND("tasks",
    "keep lists of tasks that outlive sessions, and dispatch from them", NULL, .sub = commands);
