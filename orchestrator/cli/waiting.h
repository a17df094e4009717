/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_WAITING_H
#define ORCHESTRATOR_WAITING_H

/* The sessions, or the tasks of a list, that orchestrator wait waits for. */

#include "orchestrator/cli/wait_goal.h"
#include "orchestrator/session/registry.h"
#include "proto/base/id.h"
#include "proto/sys/watch.h"

struct orch;

/* A session that is waited for. */
struct awaited {
	char		 id[SESSION_ID_MAX];
	struct watch	 watch;
	int64_t		 dead_since;	/* monotonic ns; 0: it is not dead */
	struct awaited	*next;
};
/* A session or a task as it was last seen. */
struct sight {
	struct entry	 e;
	char		*task;		/* NULL: it is no task */
	const char	*task_status;
	const char	*gone;		/* id of a session that was removed meanwhile */
	bool		 session;	/* a session exists */
	enum reach	 reach;
};
struct waiting {
	struct orch	*o;
	enum goal	 goal;
	char		 list[TASKLIST_ID_MAX];	/* "" = sessions */
	int64_t		 attempts;	/* for each of its tasks, as the settings say */
	struct awaited	*first;
	struct watch	 place[3];	/* directories where sessions are moved, lists change, and execute begins and ends */
	struct watch_timer grace;	/* for workers that are being started or ended */
	struct sight	*v;
	size_t		 n;
};

/* Adds a session, and watches its directory. */
void waiting_add(struct waiting *, const char *id, const char *path);
/* Reads them, how far they are, and returns how far all of them are together; -1: the list can't be read, which was
 * printed, and *status is the exit status.  Watches what may change that. */
int waiting_look(struct waiting *, int *status);
void waiting_release(struct waiting *);

#endif
