/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_LIST_ARGS_H
#define ORCHESTRATOR_LIST_ARGS_H

/*
 * The arguments of execute, plan and dispatch-ready, and the list that they
 * select.
 */

#include "orchestrator/execute/executor.h"
#include "orchestrator/source/source.h"
#include "proto/base/option.h"

struct orch;
struct syntax;

enum { FAILURE_UNSAID, FAILURE_GO_ON, FAILURE_STOP };

struct list_args {
	const char	*source;	/* --source */
	const char	*project;	/* PROJECT */
	struct option_number max;	/* --max-parallel */
	const char	*pause;		/* --pause-before */
	const char	*until;		/* --until */
	bool		 group;		/* --group */
	bool		 dry_run;	/* --dry-run */
	bool		 yaml;		/* --yaml */
	bool		 follow;	/* -f */
	bool		 verbose;	/* -v */
	int		 failure;	/* --fail-fast, --keep-going: the last one counts */
};
/* The options and the operand of all three commands. */
#define LIST_ROWS	\
	OPT_CHOICE(struct list_args, source, 0, "source", "SOURCE", source_words, "where the tasks come from"), \
	OPT_NUMBER(struct list_args, max, 0, "max-parallel", "N", 1, EXECUTOR_MAX, "run at most N sessions at the same time"), \
	OPT_FLAG(struct list_args, group, 0, "group", "small tasks share a session")
#define LIST_OPERAND	OPERAND_OPTIONAL(struct list_args, project, "PROJECT")

/* 0, or EX_USAGE with the error printed. */
int list_args_check(const struct syntax *, const struct list_args *);
/* Was an option given that applies to a list? */
bool list_args_any(const struct list_args *);
/* The selected list; "" when none was named and there is none. */
int list_args_select(struct orch *, const struct list_args *, char list[TASKLIST_ID_MAX]);
/* The same, but no list is an error: 0 and a list, or a status. */
int list_args_need(struct orch *, const struct list_args *, char list[TASKLIST_ID_MAX]);
/* executor_open for the list, with the given limits; the arguments must outlive the executor. */
int list_args_open(struct orch *, const struct list_args *, const char *list, struct executor *);

#endif
