/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_LOOP_H
#define ORCHESTRATOR_LOOP_H

/*
 * execute: one loop over all sessions of an instance.
 *
 *	loop.c		waits, finds the session of an event, and handles due sessions
 *	loop_sessions.c	the known sessions, and the due ones
 *	session_update.c	one session: reads it, reports news, decides (schedule.h), acts
 *	session_say.c	reports news, one line each
 *	session_act.c	performs the decision
 *	queue.c		approved sessions in order; queue_merge.c merges them, one at a time, in a child
 *	loop_report.c	the final report
 *	live.h		the live display on a terminal
 *	loop_lists.c	the task lists it works through; the first one, and those that were added
 *	executor.h	a list: dispatches ready tasks
 *
 * No session may stop the others: a problem with one session is reported, and the
 * loop continues.
 */

#include "orchestrator/execute/policy.h"
#include "orchestrator/execute/table.h"
#include "proto/git/git.h"

struct events;
struct executor;
struct live;
struct notices;
struct questions;

/* What the child that merges, or dispatches again, reports. */
struct merge_note {
	char		 why[GIT_ERR];
	char		 session[SESSION_ID_MAX];	/* the new session */
};

struct loop {
	struct orch	*o;
	struct executor	*executor;	/* the task lists to work through, or NULL */
	struct events	*events;	/* the log of events, or NULL */
	struct notices	*notices;	/* what people are told, or NULL */
	struct live	*live;		/* the live display, or NULL */
	bool		 verbose;	/* also prints each step of a session */
	int64_t		 began_at;	/* wall ms */
	bool		 interrupted;	/* by a signal: begins nothing more */
	bool		 over;		/* only the records of its end are left to write */
	bool		 paused;	/* by a person: begins nothing until it is resumed */
	bool		 asked;		/* control/ has changed */
	struct watch	 control;	/* of control/ */
	struct watch	 accounts;	/* of accounts/ */
	struct table	 table;
	struct policy	 policy;
	struct watch	 watch;		/* of isolated-sessions/ */
	size_t		 pending;	/* sessions that keep execute running */
	size_t		 full;		/* parked and answered sessions that wait for another one to end */
	bool		 counted;	/* all sessions that were there at the start were read, so it is known how many run */
	size_t		 merged;
	struct json	*done;		/* merged sessions, for the report */
	struct strings	 lost;		/* items of sessions that disappeared unmerged */
	bool		 dirty;		/* orchestrator.json is out of date */
	int64_t		 cache_delay;	/* ns from a change to the next write */
	struct watch_timer cache, grace;
	struct session_row_list due;	/* sessions to handle before the next wait */
	struct session_row_list queue;		/* approved sessions, oldest first */
	struct session_row_list blocked;	/* sessions whose merge failed */
	struct session_row	*merging;	/* the session merged by merge_pid */
	pid_t		 merge_pid;
	struct merge_note *merge_note;	/* shared with that child */
};

/* Runs until every session has ended (0; or 1 when one was not merged or, with a task list, when not all of it
 * is COMPLETE), or until a signal (128 + its number).  With a list the first SIGINT only stops dispatching. */
int loop_run(struct orch *, struct executor *, bool verbose);
/* Its parts: loop_begin takes in all sessions into a loop that is zero except for notices (0, or a sysexits status with
 * the error printed); the other handles an event and returns the signal that ends the loop, or 0. */
int loop_begin(struct loop *, struct orch *, struct executor *);
int loop_event(struct loop *, const struct watch_event *);
void loop_end(struct loop *);
/* Writes orchestrator.json.  The next write waits for a multiple of the time that this one took, so its share
 * of the time is bounded, whatever the number of sessions. */
