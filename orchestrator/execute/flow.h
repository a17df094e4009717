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
 *	flow_pick.c	which of its tasks goes out next, and with which
 *	flow_settle.c	what has become of a task, and whether it is tried again
 *	flow_source.c	the other side, when a source keeps the list
 *	flow_dispatch.c	a session for it
 *	flow_note.c	what children leave behind for execute
 *	flow_spawn.c	that, by execute in a child, one after another
 *	flow_pause.c	the end before a phase of streams
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
#include "orchestrator/session/ask.h"
#include "proto/base/clock.h"
#include "proto/plan/taskgraph.h"
#include "proto/settings/settings.h"
#include "proto/sys/watch.h"

struct dispatched;
struct entry;
struct task;

#define FLOW_LOOKED_AT	64	/* ready tasks, of which the first that may go does */
#define FLOW_TRIES	3	/* more, of a dispatch that failed */
#define FLOW_BACKOFF	(500 * CLOCK_MS)	/* before the first new try, then twice as long */
#define FLOW_WHY	1024

struct loop;

struct flow_task {
	char		 session[SESSION_ID_MAX];	/* that it had last, as far as is known */
	bool		 open;		/* it has it, and its end is not judged yet */
	bool		 final;		/* has failed, and is not tried again */
	bool		 hopeless;	/* failed twice in the same way */
	char		*failed_as;	/* as breaker.h compares it; NULL = it has not */
	unsigned	 tries;		/* of its dispatch that failed */
	bool		 last;		/* one more is left, when nothing else runs */
	bool		 alone;		/* it is, or was: nothing is to be beside it */
	int64_t		 not_before;	/* CLOCK_MONOTONIC; the next one */
};

/* What the child that dispatches leaves behind. */
struct flow_note {
	char		 session[SESSION_ID_MAX];
	char		 why[FLOW_WHY];	/* what it would have printed as errors */
	int		 fault;		/* the code of the last of them (fault.h) */
};

struct flow {
	struct orch	*o;
	struct loop	*loop;		/* that is told what happens, or NULL */
	char		 id[TASKLIST_ID_MAX];
	struct limits	 limits;
	struct machine	 machine;
	struct capacity	 capacity;	/* where the limits' max is from */
	struct settings	 settings;	/* of the target */
	struct ask	 ask;		/* the question about what does not say its paths */
	struct watch	 ask_watch;	/* of answers/ */
	bool		 ask_due;	/* something was dropped into it */
	int64_t		 ask_again;	/* it, or an answer, could not be written: when to try, 0 = no */
	struct timespec	 asked;		/* the list's time, as it was looked at for this */
	const char	*max_name;	/* who said what it is limited from */
	bool		 group;		/* small ones share a session */
	int64_t		 until;		/* wall ms: nothing goes out after that, 0 = never */
	int64_t		 attempts;	/* sessions an item may have; 0 = nothing is tried again */
	bool		 fail_fast;
	struct breaker	 breaker;
	struct tasklist	 list;
	struct taskgraph graph;
	struct stat	 seen;		/* of the file, as it was read */
	bool		 look;		/* what decides about the next task has changed */
	struct flow_task *t;		/* by index in the list */
	size_t		 nt;
	size_t		*active;	/* tasks that have a session */
	size_t		 nactive;
	char		*stopped;	/* nothing more goes out, and why; NULL = it does */
	bool		 interrupted;	/* by a signal */
	int64_t		 began, began_wall;	/* ns of CLOCK_MONOTONIC; wall ms */
	int64_t		 wake;		/* a dispatch that failed is due then, 0 = none */
	pid_t		 pid;		/* of the child that dispatches, 0 = none */
	struct pick	 spawning;	/* its tasks */
	size_t		 nlast;		/* tasks with one more try left */
	struct manifest	*manifest;	/* or NULL */
	int64_t		 manifest_at;	/* ns of CLOCK_MONOTONIC: not written before */
	bool		 manifest_due;	/* its timer is armed */
	struct watch_timer look_timer, until_timer, manifest_timer;
	char		 former[SESSION_ID_MAX];	/* of the dispatch under way: what it is done again after */
	struct flow_note *note;		/* shared with it, and with the one that refreshes */
	const struct source *source;	/* that keeps the list, or NULL */
	bool		 owed;		/* it is to be asked what has changed */
	pid_t		 refresh_pid;	/* of the child that asks, 0 = none */
	unsigned	 refresh_tries;	/* that failed */
	int64_t		 refresh_at;	/* ns of CLOCK_MONOTONIC; the next one, 0 = now */
	struct watch	 wake_watch;	/* of the directory where it says so */
	struct watch	 list_watch;	/* of the directory of the lists */
	bool		 hint;		/* it is asked because of another list alone */
	const char	*pause;		/* the phase of streams before which to stop, or NULL */
	bool		 paused;	/* streams of it are ready */
};

