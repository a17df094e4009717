/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_MODEL_H
#define ORCHESTRATOR_MODEL_H

/*
 * The sessions of the workspace, read again when their files change, and then only those that changed.
 *
 *	model_refresh	reads what is stale
 *	model_rows	makes the rows of it: they are valid until the next refresh
 *
 * watch.h must be open; its events set what is stale.  The watch of a session reports once, and is renewed by the next
 * refresh: a log that grows by thousands of lines wakes nothing between two refreshes.
 */

#include <stdbool.h>
#include <stdint.h>

#include "orchestrator/session/registry.h"
#include "orchestrator/model/rows.h"
#include "proto/sys/watch.h"

struct orch;
struct strings;

/* A session that is not archived. */
struct seat {
	struct model	*model;
	struct entry	 e;
	struct watch	 watch;
	char		*note;		/* its open question, the usage limit that it waits for, or what its agent does */
	uint64_t	 turn;		/* of the model, when it was read */
	bool		 stale, kept;
};
enum { PLACE_ABOVE, PLACE_INSTANCE, PLACE_SESSIONS, PLACE_ARCHIVE, PLACE_CONTROL, PLACE_LISTS, PLACES };
struct model {
	struct orch	*o;
	struct seat	**v;		/* by id */
	size_t		 n;
	struct entries	 archived;	/* those that ended today, or all */
	size_t		 older;		/* number of archived sessions that are not in it */
	bool		 all;
	struct entry	 instance;	/* execute, and its own question; no path: there is no instance */
	char		*instance_note;
	struct watch	 place[PLACES];
	uint64_t	 turn;		/* number of refreshes that read anything */
	bool		 stale;		/* anything must be read again, as: */
	bool		 listing;	/* ... which sessions there are */
	bool		 execute;	/* ... what execute does */
	bool		 executing, paused;
	char		*lists;		/* "migration 3/7", what execute works through; NULL = nothing */
	size_t		 done, total;	/* tasks of these lists */
};

void model_open(struct model *, struct orch *);
void model_close(struct model *);
/* Events were lost: everything is stale. */
void model_lost(struct model *);
void model_refresh(struct model *);
/* Reads the archive again: all of it, or what ended today. */
void model_archive(struct model *, bool all);
void model_rows(const struct model *, struct rows *, const struct rows_look *);
/* Facts for a person beyond single sessions, a sentence each. */
void model_alerts(const struct model *, struct strings *);
/* The session, or the instance, with this id; NULL: it is gone. */
const struct entry *model_find(const struct model *, const char *id);

#endif
