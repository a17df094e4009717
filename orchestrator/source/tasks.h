/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_TASKS_H
#define ORCHESTRATOR_TASKS_H

/*
 * The task lists of a workspace (orchestrator-tasklist(5)): finding, reading and changing them.
 * Errors are printed here; a damaged or missing list is one that names its last
 * good copy.  Functions return 0 or a sysexits status unless said otherwise.
 *
 *	tasks.c		lists on disk
 *	tasks_find.c	a list or a task by what a person calls it
 *	list_cache.c	a list that was read to be found, for who opens it next
 *	tasks_print.c	how they are shown
 *	tasks_*.c	the commands
 */

#include <sys/stat.h>

#include "proto/plan/tasklist.h"

struct orch;
struct task;
struct taskgraph;
struct tasklist;
struct text;

/* The open directory tasklists/, or -1 with errno (ENOENT: no list yet). make: made if absent. */
int tasks_dir(const char *workspace, bool make);
/* Calls fn for the id of each list, in order, also of one that is missing but for its last
 * good copy; stops when it returns other than 0, and returns that. */
int tasks_each(const char *workspace, int (*fn)(void *, const char *id), void *);
/* The path of the list's file; malloced. */
char *tasks_path(const char *workspace, const char *id);
/* Does the text of its file hold this one, as it stands there?  A quick look, before the list is
 * read in earnest; true when it can't be known. */
bool tasks_mention(const char *workspace, const char *id, const char *text);
/* Reads one; its dependencies are checked too. */
int tasks_load(const char *workspace, const char *id, struct tasklist *);
/* The same, whatever its dependencies are. */
int tasks_read(const char *workspace, const char *id, struct tasklist *);
/* The same, or what its last good copy says where it is damaged or missing (*good is false then);
 * false: neither can be read. Prints nothing. */
bool tasks_peek(const char *workspace, const char *id, struct tasklist *, bool *good);
/* tasks_peek, and what its file was before. */
struct tasks_seen {
	struct stat	 file;
	struct tasklist	 list;
};
bool tasks_look(const char *workspace, const char *id, struct tasks_seen *, bool *good);
/* Keeps the list, one at most, for the next reader; it is taken as long as its file is the same. */
void list_cache_put(struct orch *, struct tasks_seen *);
bool list_cache_take(struct orch *, const char *id, struct tasklist *);
void list_cache_drop(struct orch *);
/* Locks and reads it, calls fn, and writes it when fn returns 0; else returns that. */
int tasks_change(const char *workspace, const char *id, int (*fn)(struct tasklist *, void *), void *);
/* Keeps a new list, unless there is one of its name. */
int tasks_keep(const char *workspace, struct tasklist *);
/* Who changes a list: the user's name. */
const char *tasks_author(void);

/* The list of that id, name, or unique beginning of an id; the only one when name is NULL. */
int tasks_find_list(struct orch *, const char *name, char id[TASKLIST_ID_MAX]);
/* The same, but nothing is said and EX_NOINPUT is the result when there is none. */
int tasks_find_known(struct orch *, const char *name, char id[TASKLIST_ID_MAX]);
/* The same as tasks_find_list, read. */
int tasks_open(struct orch *, const char *name, struct tasklist *);
/* The same, whatever its dependencies are. */
int tasks_open_any(struct orch *, const char *name, struct tasklist *);
/* The list that has the task; list NULL: whichever it is, if it is one alone. With a list it
 * is not looked whether the task is there. */
int tasks_find_task(struct orch *, const char *list, const char *task, char id[TASKLIST_ID_MAX]);
/* Its index, or an error. */
int tasks_need(const struct tasklist *, const char *task, size_t *);

/* "[id] title: STATUS" in t, made harmless, without a newline. */
void tasks_line(struct text *t, const struct task *);
void tasks_print_line(const struct task *, const char *suffix);	/* suffix NULL = none */
/* All of a list, and what is next; as text or as JSON. */
void tasks_print(struct orch *, const struct tasklist *, struct taskgraph *);
/* Its members for --json: id, name, path, times, counts. */
struct json *tasks_json(struct orch *, const struct tasklist *);
/* What became ready when a task was completed. */
struct json *tasks_unblocked(const struct taskgraph *, size_t);
/* Ids of what the task waits for, "a, b"; malloced, NULL when nothing. */
char *tasks_waits_for(const struct taskgraph *, size_t);

/* "ID: TITLE", or an id alone: the id's length; *title is what follows or NULL. */
size_t tasks_split(const char *text, const char **title);
/* Adds the tasks of a JSON or Markdown text to the list. what is the file's name, for messages. */
int tasks_import(struct tasklist *, const char *what, const char *text, size_t len);
/* The list as a Markdown check list; malloced. */
char *tasks_markdown(const struct tasklist *);

extern const struct cmd cmd_tasks_create, cmd_tasks_list, cmd_tasks_show, cmd_tasks_add,
    cmd_tasks_edit, cmd_tasks_start, cmd_tasks_complete, cmd_tasks_reopen, cmd_tasks_depend,
    cmd_tasks_resume, cmd_tasks_export;

#endif
