/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_LAST_SESSION_H
#define ORCHESTRATOR_LAST_SESSION_H

/* The last session of a task, as far as the task depends on it. */

#include "orchestrator/workspace/orch.h"
#include "proto/record/state.h"

struct last_session {
	struct state	 state;		/* zero when it can't be read */
	char		 target[ORCH_REF_MAX];	/* "" = unknown */
	bool		 retries;	/* a conflict leads to a new session (merge.on_conflict) */
	int64_t		 allowed;	/* sessions allowed for its item */
};

/* 0, or -1: there is no such session.  Release with last_session_release. */
int last_session_load(const struct orch *, const char *session, struct last_session *);
void last_session_release(struct last_session *);
/* Should its task get another session?  *attempt is the number of the last one. */
bool last_session_again(const struct last_session *, int64_t attempts, int64_t *attempt);
/* Does a conflict of the session at path lead to a new session?  *attempts: how many are allowed. */
bool session_retries_conflict(const char *path, int64_t *attempts);

#endif