void loop_cache(struct loop *);
/* Calls fn for each list that is being worked through. */
#define LOOP_LISTS(l, f)	for (struct executor *f = (l)->executor; f != NULL; f = f->next) if (!f->ended)
/* Takes in a list: timers; then, once all sessions are known, the watches. */
void loop_list_add(struct loop *, struct executor *);
void loop_list_begin(struct loop *, struct executor *);
/* Adds the lists that were asked for in control/, and reads whether it is paused. */
void loop_control(struct loop *);
/* Reports the lists that have ended while others go on. */
void loop_lists_ended(struct loop *);
/* Begins nothing more, and says what it waits for. */
void loop_interrupt(struct loop *);
/* Reports a list. 0, or 1 when not all of it is COMPLETE. */
int loop_list_report(struct executor *);
void loop_lists_release(struct loop *);
/* Something that affects the next task of each list has changed. */
void loop_look(struct loop *);

/* Prints one line on standard output, with the time of day, or JSON with --json. */
void loop_say(const struct loop *, const char *session, const char *event, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
/* The same for a whole line, which names the session itself. */
void loop_note(const struct loop *, const char *session, const char *event, const char *line);
/* Prints a line without a session or a time, such as the heading of a phase. */
void loop_heading(const struct loop *, const char *list, const char *event, const char *line);
/* Prints a line with -v; it is not recorded. */
void loop_more(const struct loop *, const char *session, const char *event, const char *text);
/* Keeps an event for the records only. */
void loop_keep(const struct loop *, const char *session, const char *event);
void loop_keep_report(const struct loop *, const struct json *report);
/* A value shown in orchestrator.json has changed. */
void loop_changed(struct loop *);
/* Prints and saves the final report.  0, or 1 when not all is merged. */
int loop_report(struct loop *);
/* Counts and reports a merged session. */
void loop_merged(struct loop *, const struct entry *, const char *commit);
/* Is its item a task of the current list? */
bool loop_listed(const struct loop *, const struct entry *);
/* Marks a session as due.  starting: see schedule.h. */
void loop_due(struct loop *, struct session_row *, bool starting);
/* Takes in the session with that id, unless it is known, and marks it as due. */
void loop_add(struct loop *, const char *id, bool starting);
/* Has max_parallel been reached by the sessions that have a worker, or are about to get one?  Yes until all are counted. */
bool loop_full(const struct loop *);
/* There may be room again: marks the sessions that wait for it as due. */
void loop_room(struct loop *);
/* Starts or stops watching for answers to a parked session. */
void loop_watch_answers(struct session_row *, bool parked);
/* Its directory is gone: it was archived or removed. */
void loop_gone(struct loop *, struct session_row *);
/* Forgets and frees the session. */
void loop_forget(struct loop *, struct session_row *);

/* Reads a due session from disk, and acts. */
void session_update(struct loop *, struct session_row *);
/* Reports the differences from what was known before (no path: nothing). */
void session_say(const struct loop *, const struct entry *was, const struct entry *now);
/* Reports questions that were open and no longer are. */
void session_say_closed(const struct loop *, const struct session_row *, const struct questions *);
/* Performs the decision; true when the session must be read again. */
bool session_act(struct loop *, struct session_row *, enum action);
/* For a session whose questions are no longer handled: reports those that have ended. */
void session_closed(struct loop *, struct session_row *);

int queue_init(struct loop *);
/* Completes a retry that was killed between a session and the next one of its item. */
void queue_recover(struct loop *);
/* Puts an approved session into its place in the queue. */
void queue_add(struct loop *, struct session_row *);
void queue_drop(struct loop *, struct session_row *);
/* Removes it from the queue until another merge succeeds. */
void queue_block(struct loop *, struct session_row *);
/* Allows its merge to be tried again. */
void queue_unblock(struct loop *, struct session_row *);
/* Starts the next merge unless one is running. */
void queue_next(struct loop *);
/* Handles the end of the merging child. */
void queue_reaped(struct loop *, int status);
/* Stops the current merge; the next merge completes it. */
void queue_stop(struct loop *);

#endif
