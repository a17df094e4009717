/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_TASKS_GOAL_H
#define ORCHESTRATOR_TASKS_GOAL_H

struct orch;
struct tasklist;

/*
 * Has an agent (NULL = the implementer of the settings) plan a goal, and adds its tasks to the list.  The goal is a
 * text, the name of a file, or "-" for standard input.  0, or a sysexits status with the error printed.
 */
int tasks_goal(struct orch *, const char *goal, const char *agent, struct tasklist *);

#endif
