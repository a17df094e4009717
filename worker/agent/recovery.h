/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WORKER_RECOVERY_H
#define WORKER_RECOVERY_H

/*
 * What happens when an agent reaches a limit: a stalled agent is interrupted and its
 * conversation resumed, and if that fails begun anew with the progress so far; an
 * agent with a full conversation begins anew; one whose account is at its limit waits
 * for the reset.  agent.c uses this around each run.
 */

#include <stdbool.h>

#include "worker/agent/agent.h"
#include "worker/run/limit.h"

struct run_result;

struct recovery {			/* for one agent_go, zeroed */
	bool	 resumed;	/* the conversation was resumed once */
	char	*prompt;	/* prompt of the next run, malloced; NULL = as before */
};

/* Before a run: is any budget and time left?  Waits for a parked account, and for the client.  false: worker_fail
 * is set. */
bool recovery_ready(struct worker *, const struct agent_run *);

/* Sets run->full when the client did not report it itself. */
void recovery_judge(const struct worker *, struct agent_run *);
/* The outcome of a run; if it did not succeed, worker_fail is set. */
enum agent_outcome recovery_outcome(struct worker *, const struct agent_run *, const struct run_result *);

/* After a failed run: ESCALATION_GIVE_UP leaves the failure as reported; otherwise the agent is run again with
 * r->prompt, in its conversation or in a new one. */
enum escalation recovery_next(struct worker *, const struct agent_run *, enum agent_outcome,
    const char *prompt, struct recovery *);

/* When a session ends for a reason with limit_keeps: commits the agent's uncommitted changes, or saves them to
 * refs/salvage.  Then, and when work was handed back too often, also saves the agent's commits outside its
 * branch. */
void recovery_keep(struct worker *, const char *reason);

#endif
