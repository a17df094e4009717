/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_CMD_PLAN_H
#define ORCHESTRATOR_CMD_PLAN_H

/* The output of plan, also for execute --dry-run. */

struct list_args;
struct orch;

/* The exit status of plan. */
int plan_show(struct orch *, const struct list_args *, const char *list);

#endif
