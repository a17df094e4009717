/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_TASKS_H
#define ORCHESTRATOR_TASKS_H

/*
 * The task lists of a workspace (orchestrator-tasklist(5)): finding, reading and changing them.
 * Errors are printed here; the error for a damaged or missing list names its
 * last good copy.  Functions return 0 or a sysexits status unless said otherwise.
 *
 *	tasks.c		finds all lists, changes a list, saves a new one
 *	tasks_find.c	finds a list or a task by a person's name for it
 *	list_cache.c	reads a list: once a command, and again when its file has changed
 *	tasks_print.c	prints them
 *	tasks_*.c	the commands
 */

#include "proto/plan/tasklist.h"

struct orch;
struct task;
struct taskgraph;
struct tasklist;
struct text;


/* Opens the directory tasklists/, or -1 with errno (ENOENT: no list yet).  make: makes it if absent. */
int tasks_dir(const char *workspace, bool make);
/* Calls fn for the id of each list, in order, even when only its last good copy is left; stops when fn returns
 * other than 0, and returns that. */
int tasks_each(const char *workspace, int (*fn)(void *, const char *id), void *);
/* The path of the list's file, malloced. */
char *tasks_path(const char *workspace, const char *id);
/* Reads a list, and checks its dependencies too. */
int tasks_load(const char *workspace, const char *id, struct tasklist *);
/* The same without a check of the dependencies. */
int tasks_read(const char *workspace, const char *id, struct tasklist *);
/* The same to look at: *l belongs to the cache, until the next read of this list. */
int tasks_view(const char *workspace, const char *id, const struct tasklist **l);
/* The same, or its last good copy when it is damaged or missing (*good is false then); NULL: neither can be
 * read.  Prints nothing. */
const struct tasklist *tasks_see(const char *workspace, const char *id, bool *good);
/* The same, but it may be without its tasks, which are slow to read. */
const struct tasklist *tasks_head(const char *workspace, const char *id);
/* Empties the cache, at the end of a command. */
void list_cache_free(void);
/* Prints why a list could not be read, and what to do about it.  error: the errno.  A sysexits status. */
int tasks_damaged(const char *workspace, const char *id, const char *why, int error);
/* Locks and reads the list, calls fn, and writes it when fn returns 0; else returns that. */
int tasks_change(const char *workspace, const char *id, int (*fn)(struct tasklist *, void *), void *);
/* Saves a new list, unless there is one with its name. */
int tasks_keep(const char *workspace, struct tasklist *);
/* Gives the list a name that no other list has. */
int tasks_rename(const char *workspace, const char *id, const char *name);
/* Deletes the list with its last good copy, if may, called under its lock, returns 0; otherwise returns that. */
int tasks_delete(const char *workspace, const char *id, int (*may)(const struct tasklist *, void *), void *arg);
/* The author of changes to a list: the user's name. */
const char *tasks_author(void);

/* The list with that id, name, or unique prefix of an id; when name is NULL the only one, or the only
 * one with a task that is neither COMPLETE nor FAILED. */
int tasks_find_list(struct orch *, const char *name, char id[TASKLIST_ID_MAX]);
/* The same, but without a message and with EX_NOINPUT when there is none. */
int tasks_find_known(struct orch *, const char *name, char id[TASKLIST_ID_MAX]);
/* The same as tasks_find_list, and reads it. */
int tasks_open(struct orch *, const char *name, struct tasklist *);
/* The same without a check of the dependencies. */
int tasks_open_any(struct orch *, const char *name, struct tasklist *);
/* The list that has the task; list NULL: any, if only one has it.  With a list it does not check whether the
 * task is there. */
int tasks_find_task(struct orch *, const char *list, const char *task, char id[TASKLIST_ID_MAX]);
/* The same in any list, but without a message and with EX_NOINPUT when no list has it; id is a damaged list then, or "". */
int tasks_find_known_task(struct orch *, const char *task, char id[TASKLIST_ID_MAX]);
/* The index of the task, or an error. */
int tasks_need(const struct tasklist *, const char *task, size_t *);

/* "[id] title: STATUS" in t, neutralised, without a newline. */
void tasks_line(struct text *t, const struct task *);
void tasks_print_line(const struct task *, const char *suffix);	/* suffix NULL = none */
/* Prints a whole list and the next task, as text or as JSON. */
void tasks_print(struct orch *, const struct tasklist *, struct taskgraph *);
/* The members of a list for --json: id, name, path, times, counts. */
struct json *tasks_json(struct orch *, const struct tasklist *);
/* The tasks that became ready when a task was completed. */
struct json *tasks_unblocked(const struct taskgraph *, size_t);
/* Ids of the tasks that it waits for, "a, b"; malloced, NULL when there are none. */
char *tasks_waits_for(const struct taskgraph *, size_t);

/* "ID: TITLE", or only an id: returns the id's length; *title is the rest or NULL. */
size_t tasks_split(const char *text, const char **title);
/* Adds a task: "ID: TITLE" when the text before the colon can be an id, otherwise only a title, of which the id is
 * made.  NULL with err. */
struct task *tasks_add_text(struct tasklist *, const char *text, char *err, size_t errlen);
/* Adds the tasks of a text to the list: JSON, YAML or a Markdown check list.  what is the file's name. */
int tasks_import(struct tasklist *, const char *what, const char *text, size_t len);

extern const struct cmd cmd_tasks_create, cmd_tasks_list, cmd_tasks_show, cmd_tasks_add,
    cmd_tasks_edit, cmd_tasks_start, cmd_tasks_complete, cmd_tasks_reopen, cmd_tasks_depend, cmd_tasks_remove,
    cmd_tasks_rename, cmd_tasks_delete,
    cmd_tasks_resume, cmd_tasks_export;

#endif
