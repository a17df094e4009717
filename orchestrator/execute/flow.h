/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_FLOW_H
#define ORCHESTRATOR_FLOW_H

/*
 * A task list that is being worked off.  The list on disk is the truth: it is read
 * again when its file has changed, and all that is here besides is for the report.
 *
 *	flow.c		begins it, ends it, stops it
 *	flow_load.c	the list, each time that it has changed
 *	flow_task.c	a task of it, and the sessions it had
 *	hold.h		what holds its tasks back
 *	flow_pick.c	which of its tasks goes out next, and with which
 *	flow_settle.c	the result of a task, and whether it is retried
 *	flow_source.c	the other side, when a source keeps the list
 *	flow_dispatch.c	a session for it
 *	flow_note.c	what children leave behind for execute
 *	flow_spawn.c	that, by execute in a child, one after another
 *	flow_pause.c	the end before a phase of streams
 *	flow_phase.c	the phase of streams that the work has come to
 *	flow_ask.c	the question whether what does not say its paths may be at once
 *	flow_manifest.c	plan.json of the instance (manifest.h), kept up to date
 *	flow_report.c	what became of them all (report.h)
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

#define FLOW_LOOKED_AT	64	/* ready tasks that are considered, of which the first allowed one goes out */
#define FLOW_TRIES	3	/* further tries of a dispatch that failed */
#define FLOW_BACKOFF	(500 * CLOCK_MS)	/* before the second try; then doubled */
#define FLOW_WHY	1024
#define FLOW_MAX	1000	/* concurrent sessions */

struct loop;

struct flow_task {
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
struct flow_note {
	char		 session[SESSION_ID_MAX];
	char		 why[FLOW_WHY];	/* the errors that it would have printed */
	int		 fault;		/* code of the last error (fault.h) */
};

/* The options of execute, plan and dispatch-ready for a list. */
struct flow_options {
	int64_t		 max;		/* sessions at the same time; 0 = max_parallel of the settings */
	bool		 group;		/* small tasks share a session */
	bool		 fail_fast;	/* dispatch nothing after a task has failed */
	int64_t		 until;		/* wall ms: dispatch nothing after this time; 0 = no limit */
	const char	*pause;		/* the phase of streams to stop before, or NULL */
};

struct flow {
	struct orch	*o;
	struct loop	*loop;		/* receives events, or NULL */
	struct flow	*next;		/* the next list that the loop works through */
	bool		 ended;		/* nothing is left to do, and the report was printed */
	int		 status;	/* exit status of an ended list */
	bool		 joined;	/* added to a running execute; allocated by it */
	char		 id[TASKLIST_ID_MAX];
	struct flow_options opts;
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
	struct flow_task *t;		/* by index in the list */
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
	struct flow_note *note;		/* shared with the dispatching child, and the refreshing one */
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
int flow_open(struct flow *, struct orch *, const char *list, const struct flow_options *);
void flow_release(struct flow *);
/* Forgets the list that was read. */
void flow_clear(struct flow *);
/* Reads the list, if its file has changed. 0, or a sysexits status. */
int flow_load(struct flow *);
/* Takes in a list that was read: its graph and its running tasks.  -1: it has a circle, or a missing task. */
int flow_use(struct flow *, char *err, size_t errlen);
/* The tasks that run, allocated for the caller, and the limits that hold now. */
size_t flow_running(struct flow *, struct work **, struct limits *);
/* Is a task ready, whether or not it may go out now? */
bool flow_ready(const struct flow *);
/* Picks the tasks to go out now; false: none. */
bool flow_pick(struct flow *, struct pick *);
/* Stops dispatching.  Logged once. */
void flow_stop(struct flow *, const char *why);
/*
 * Of the graph's ready tasks, chooses one that may run beside the running ones, and with
 * group its companions; skip (or NULL) excludes tasks.
 */
bool flow_choose(const struct taskgraph *, const struct work *running, size_t nrunning,
    const struct limits *, bool group, bool (*skip)(void *, size_t), void *, struct pick *);
/* Does the task share a session named after another task of the list? */
bool flow_follows(const struct tasklist *, const struct task *);
/* The task in the form of admit.h. */
struct work flow_work(const struct task *);

/* Updates task i from the list; first: its state when the flow began. */
void flow_settle(struct flow *, size_t i, bool first);
/* Should a failed task get another session?  attempt: its last one. */
bool flow_again(const struct flow *, const struct task *, int64_t *attempt);
/* Loads a session, archived or not.  0 or -1. */
int flow_entry(struct orch *, const char *session, struct entry *);

/* Makes a session for the tasks, the next one if they had some.  0, or a status with the error printed. */
int flow_dispatch(struct flow *, const struct pick *, struct dispatched *);
/* For execute: sends out tasks, unless a dispatch is under way. */
void flow_turn(struct flow *);
/* Must execute stay because of the flow, although no session is left? */
bool flow_busy(const struct flow *);
/* Takes in sessions that other commands have made for the list.  Is one being made? */
bool flow_join(struct flow *);
/* Handles the end of the dispatching child. */
void flow_reaped(struct flow *, int status);
/* In a child: keeps its messages for the parent, and ignores Ctrl-C. */
void flow_note_begin(struct flow *);

/* Asks the source if a refresh is due: true while it is being asked. */
bool flow_refresh(struct flow *);
/* Requests a refresh. */
void flow_push(struct flow *);
/* Handles the end of the asking child. */
void flow_refreshed(struct flow *, int status);
/* Watches for the file by which the source signals changes, and removes it. */
void flow_watch_source(struct flow *);
/* A file in the lists' directory has changed: a local source takes in changes to people's lists. */
void flow_list_changed(void *flow, const struct watch_event *);

/* Says when a phase of streams begins, which of its streams are complete already, and when all are. */
void flow_phase_say(struct flow *);

/* Does that phase exist?  It is an error when no task has a stream. */
int flow_pause_check(const struct flow *);
/* Prints the ready streams that are held back before the pause. */
void flow_pause_say(const struct flow *);
/* The exit status: 0 also when everything except the held-back streams is COMPLETE. */
int flow_pause_status(const struct flow *, int status);

/* For execute: has the question been answered, or must it be asked?  Does nothing where no question is needed. */
void flow_ask(struct flow *);
/* Does the task not name its paths, where that matters? */
bool flow_ambiguous(const struct task *);
/* For commands that do not ask: uses an earlier answer. */
void flow_ask_known(struct flow *);

/* The manifest (manifest.h) of the work to do. */
struct preview;
struct json *flow_manifest_plan(struct flow *, const struct preview *);
/* Of execute: begins it; says that the list has a session for task i; writes it, once it is time. */
void flow_manifest_begin(struct flow *);
void flow_manifest_sent(struct flow *, size_t i);
void flow_manifest_error(struct flow *, const char *task, const char *why, bool final);
void flow_manifest_changed(struct flow *);
void flow_manifest_write(struct flow *, bool over);

/* Can its source not provide it, for example because another person has claimed the issue? */
bool flow_elsewhere(const struct task *);
/* Prints and saves the report of the list: 0 when everything except such tasks is COMPLETE, else 1. */
int flow_report(struct flow *);

#endif
