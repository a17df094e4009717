/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_LAST_SESSION_H
#define ORCHESTRATOR_LAST_SESSION_H

/* The session that a task had last, as far as its task depends on it. */

#include "orchestrator/workspace/orch.h"
#include "proto/record/state.h"

struct last_session {
	struct state	 state;		/* zero when it can't be read */
	char		 target[ORCH_REF_MAX];	/* "" = not known */
	bool		 retries;	/* a conflict is begun anew (merge.on_conflict) */
	int64_t		 allowed;	/* sessions that its item may have */
};

/* 0, or -1: there is no such session; release with last_session_release. */
int last_session_load(const struct orch *, const char *session, struct last_session *);
void last_session_release(struct last_session *);
/* Is its task worth another session? *attempt is the number of this one. */
bool last_session_again(const struct last_session *, int64_t attempts, int64_t *attempt);
/* Does the session in path begin anew after a conflict?  *attempts: how many it may have. */
bool session_retries_conflict(const char *path, int64_t *attempts);

#endif
