/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_EXECUTOR_H
#define ORCHESTRATOR_EXECUTOR_H

/*
 * The executor of a task list.  The list on disk is the truth: it is read again
 * when its file has changed; everything else here is for the report.
 *
 *	executor.c		begins, ends and stops it
 *	executor_load.c		the list, each time that it has changed
 *	executor_task.c		a task of it, and the sessions it had
 *	hold.h			what holds its tasks back
 *	executor_pick.c		which of its tasks goes out next, and with which
 *	executor_settle.c	the result of a task, and whether it is retried
 *	executor_source.c	the source that keeps the list, if there is one
 *	executor_dispatch.c	makes a session for a task
 *	executor_note.c		what children leave behind for execute
 *	executor_spawn.c	dispatches for execute, in a child, one after another
 *	executor_pause.c	the end before a phase of streams
 *	executor_phase.c	the phase of streams that the work has come to
 *	executor_ask.c		the question whether tasks that do not name their paths may run at the same time
 *	executor_manifest.c	plan.json of the instance (manifest.h), kept up to date
 *	executor_report.c	what became of them all (report.h)
 */

#include <sys/stat.h>
#include <sys/types.h>

#include "orchestrator/execute/admit.h"
#include "orchestrator/execute/breaker.h"
#include "orchestrator/execute/capacity.h"
#include "orchestrator/execute/group.h"
#include "orchestrator/execute/hold.h"
#include "orchestrator/session/ask.h"
#include "proto/base/clock.h"
#include "proto/plan/taskgraph.h"
#include "proto/settings/settings.h"
#include "proto/sys/watch.h"

struct dispatched;
struct entry;
struct task;

#define EXECUTOR_LOOKED_AT	64	/* ready tasks that are considered; the first allowed task is dispatched */
#define EXECUTOR_TRIES	3	/* further tries of a dispatch that failed */
#define EXECUTOR_BACKOFF	(500 * CLOCK_MS)	/* before the second try; then doubled */
#define EXECUTOR_WHY	1024
#define EXECUTOR_MAX	1000	/* concurrent sessions */

struct loop;

struct executor_task {
	char		 session[SESSION_ID_MAX];	/* its last known session */
	bool		 open;		/* it has it, and its end is not judged yet */
	bool		 final;		/* has failed, and is not retried */
	bool		 hopeless;	/* has failed twice in the same way */
	char		*failed_as;	/* the failure for breaker.h; NULL = none */
	unsigned	 tries;		/* tries of its failed dispatch */
	bool		 last;		/* one more try is left, for when nothing else runs */
	bool		 alone;		/* it is, or was, that try: nothing may run beside it */
	int64_t		 not_before;	/* CLOCK_MONOTONIC; earliest time of the next try */
};

/* What the dispatching child reports. */
struct executor_note {
	char		 session[SESSION_ID_MAX];
	char		 why[EXECUTOR_WHY];	/* the errors that it would have printed */
	int		 fault;		/* code of the last error (fault.h) */
};

/* The options of execute, plan and dispatch-ready for a list. */
struct executor_options {
	int64_t		 max;		/* sessions at the same time; 0 = max_parallel of the settings */
	bool		 group;		/* small tasks share a session */
	bool		 fail_fast;	/* dispatch nothing after a task has failed */
	int64_t		 until;		/* wall ms: dispatch nothing after this time; 0 = no limit */
	const char	*pause;		/* the phase of streams to stop before, or NULL */
};

struct executor {
	struct orch	*o;
	struct loop	*loop;		/* receives events, or NULL */
	struct executor	*next;		/* the next list that the loop works through */
	bool		 ended;		/* nothing is left to do, and the report was printed */
	int		 status;	/* exit status of an ended list */
	bool		 joined;	/* added to a running execute; allocated by it */
	char		 id[TASKLIST_ID_MAX];
	struct executor_options opts;
	struct limits	 limits;
	struct machine	 machine;
	struct capacity	 capacity;	/* how the limits' max was derived */
	struct settings	 settings;	/* the target's settings */
	struct ask	 ask;		/* the question about tasks that do not name their paths */
	struct watch	 ask_watch;	/* of answers/ */
	bool		 ask_due;	/* something was dropped into it */
	int64_t		 ask_again;	/* when to retry writing the question or an answer, 0 = no need */
	struct timespec	 asked;		/* the list's time when this was last checked */
	const char	*max_name;	/* the setting or option that limits max */
	int64_t		 attempts;	/* sessions per item; 0 = no retries */
	struct breaker	 breaker;
	struct tasklist	 list;
	struct taskgraph graph;
	struct stat	 seen;		/* stat of the file as last read */
	size_t		 by_load;	/* sessions that the load of the processors allows, SIZE_MAX = as many as wanted */
	bool		 held[HOLDS], held_said;	/* causes that were printed (hold.h); hold_say() was called before */
	bool		 look;		/* something that affects the next task has changed */
	struct executor_task *t;	/* by index in the list */
	size_t		 nt;
	size_t		*active;	/* tasks that have a session */
	size_t		 nactive;
	char		*stopped;	/* why dispatching has stopped; NULL = it continues */
	int64_t		 began, began_wall;	/* ns of CLOCK_MONOTONIC; wall ms */
	int64_t		 wake;		/* when a failed dispatch is due again, 0 = none */
	pid_t		 pid;		/* the dispatching child, 0 = none */
	struct pick	 spawning;	/* its tasks */
	size_t		 nlast;		/* tasks with one last try left */
	struct manifest	*manifest;	/* or NULL */
	int64_t		 manifest_at;	/* ns of CLOCK_MONOTONIC: earliest time of the next write */
	bool		 manifest_due;	/* its timer is armed */
	struct watch_timer look_timer, until_timer, manifest_timer;
	char		 former[SESSION_ID_MAX];	/* the former session of the current dispatch */
	struct executor_note *note;	/* shared with the dispatching child, and the refreshing one */
	const struct source *source;	/* the source that keeps the list, or NULL */
	bool		 owed;		/* the source must be asked what has changed */
	pid_t		 refresh_pid;	/* the asking child, 0 = none */
	unsigned	 refresh_tries;	/* that failed */
	int64_t		 refresh_at;	/* ns of CLOCK_MONOTONIC; time of the next refresh, 0 = now */
	struct watch	 wake_watch;	/* of the directory where it says so */
	struct watch	 list_watch;	/* of the directory of the lists */
	bool		 hint;		/* it is only asked because another list changed */
	bool		 paused;	/* streams of that phase are ready */
	int		 phase;		/* index in task_phases of the first incomplete phase */
	bool		 phase_begun;	/* its heading was printed */
	bool		 streams;	/* the list has streams, and their end was not printed yet */
};

