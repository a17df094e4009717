/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_CHECK_LIST_H
#define ORCHESTRATOR_CHECK_LIST_H

/*
 * Markdown check lists, as orchestrator-tasks(1) describes them, and the tasks.md
 * of Spec Kit, in which the order of tasks is given by phases and "[P]".  Pure.
 */

#include <stddef.h>

struct json;
struct tasklist;

/* The tasks of a text as JSON, as in a task list; the member "line" is their line in the text.  NULL: the text has
 * no line of a check list.  name: the file's, for descriptions; NULL = none. */
struct json *check_list_parse(const char *text, size_t len, const char *name);
/* The list as a check list, malloced. */
char *check_list_text(const struct tasklist *);

#endif
