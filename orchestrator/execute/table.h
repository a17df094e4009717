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

struct sess {
	struct entry	 e;		/* as of the last look at it */
	struct loop	*loop;
	struct watch	 watch;		/* of its directory */
	enum action	 action;	/* what was decided then */
	bool		 fresh;		/* has open questions that no policy has seen */
	bool		 grace;		/* new, or its death could not be written: given time */
	bool		 unstarted;	/* no worker could be started, for what passes */
	bool		 due;		/* to be attended to */
	bool		 starting;	/* as execute begins, or its time of grace is over: see schedule.h */
	bool		 queued;	/* in the queue of merges */
	bool		 blocked;	/* its merge failed, for the reason in why */
	char		*why;
	struct strings	 open;		/* ids of the open questions that were seen */
	struct strings	 unwritten;	/* those whose answer could not be written */
	TAILQ_ENTRY(sess) queue;		/* of merges, or of those that are blocked */
	TAILQ_ENTRY(sess) due_link;
	TAILQ_ENTRY(sess) all;
	SLIST_ENTRY(sess) chain;
};
TAILQ_HEAD(sess_list, sess);
SLIST_HEAD(sess_chain, sess);

struct table {
	struct sess_list  all;
	size_t		  n;
	struct sess_chain *bucket;
	size_t		  nbuckets;
};
void table_init(struct table *);
void table_release(struct table *);
struct sess *table_find(const struct table *, const char *id);
struct sess *table_add(struct table *, const char *id);
/* Frees it too: it is not watched any more. */
void table_remove(struct table *, struct sess *);

#endif
