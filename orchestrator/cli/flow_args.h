/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_FLOW_ARGS_H
#define ORCHESTRATOR_FLOW_ARGS_H

/*
 * What execute, plan and dispatch-ready are told on the command line, and the
 * list that it means.
 */

#include "orchestrator/execute/flow.h"

struct flow_args {
	const char	*source;	/* --source */
	const char	*project;	/* PROJECT */
	const char	*max;		/* --max-parallel */
	const char	*pause;		/* --pause-before */
	const char	*until;		/* --until */
	bool		 group;		/* --group */
	bool		 dry_run;	/* --dry-run */
	bool		 yaml;		/* --yaml */
	bool		 fail_fast;	/* --fail-fast, --keep-going */
	bool		 any;		/* an option was given that is for a list */
};

/* The options of the command; its usage names those that it takes.  0, or EX_USAGE with the
 * usage printed. */
int flow_args_parse(const struct cmd *, int argc, char **argv, struct flow_args *);
/* The list that is meant; "" when nothing was named and there is nothing. */
int flow_args_select(struct orch *, const struct flow_args *, char list[TASKLIST_ID_MAX]);
/* The same, and an error when there is nothing: 0 and a list, or a status. */
int flow_args_need(struct orch *, const struct flow_args *, char list[TASKLIST_ID_MAX]);
/* flow_open for it, with the limits that were given; the arguments must outlive the flow. */
int flow_args_open(struct orch *, const struct flow_args *, const char *list, struct flow *);

#endif
