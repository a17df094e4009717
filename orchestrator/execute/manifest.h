/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_MANIFEST_H
#define ORCHESTRATOR_MANIFEST_H

/*
 * The model of a run: which session does which tasks, and the results.  The manifest
 * (orchestrator-session(5), plan.json) and the report (report.h) are views of it and
 * show its figures.  Pure: executor_manifest.c reads and writes the files.
 * In its terms a session is a terminal: TERM-001 and so on, in planned order; unplanned
 * ones (for a repeated or new task) come after these.
 *
 *	manifest_make(tasks)
 *	manifest_plan(m, pick)			for each planned session, in order
 *	manifest_sent(m, pick, session)		when it is dispatched
 *	manifest_look(m, terminal, entry)	as it progresses
 *	manifest_sum(m, list, figures), or manifest_json(m, list)
 */

#include "orchestrator/execute/artifacts.h"
#include "orchestrator/execute/group.h"
#include "proto/base/id.h"
#include "proto/base/strings.h"
#include "proto/session/status.h"

struct entry;
struct json;
struct state;
struct tasklist;

#define MANIFEST_ERRORS	100
#define PLAN_FILE	"plan.json"
#define PLAN_MAX	(256u << 20)
#define SPAWN		"SPAWN-"	/* and the number of the run, in spawn_id */

enum terminal_status { TERMINAL_PENDING, TERMINAL_ACTIVE, TERMINAL_COMPLETED, TERMINAL_FAILED, TERMINAL_COUNT };

struct terminal {
	struct pick	 tasks;		/* empty when other terminals do them */
	char		 session[SESSION_ID_MAX];	/* session id; "" = not yet */
	char		*path;		/* its directory */
	bool		 archived;
	enum terminal_status status;
	enum status	 state;		/* status of the session */
	int64_t		 started_at, ended_at;	/* wall ms */
	int64_t		 ms;		/* that it took since the run began; 0 = it has not ended */
	int64_t		 input, output, cost;	/* tokens, millionths of a dollar */
	struct json	*spent;		/* the same by account and role (spending.h) */
	int64_t		 done, total;	/* from worker progress */
	char		 reason[32];
	char		*detail;
	char		 merged[OID_MAX];
	bool		 looked;	/* files is filled */
	struct artifacts files;
};

struct manifest {
	char		 instance[SESSION_ID_MAX];
	unsigned	 spawn;
	int64_t		 at, begun_at, ended_at;	/* wall ms; 0 = not yet */
	int64_t		 elapsed;	/* ms since it began, of CLOCK_MONOTONIC */
	bool		 trust;		/* ambiguous tasks may run at the same time */
	struct terminal	*v;
	size_t		 n;
	size_t		*planned;	/* by task: its terminal without a session, or SIZE_MAX */
	size_t		 ntasks;
	struct strings	 errors;	/* of dispatches */
	bool		 spawn_failed;	/* a dispatch was abandoned */
	struct strings	 requeue;	/* tasks to be repeated */
};

struct manifest *manifest_make(void);
void manifest_free(struct manifest *);	/* NULL too */
struct terminal *manifest_plan(struct manifest *, const struct pick *);
/* Again with the same session: replaces its tasks. */
struct terminal *manifest_sent(struct manifest *, const struct pick *, const char *session);
void manifest_look(const struct manifest *, struct terminal *, const struct entry *);
void manifest_error(struct manifest *, const char *task, const char *why, bool final);
/* The object terminal_manifest, with now as its time. */
struct json *manifest_json(const struct manifest *, const struct tasklist *);

/* Minutes with two decimals, or a whole number. */
struct json *manifest_minutes(int64_t ms);
/* What sessions that are over have used. */
struct manifest_use {
	size_t	sessions;
	int64_t	ms, input, output, cost;
};
/* The manifest in figures. */
struct manifest_sums {
	size_t	total, parallelizable, terminals, spawned, over;
	size_t	completed, failed;	/* tasks of ended sessions */
	size_t	outputs, conflicts;
	int64_t	estimate, saved;	/* ms */
	struct manifest_use all, *task;	/* by index in the list; what several share counts for the first */
	bool	*merged;		/* by index in the list: in a session that was merged */
};
void manifest_sum(const struct manifest *, const struct tasklist *, struct manifest_sums *);
void manifest_sums_free(struct manifest_sums *);
/* The time of a session after since, to its end or else to its last change; ms. */
int64_t manifest_took(const struct state *, int64_t since);
/* The time saved, in percent of the sequential time of the merged sessions. */
long long manifest_gain(int64_t saved, int64_t elapsed);

#endif
