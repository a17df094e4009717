/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROTO_TASKLIST_H
#define PROTO_TASKLIST_H

/*
 * Task lists: tasklists/<tl-id>.json of a workspace (orchestrator-tasklist(5)).
 *
 *	tasklist.c	the record, its statuses and their history; pure
 *	tasklist_text.c	reading and writing its text; pure
 *	tasklist_file.c	the file: one, locked while it is changed, replaced whole
 *	taskgraph.h	dependencies, and what comes next
 *
 * A list holds its tasks in the order in which they were added; their indices
 * change only when a person removes a task.  A task is found by id in constant time.
 */

#include "proto/record/item.h"

#define TASKLIST_MAX_RECORD	(32u << 20)	/* bytes of the file */
#define TASKLIST_MAX_TASKS	50000
#define TASKLIST_MAX_NAME	256
#define TASKLIST_MAX_KIND	64		/* bytes of a source's kind */
#define TASK_MAX_HISTORY	256		/* changes of one task; the oldest are dropped */
#define TASK_MAX_AUTHOR		128
#define TASK_MAX_REASON		512
#define TASK_MAX_UNBLOCKS	1000000
#define TASK_PHASE_MAX		16
#define TASKLIST_MAX_STREAMS	256		/* with names */
#define TASK_NONE		((size_t)-1)

enum task_status {
	TASK_PENDING, TASK_IN_PROGRESS, TASK_COMPLETE, TASK_BLOCKED, TASK_FAILED,
	TASK_STATUS_COUNT
};

struct task_change {
	int64_t		 at;		/* wall ms */
	enum task_status from, to;
	char		*by;		/* a user's name, or a session's id */
	char		*reason;	/* or NULL */
};

struct task {
	struct item	 item;		/* its raw is the task as read from the file */
	bool		 parallelizable;
	char		 stream[SESSION_ID_MAX];	/* "" = none */
	char		 phase[TASK_PHASE_MAX];	/* phase of a stream: "foundation", ...; "" = none */
	bool		 claimed;	/* for a source that claims tasks: we have claimed it there */
	enum task_status status;
	char		 session[SESSION_ID_MAX];	/* the session that has it, or had it last; "" = none */
	int64_t		 created_at;
	int64_t		 unblocks;	/* number of tasks outside the list that wait for it */
	struct task_change *history;	/* oldest first */
	size_t		 nhistory;
	bool		 changed;	/* changed since it was read, so raw is out of date */
};

/* Where the tasks come from when people do not maintain the list themselves. */
struct task_source {
	char		*kind;		/* "beads", "streams"; NULL = the list itself is the source */
	char		*project;	/* the project requested from the source, or NULL */
};

/* The name that people gave a stream of the tasks. */
struct task_stream {
	char		 id[SESSION_ID_MAX];
	char		*name;
};

struct tasklist {
	char		 id[TASKLIST_ID_MAX];
	char		*name;
	struct task_source source;
	struct budget	 budget;	/* of all its sessions, instead of budget.list of the settings */
	int64_t		 created_at, updated_at;
	int64_t		 working;	/* number of tasks that were IN_PROGRESS when it was written; -1 = unknown */
	struct task_stream *streams;
	size_t		 nstreams;
	struct task	*v;
	size_t		 n, size;
	uint32_t	*slot;		/* hash table of ids: index + 1, 0 = free */
	size_t		 nslots;
	struct json	*raw;		/* the record without its tasks */
};

const char *task_status_name(enum task_status);	/* "IN_PROGRESS" */
int task_status_parse(const char *);		/* -1: unknown */
/* Is from -> to in the table of orchestrator-tasklist(5)? */
bool task_legal(enum task_status from, enum task_status to);
#define TASK_PHASES	3
extern const char *const task_phases[];	/* "foundation", ..., ended by NULL */
bool task_phase_valid(const char *);
bool tasklist_name_valid(const char *);		/* one line of UTF-8 text, 1 to 256 bytes */

/* A new list with a new id. */
void tasklist_make(struct tasklist *, const char *name);
void tasklist_release(struct tasklist *);
/* The index of the task with exactly this id, or TASK_NONE. */
size_t tasklist_find(const struct tasklist *, const char *id);
/* The same ignoring case: ids that differ only in case are the same. */
size_t tasklist_twin(const struct tasklist *, const char *id);
/* Adds a pending task (with its id as title when title is NULL) and returns it; NULL with err when the id is
 * invalid or taken, or the list is full.  Invalidates pointers to tasks. */
struct task *tasklist_add(struct tasklist *, const char *id, const char *title, char *err,
    size_t errlen);
/* Names a stream; NULL and "" forget its name.  -1: TASKLIST_MAX_STREAMS have names. */
int tasklist_name_stream(struct tasklist *, const char *id, const char *name);
/* The name of a stream, or NULL. */
const char *tasklist_stream_name(const struct tasklist *, const char *id);
/* Removes the task with that index. */
void tasklist_remove(struct tasklist *, size_t);
void task_release(struct task *);

/*
 * The only function that changes a task's status: checks task_legal and
 * appends to the history.  -1 with EINVAL and nothing changed when the change
 * is illegal.
 */
int task_enter(struct task *, enum task_status, const char *by, const char *reason);
/* Does the status follow from the history?  If not, why says where it does not. */
bool task_follows(const struct task *, char *why, size_t len);

/* As described in record.h.  Messages name the file. */
int tasklist_parse(struct tasklist *, const char *, size_t, char *err, size_t errlen);
/* NULL with err when the text would exceed the reader's limit. */
char *tasklist_text(const struct tasklist *, size_t *len, char *err, size_t errlen);
/* Members of a task: in the record, and in what people write (create --from), where only the title is required. */
struct field;
/* Tables of member.h: members in addition to those of the item, and to the tasks. */
extern const struct member *const task_members, *const tasklist_members;
void task_read(struct task *, struct field *);
/* What a file of tasks may set of their list: its budget, and the names of its streams. */
void tasklist_read_own(struct tasklist *, struct field *);
struct json *task_json(const struct task *);

/*
 * Files in the open directory tasklists/.  Before each replacement the old
 * file becomes <tl-id>.json.last, so that a person can repair a damaged or
 * missing list.  Nothing here repairs or remakes a list.
 */
#define TASKLIST_SUFFIX		".json"
#define TASKLIST_LAST		".json.last"

/* Reads without a lock; -1 with err; errno is ENOENT when the file is missing, EINVAL when it is damaged. */
int tasklist_load(int dirfd, const char *id, struct tasklist *, char *err, size_t errlen);
/* The same for its last good copy. */
int tasklist_load_last(int dirfd, const char *id, struct tasklist *);
/* Reads only the members before "tasks", when the file begins with them as tasklist_text writes them; -1 when it does
 * not, or can't be read. */
int tasklist_load_head(int dirfd, const char *id, struct tasklist *);
/* Does the last good copy exist, and is it readable? */
bool tasklist_last_good(int dirfd, const char *id);
/* Waits for the list's lock.  Returns the descriptor, to be closed after tasklist_save. */
int tasklist_lock(int dirfd, const char *id);
/* Requires the lock and a list that was loaded under it.  Durable. */
int tasklist_save(int dirfd, struct tasklist *, char *err, size_t errlen);
/* Makes a new file and its first last good copy.  -1 with EEXIST when the id is taken. */
int tasklist_create(int dirfd, struct tasklist *, char *err, size_t errlen);
/* Requires the lock.  Deletes the list's files, its lock last: 0, or -1 with errno. */
int tasklist_delete(int dirfd, const char *id);

#endif
