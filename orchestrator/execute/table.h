/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_TABLE_H
#define ORCHESTRATOR_TABLE_H

/*
 * The sessions that execute knows, by id: finding one costs the same with ten as with
 * ten thousand.
 */

#include <sys/queue.h>

#include "orchestrator/execute/schedule.h"
#include "orchestrator/session/registry.h"
#include "proto/sys/watch.h"

struct loop;

struct session_row {
	struct entry	 e;		/* as of the last check */
	struct loop	*loop;
	struct watch	 watch;		/* of its directory */
	struct watch	 answers;	/* of answers/ in it, while it is parked */
	struct watch_timer later;	/* until a default answers one of its questions */
	enum action	 action;	/* the decision then */
	bool		 fresh;		/* has open questions that no policy has checked */
	bool		 grace;		/* waiting: it is new, or its death could not be written */
	bool		 unstarted;	/* no worker could be started, because of a transient fault */
	bool		 held;		/* it was reported that its answer waits for room */
	bool		 due;		/* must be handled */
	bool		 starting;	/* execute is starting, or its grace period is over: see schedule.h */
	bool		 queued;	/* in the merge queue */
	bool		 blocked;	/* its merge failed, for the reason in why */
	char		*why;
	char		*doing;		/* what its log says that it does (live.h); NULL = its log was not read yet */
	bool		 stale;		/* ... and something has changed since */
	struct strings	 open;		/* ids of the open questions already checked */
	struct strings	 unwritten;	/* questions whose answer could not be written */
	TAILQ_ENTRY(session_row) queue;	/* the merge queue, or the list of blocked sessions */
	TAILQ_ENTRY(session_row) due_link;
	TAILQ_ENTRY(session_row) all;
	SLIST_ENTRY(session_row) chain;
};
TAILQ_HEAD(session_row_list, session_row);
SLIST_HEAD(session_row_chain, session_row);

struct table {
	struct session_row_list  all;
	size_t		  n;
	struct session_row_chain *bucket;
	size_t		  nbuckets;
};
void table_init(struct table *);
void table_release(struct table *);
struct session_row *table_find(const struct table *, const char *id);
struct session_row *table_add(struct table *, const char *id);
/* Frees it too: it is not watched any more. */
void table_remove(struct table *, struct session_row *);

#endif