/* The target's settings, for the list of that id. 0, or a sysexits status with
 * the error printed and nothing to release. */
int flow_open(struct flow *, struct orch *, const char *list);
void flow_release(struct flow *);
/* Forgets the list as it was read. */
void flow_clear(struct flow *);
/* Reads the list, if its file has changed. 0, or a sysexits status. */
int flow_load(struct flow *);
/* The tasks to go out now; false: none. */
bool flow_pick(struct flow *, struct pick *);
/* Nothing more is to go out. Said once. */
void flow_stop(struct flow *, const char *why);
/*
 * Of the graph's ready tasks the one that may go beside what runs, and with group those that
 * go with it; skip (or NULL) names those that are none.
 */
bool flow_choose(const struct taskgraph *, const struct work *running, size_t nrunning,
    const struct limits *, bool group, bool (*skip)(void *, size_t), void *, struct pick *);
/* Has the task a session that goes by another task of the list? */
bool flow_follows(const struct tasklist *, const struct task *);
/* A task as admit.h sees it. */
struct work flow_work(const struct task *);

/* Takes in what the list says of task i; first: as it was when the flow began. */
void flow_settle(struct flow *, size_t i, bool first);
/* Is a task that has failed worth another session? attempt: the one it had. */
bool flow_again(const struct flow *, const struct task *, int64_t *attempt);
/* Loads a session, be it archived or not. 0 or -1. */
int flow_entry(struct orch *, const char *session, struct entry *);

/* A session for the tasks, the next one if they had some. 0, or a status with the error printed. */
int flow_dispatch(struct flow *, const struct pick *, struct dispatched *);
/* Of execute: sends out what may go, if no dispatch is under way. */
void flow_turn(struct flow *);
/* Does execute stay because of it, though no session is left? */
bool flow_busy(const struct flow *);
/* Takes in the sessions that other commands have made for the list.  Is one being made? */
bool flow_join(struct flow *);
/* The child that dispatches has ended. */
void flow_reaped(struct flow *, int status);
/* In a child: what it says is kept for its parent, and Ctrl-C is not for it. */
void flow_note_begin(struct flow *);

/* Asks the source, if that is owed: true while it is being asked. */
bool flow_refresh(struct flow *);
/* It is owed. */
void flow_push(struct flow *);
/* The child that asks has ended. */
void flow_refreshed(struct flow *, int status);
/* Watches for, and takes, the file by which the other side says that something has changed. */
void flow_watch_source(struct flow *);
/* A file of the lists' directory has changed: a local source takes in what people keep in theirs. */
void flow_list_changed(void *flow, const struct watch_event *);

/* Is there such a phase?  An error where there is none at all. */
int flow_pause_check(const struct flow *);
/* Says which streams are ready that are not begun because of the phase before which to stop. */
void flow_pause_say(const struct flow *);
/* The exit status: 0 as well when all but what comes from there on is COMPLETE. */
int flow_pause_status(const struct flow *, int status);

/* Of execute: has the question been answered, must it be asked? Where it is not to be asked, nothing. */
void flow_ask(struct flow *);
/* Does it not say its paths, where that makes a difference? */
bool flow_ambiguous(const struct task *);
/* Of those that do not ask: what was answered before counts. */
void flow_ask_known(struct flow *);

/* The manifest (manifest.h) of what is to be done. */
struct preview;
struct json *flow_manifest_plan(struct flow *, const struct preview *);
/* Of execute: begins it; says that the list has a session for task i; writes it, once it is time. */
void flow_manifest_begin(struct flow *);
void flow_manifest_sent(struct flow *, size_t i);
void flow_manifest_error(struct flow *, const char *task, const char *why, bool final);
void flow_manifest_changed(struct flow *);
void flow_manifest_write(struct flow *, bool over);

/* Is it not to be had from its source, such as an issue that another person has claimed? */
bool flow_elsewhere(const struct task *);
/* Prints what became of the list, and keeps it: 0 when all of it but that is COMPLETE, else 1. */
int flow_report(struct flow *);

#endif
