/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_LOOP_H
#define ORCHESTRATOR_LOOP_H

/*
 * execute: one loop over all sessions of an instance.
 *
 *	loop.c		waits, finds the sessions that an event is about, and attends to those that are due
 *	loop_sessions.c	which sessions there are, and which are due
 *	attend.c	one session: reads it, has said what is new, decides (schedule.h), acts
 *	session_say.c	what is new, a line each
 *	session_act.c	what was decided
 *	queue.c		what is approved, in order; queue_merge.c merges it, one at a time, in a child
 *	loop_report.c	what became of it all
 *	flow.h		with a task list: sends out what is ready
 *
 * Nothing here may stop the others: what goes wrong with one session is said, and
 * the loop goes on.
 */

#include "orchestrator/execute/policy.h"
#include "orchestrator/execute/table.h"
#include "proto/git/git.h"

struct flow;
struct questions;

/* What the child that merges, or dispatches again, leaves behind. */
struct merge_note {
	char		 why[GIT_ERR];
	char		 session[SESSION_ID_MAX];	/* the new one */
};

struct loop {
	struct orch	*o;
	struct flow	*flow;		/* a task list that is worked off, or NULL */
	struct table	 table;
	struct policy	 policy;
	struct watch	 watch;		/* of isolated-sessions/ */
	size_t		 pending;	/* sessions that execute stays for */
	size_t		 merged;
	struct json	*done;		/* merged sessions, for the report */
	struct strings	 lost;		/* items of sessions that went away unmerged */
	bool		 dirty;		/* orchestrator.json is out of date */
	int64_t		 cache_delay;	/* ns from a change to its next writing */
	struct watch_timer cache, grace;
	struct sess_list due;		/* to be attended to before the next wait */
	struct sess_list queue;		/* approved, oldest first */
	struct sess_list blocked;	/* whose merge failed */
	struct sess	*merging;	/* its merge runs in merge_pid */
	pid_t		 merge_pid;
	struct merge_note *merge_note;	/* shared with that child */
};

/* Runs until every session has ended (0, or 1 when one was not merged, or with a task list
 * when not all of it is COMPLETE) or until a signal (128 + its number). With a list the
 * first SIGINT only stops what goes out. */
int loop_run(struct orch *, struct flow *);
/* Its parts: takes in all sessions (0, or a sysexits status with the error printed), and does
 * what an event asks for: returns the signal that ends the loop, or 0. */
int loop_begin(struct loop *, struct orch *, struct flow *);
int loop_event(struct loop *, const struct watch_event *);
void loop_end(struct loop *);
/* Writes orchestrator.json. The next writing waits for many times as long as this one
 * took: its share of the time is bounded, whatever the number of sessions. */
void loop_cache(struct loop *);
/* One line on standard output, JSON with --json. */
void loop_say(const struct loop *, const char *session, const char *event, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
/* The same of a whole line, which names the session itself. */
void loop_note(const struct loop *, const char *session, const char *event, const char *line);
/* Something that orchestrator.json shows has changed. */
void loop_changed(struct loop *);
/* What became of it all: said and kept. 0, or 1 when not all is merged. */
int loop_report(struct loop *);
/* A session has been merged: counts and says it. */
void loop_merged(struct loop *, const struct entry *, const char *commit);
/* Is its item a task of the list that is worked off? */
bool loop_listed(const struct loop *, const struct entry *);
/* It is to be attended to.  starting: see schedule.h. */
void loop_due(struct loop *, struct sess *, bool starting);
/* Takes in the session of that id, unless it is known: it is due. */
void loop_add(struct loop *, const char *id, bool starting);
/* Its directory is not there any more: it was archived or removed. */
void loop_gone(struct loop *, struct sess *);
/* It is of no more interest, and freed. */
void loop_forget(struct loop *, struct sess *);

/* Reads what is on disk of a session that is due, and acts. */
void attend(struct loop *, struct sess *);
/* Says what differs from what was known before (no path: nothing). */
void session_say(const struct loop *, const struct entry *was, const struct entry *now);
/* Of the questions that were open, those that no longer are. */
void session_say_closed(const struct loop *, const struct sess *, const struct questions *);
/* Does what was decided; true when the session must be read again after it. */
bool session_act(struct loop *, struct sess *, enum action);
/* Where questions are not attended to any more: which of them have ended. */
void session_closed(struct loop *, struct sess *);

int queue_init(struct loop *);
/* Completes what was killed between a session and the next one of its item. */
void queue_recover(struct loop *);
/* Puts an approved session into its place. */
void queue_add(struct loop *, struct sess *);
void queue_drop(struct loop *, struct sess *);
/* Out of the queue, and not to be tried until another merge has been made. */
void queue_block(struct loop *, struct sess *);
/* Its merge may be tried again. */
void queue_unblock(struct loop *, struct sess *);
/* Starts the next merge unless one runs. */
void queue_next(struct loop *);
/* The child that merged has ended. */
void queue_reaped(struct loop *, int status);
/* Stops the merge under way; the next merge completes it. */
void queue_stop(struct loop *);

#endif