/* Opens the list with that id, with the target's settings; pause of the options is borrowed.  0, or a sysexits
 * status with the error printed and nothing to release. */
int executor_open(struct executor *, struct orch *, const char *list, const struct executor_options *);
void executor_release(struct executor *);
/* Forgets the list that was read. */
void executor_clear(struct executor *);
/* Reads the list, if its file has changed. 0, or a sysexits status. */
int executor_load(struct executor *);
/* Takes in a list that was read: its graph and its running tasks.  -1: it has a circle, or a missing task. */
int executor_use(struct executor *, char *err, size_t errlen);
/* The tasks that run, allocated for the caller, and the limits that hold now. */
size_t executor_running(struct executor *, struct work **, struct limits *);
/* Is a task ready, whether or not it may go out now? */
bool executor_ready(const struct executor *);
/* Picks the tasks to go out now; false: none. */
bool executor_pick(struct executor *, struct pick *);
/* Stops dispatching.  Logged once. */
void executor_stop(struct executor *, const char *why);
/*
 * Of the graph's ready tasks, chooses one that may run beside the running ones, and with
 * group its companions; skip (or NULL) excludes tasks.
 */
bool executor_choose(const struct taskgraph *, const struct work *running, size_t nrunning,
    const struct limits *, bool group, bool (*skip)(void *, size_t), void *, struct pick *);
/* Does the task share a session named after another task of the list? */
bool executor_follows(const struct tasklist *, const struct task *);
/* The task in the form of admit.h. */
struct work executor_work(const struct task *);

/* Updates task i from the list; first: its state when the executor began. */
void executor_settle(struct executor *, size_t i, bool first);
/* Should a failed task get another session?  attempt: its last one. */
bool executor_again(const struct executor *, const struct task *, int64_t *attempt);
/* Loads a session, archived or not.  0 or -1. */
int executor_entry(struct orch *, const char *session, struct entry *);

/* Makes a session for the tasks, the next one if they had some.  0, or a status with the error printed. */
int executor_dispatch(struct executor *, const struct pick *, struct dispatched *);
/* For execute: sends out tasks, unless a dispatch is under way. */
void executor_turn(struct executor *);
/* Must execute go on for the list, although no session is left? */
bool executor_busy(const struct executor *);
/* Takes in sessions that other commands have made for the list.  Is one being made? */
bool executor_join(struct executor *);
/* Handles the end of the dispatching child. */
void executor_reaped(struct executor *, int status);
/* In a child: keeps its messages for the parent, and ignores Ctrl-C. */
void executor_note_begin(struct executor *);

/* Asks the source if a refresh is due: true while it is being asked. */
bool executor_refresh(struct executor *);
/* Requests a refresh. */
void executor_push(struct executor *);
/* Handles the end of the asking child. */
void executor_refreshed(struct executor *, int status);
/* Watches for the file by which the source signals changes, and removes it. */
void executor_watch_source(struct executor *);
/* A file in the lists' directory has changed: a local source takes in changes to people's lists. */
void executor_list_changed(void *executor, const struct watch_event *);

/* Says when a phase of streams begins, which of its streams are complete already, and when all are. */
void executor_phase_say(struct executor *);

/* Does that phase exist?  It is an error when no task has a stream. */
int executor_pause_check(const struct executor *);
/* Prints the ready streams that are held back before the pause. */
void executor_pause_say(const struct executor *);
/* The exit status: 0 also when everything except the held-back streams is COMPLETE. */
int executor_pause_status(const struct executor *, int status);

/* For execute: has the question been answered, or must it be asked?  Does nothing where no question is needed. */
void executor_ask(struct executor *);
/* Does the task not name its paths, where that matters? */
bool executor_ambiguous(const struct task *);
/* For commands that do not ask: uses an earlier answer. */
void executor_ask_known(struct executor *);

/* The manifest (manifest.h) of the work to do. */
struct preview;
struct json *executor_manifest_plan(struct executor *, const struct preview *);
/* Of execute: begins it; says that the list has a session for task i; writes it, once it is time. */
void executor_manifest_begin(struct executor *);
void executor_manifest_sent(struct executor *, size_t i);
void executor_manifest_error(struct executor *, const char *task, const char *why, bool final);
void executor_manifest_changed(struct executor *);
void executor_manifest_write(struct executor *, bool over);

/* Can its source not provide it, for example because another person has claimed the issue? */
bool executor_elsewhere(const struct task *);
/* Prints and saves the report of the list: 0 when everything except such tasks is COMPLETE, else 1. */
int executor_report(struct executor *);

#endif
