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
 * stay, for nothing is ever taken out.  What is found by id is found in one step.
 */

#include "proto/record/item.h"

#define TASKLIST_MAX_RECORD	(32u << 20)	/* bytes of the file */
#define TASKLIST_MAX_TASKS	50000
#define TASKLIST_MAX_NAME	256
#define TASKLIST_MAX_KIND	64		/* of a source */
#define TASK_MAX_HISTORY	256		/* changes of one task; the oldest go */
#define TASK_MAX_AUTHOR		128
#define TASK_MAX_REASON		512
#define TASK_MAX_UNBLOCKS	1000000
#define TASK_PHASE_MAX		16
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
	struct item	 item;		/* its raw is the task as it was read */
	bool		 parallelizable;
	char		 stream[SESSION_ID_MAX];	/* "" = none */
	char		 phase[TASK_PHASE_MAX];	/* of a stream: "foundation", ...; "" = none */
	bool		 claimed;	/* where its source claims: it is ours there */
	enum task_status status;
	char		 session[SESSION_ID_MAX];	/* that has it, or had it last; "" = none */
	int64_t		 created_at;
	int64_t		 unblocks;	/* how many wait for it that are not in the list */
	struct task_change *history;	/* oldest first */
	size_t		 nhistory;
	bool		 changed;	/* since it was read; raw no longer says it */
};

/* Where the tasks come from, when it is not people who keep the list. */
struct task_source {
	char		*kind;		/* "beads", "streams"; NULL = the list itself is the source */
	char		*project;	/* what was asked of it, or NULL */
};

struct tasklist {
	char		 id[TASKLIST_ID_MAX];
	char		*name;
	struct task_source source;
	int64_t		 created_at, updated_at;
	struct task	*v;
	size_t		 n, size;
	uint32_t	*slot;		/* hash of ids: index + 1, 0 = free */
	size_t		 nslots;
	struct json	*raw;		/* without its tasks */
};

const char *task_status_name(enum task_status);	/* "IN_PROGRESS" */
int task_status_parse(const char *);		/* -1: unknown */
/* Is from -> to in the table of orchestrator-tasklist(5)? */
bool task_legal(enum task_status from, enum task_status to);
#define TASK_PHASES	3
extern const char *const task_phases[];	/* "foundation", ..., ended by NULL */
bool task_phase_valid(const char *);
bool tasklist_name_valid(const char *);		/* one line of UTF-8 text, 1 to 256 bytes */

/* A new list with an id of its own. */
void tasklist_make(struct tasklist *, const char *name);
void tasklist_release(struct tasklist *);
/* The task's index, or TASK_NONE; exact. */
size_t tasklist_find(const struct tasklist *, const char *id);
/* The same without regard to case: ids that differ by case alone are one. */
size_t tasklist_twin(const struct tasklist *, const char *id);
/* Adds a pending task (title as its id when NULL) and returns it; NULL with err when
 * the id is not valid or taken, or the list is full. Pointers to tasks end here. */
struct task *tasklist_add(struct tasklist *, const char *id, const char *title, char *err,
    size_t errlen);
void task_release(struct task *);

/*
 * The one function that changes a task's status: checks task_legal, appends to
 * the history.  -1 with EINVAL and nothing changed when it is illegal.
 */
int task_enter(struct task *, enum task_status, const char *by, const char *reason);
/* Does the status follow from the history?  If not, why says where it fails. */
bool task_follows(const struct task *, char *why, size_t len);

/* As record.h says. The file's name is in messages. */
int tasklist_parse(struct tasklist *, const char *, size_t, char *err, size_t errlen);
/* NULL with err when it would be more than a reader takes. */
char *tasklist_text(const struct tasklist *, size_t *len, char *err, size_t errlen);
/* The members of a task: of its record, and of what people write (create --from), who need not
 * say more than its title. */
struct field;
/* member.h: beside those of its item, and beside its tasks. */
extern const struct member *const task_members, *const tasklist_members;
void task_read(struct task *, struct field *);
struct json *task_json(const struct task *);

/*
 * Files in the open directory tasklists/.  Before each replacement the file as
 * it was becomes <tl-id>.json.last, so that a damaged or missing list
 * can be repaired by hand; nothing here does it, or makes a list anew.
 */
#define TASKLIST_SUFFIX		".json"
#define TASKLIST_LAST		".json.last"

/* Reads without a lock; -1 with err, errno ENOENT when there is none, EINVAL when
 * it is damaged. */
int tasklist_load(int dirfd, const char *id, struct tasklist *, char *err, size_t errlen);
/* The same of its last good copy. */
int tasklist_load_last(int dirfd, const char *id, struct tasklist *);
/* Is there one, and can it be read? */
bool tasklist_last_good(int dirfd, const char *id);
/* Waits for the list's lock: the descriptor, to be closed after tasklist_save. */
int tasklist_lock(int dirfd, const char *id);
/* With the lock, and the list as it was loaded under it. Durable. */
int tasklist_save(int dirfd, struct tasklist *, char *err, size_t errlen);
/* A new file, and its first last good copy. -1 with EEXIST when the id is taken. */
int tasklist_create(int dirfd, struct tasklist *, char *err, size_t errlen);

#endif
