/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WORKER_RECOVERY_H
#define WORKER_RECOVERY_H

/*
 * An agent that reached a limit, and what is done about it: a stalled one is
 * interrupted and its conversation resumed, then begun anew with what is done so far;
 * one whose conversation is full begins anew; one whose account is at its limit waits
 * until that is reset.  Used by agent.c around each run.
 */

#include <stdbool.h>

#include "worker/agent/agent.h"
#include "worker/run/limit.h"

struct run_result;

struct recovery {			/* of one agent_go, zeroed */
	bool	 resumed;	/* the conversation was resumed once */
	char	*prompt;	/* malloced, of the next run; NULL = as before */
};

/* Before a run: is anything left of budget and time?  Waits for a parked account.
 * false: worker_fail is set. */
bool recovery_ready(struct worker *);

/* Sets run->full where the client did not say it itself. */
void recovery_judge(const struct worker *, struct agent_run *);
/* Of a run that ended at a limit; worker_fail is set. */
enum agent_outcome recovery_outcome(struct worker *, enum role, const struct run_result *);

/* After a run that failed: ESCALATION_GIVE_UP leaves the failure as it is told; otherwise the agent is
 * run again, with r->prompt, in its conversation or in a new one. */
enum escalation recovery_next(struct worker *, const struct agent_run *, enum agent_outcome,
    const char *prompt, struct recovery *);

/* When a session ends for a reason of which limit_keeps is true: commits the agent's uncommitted changes, or saves them
 * to refs/salvage.  Then, and when work was handed back too often, saves the agent's commits outside its branch, too. */
void recovery_keep(struct worker *, const char *reason);

#endif
