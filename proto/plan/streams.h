/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROTO_STREAMS_H
#define PROTO_STREAMS_H

/*
 * The streams file: orchestration-config.json (orchestrator-streams(5)).  Pure.
 *
 *	streams.c	the record
 *	streams_read.c	and its reader
 *	streams_take.c	the tasks of a stream: its own or a task list's
 *	streams_check.c	finds problems, and orders the streams
 *	streams_make.c	a task list's streams as a file; a stream as a task
 *
 *	streams_parse, then streams_take for each list, then streams_check and
 *	streams_overlaps, then streams_task for each stream
 *
 * Problems are lines that name the cause and the cure; all of them are collected.
 */

#include "proto/record/item.h"

struct task;
struct taskgraph;
struct tasklist;

#define STREAMS_FILE	"orchestration-config.json"
#define STREAMS_VERSION	"1.0"
#define STREAMS_MAX	256		/* streams in a file */
#define STREAMS_NONE	((size_t)-1)
#define STREAMS_RECORD	(4u << 20)	/* bytes of the file */

enum stream_phase { STREAM_FOUNDATION, STREAM_PARALLEL, STREAM_INTEGRATION, STREAM_PHASES };

struct stream {
	char		 id[SESSION_ID_MAX];
	char		*name;
	enum stream_phase phase;
	int64_t		 total, completed;	/* as the file states them */
	struct strings	 depends_on;
	char		*root;		/* projectRoot, or NULL */
	char		*worktree;	/* worktreePath, or NULL */
	struct item	 own;		/* the stream's own description, apart from its tasks */
	bool		 says_priority;
	struct item	*task;		/* "tasks" */
	size_t		 ntask;
	struct json	*raw;
	/* By streams_take: */
	char		 list[SESSION_ID_MAX];	/* the list with its tasks; "" = none */
	size_t		 n, done;	/* number of its tasks, and of COMPLETE ones */
	size_t		 begun;		/* of those IN_PROGRESS without a session of the stream */
	struct item	 work;		/* built from the tasks that are not complete */
	bool		 pathless;	/* some task does not name its paths */
	bool		 alone;		/* some task is not parallelizable */
};

struct streams {
	char		*generated;	/* generatedAt, or NULL */
	char		*initiative, *name;	/* id and name of the initiative, or NULL */
	char		*endpoint;	/* apiEndpoint, or NULL: kept, not used */
	char		 list[SESSION_ID_MAX];	/* taskList: the only list whose tasks count */
	struct session_limits recovery;	/* contextRecovery, as the limits of each stream */
	struct stream	*v;
	size_t		 n;
	bool		 planned;	/* the file has an executionPlan */
	struct strings	 plan[STREAM_PHASES];
	struct json	*raw;
};

const char *stream_phase_name(enum stream_phase);	/* "foundation" */
int stream_phase_parse(const char *);			/* -1: unknown */

/* -1 when the text can't be parsed at all.  In both cases problems gets the errors in its members. */
int streams_parse(struct streams *, const char *, size_t, struct strings *problems);
char *streams_text(const struct streams *, size_t *len);
void streams_release(struct streams *);
size_t streams_find(const struct streams *, const char *id);
struct stream *streams_add(struct streams *, const char *id);
/* Adds a line to the problems. */
void streams_problem(struct strings *, const char *, ...) __attribute__((format(printf, 2, 3)));

/* Takes the streams' own tasks; streams_parse calls it. */
void streams_take_own(struct streams *);
/* Takes the list's tasks that belong to a stream, and derives the dependencies between streams.  make: adds
 * missing streams. */
void streams_take(struct streams *, const struct tasklist *, bool make, struct strings *problems);
/* Is all of its work done? */
bool stream_complete(const struct stream *);
/* The paths that it may change; empty = unknown. */
const struct strings *stream_paths(const struct stream *);

/* Makes the graph of the explicit dependencies; false when a circle was found.  problems may be NULL: nothing is checked. */
bool streams_graph(const struct streams *, struct taskgraph *, struct strings *problems);
void streams_check(const struct streams *, int64_t max_parallel, struct strings *problems);
/* Finds parallel streams that may change the same files. */
void streams_overlaps(const struct streams *, struct strings *problems);
/* May both be worked on at the same time? */
bool streams_at_once(const struct streams *, size_t, size_t);
/* Does the stream wait for the other one to be complete, by a dependency or by the order of the phases? */
bool streams_waits(const struct streams *, size_t i, size_t other);
/* Does the order of the phases put a before b? */
bool streams_before(const struct streams *, size_t a, size_t b);

/*
 * Arranges streams from streams_take into phases and a plan.  said has the streams
 * whose phase is given.  Otherwise a stream that others depend on and that depends
 * on none is foundation; one that depends on several others or on an integration
 * stream is integration.
 */
void streams_arrange(struct streams *, const struct strings said[STREAM_PHASES]);
/* Fills the task of stream i; true when the task has changed. */
bool streams_task(const struct streams *, size_t i, struct task *);

#endif
