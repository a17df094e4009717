/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_TASKS_OPTIONS_H
#define ORCHESTRATOR_TASKS_OPTIONS_H

/* The description of a task for "tasks add" and "tasks edit". */

#include "proto/base/option.h"

struct budget;
struct task;
struct tasklist;

struct task_options {
	const char	*title, *description, *acceptance, *agent_type, *parallelizable, *no_change, *stream;
	struct option_number priority, estimate, timeout;
	struct strings	 depends_on, allow, forbid, output, url, limit, budget;
};

extern const char *const task_yes_no[];
/* The row of an option that sets a budget: 5, '5 USD' or '20000 tokens'. */
#define BUDGET_ROW(s, member, help)	OPT_LIST(s, member, 0, "budget", "AMOUNT", help)
/* Sets it; "" removes the limits.  0, or EX_DATAERR with the error printed. */
int budget_option(const struct strings *, struct budget *);
/* The rows of these options, for the member o of the struct s. */
#define TASK_ROWS(s, o)	\
	OPT_STRING(s, o.title, 0, "title", "T", "its title"), \
	OPT_STRING(s, o.description, 0, "description", "TEXT", "what is to be done"), \
	OPT_STRING(s, o.acceptance, 0, "acceptance", "TEXT", "how to tell that it is done"), \
	OPT_NUMBER(s, o.priority, 0, "priority", "N", 0, 4, "the lower, the earlier"), \
	OPT_STRING(s, o.agent_type, 0, "agent-type", "TYPE", "the persona that does it"), \
	OPT_LIST(s, o.depends_on, 0, "depends-on", "TASK", "it waits for that task"), \
	OPT_LIST(s, o.allow, 0, "allow", "GLOB", "a path that it may change"), \
	OPT_LIST(s, o.forbid, 0, "forbid", "GLOB", "a path that it must not change"), \
	OPT_LIST(s, o.output, 0, "output", "PATH", "a file that it has to make"), \
	OPT_LIST(s, o.url, 0, "url", "URL", "URL of a page that describes the task"), \
	OPT_NUMBER(s, o.estimate, 0, "estimate", "MINUTES", 0, ITEM_MAX_MINUTES, "how long it takes; 0 = unknown"), \
	OPT_NUMBER(s, o.timeout, 0, "timeout", "MINUTES", 0, ITEM_MAX_MINUTES, "how long it may take; 0 = as the settings say"), \
	OPT_LIST(s, o.limit, 0, "limit", "NAME=VALUE", "a limit of its sessions"), \
	BUDGET_ROW(s, o.budget, "dollars, or 'N tokens', that its sessions may use"), \
	OPT_CHOICE(s, o.no_change, 0, "no-change", "YES", task_yes_no, "may it end without a change"), \
	OPT_CHOICE(s, o.parallelizable, 0, "parallelizable", "YES", task_yes_no, "may it run beside others"), \
	OPT_STRING(s, o.stream, 0, "stream", "STREAM", "the stream that it is part of, or STREAM: NAME")

bool task_options_any(const struct task_options *);	/* was any given? */
/* 0, or a sysexits status with the error printed. */
int task_options_apply(const struct task_options *, struct tasklist *, struct task *);

#endif
