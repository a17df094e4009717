/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WORKER_WATCHDOG_H
#define WORKER_WATCHDOG_H

/*
 * The clocks of an agent's run: the working time of agents in this session, and
 * the time since the last sign of life of this one.  One timer is armed for the nearest limit; signs of life only set
 * the clock, and a timer that fires early is armed again.  No clock runs while a question is open.
 *
 *	watchdog_begin, then after each event watchdog_settle, at signs of life
 *	watchdog_life, when the timer fires watchdog_due; watchdog_halt when the agent was
 *	asked to stop, watchdog_end when it has ended
 */

#include <stdbool.h>
#include <stdint.h>

#include "proto/sys/watch.h"
#include "worker/run/limit.h"

struct worker;

struct watchdog {
	struct worker	*w;		/* NULL = no agent runs */
	int64_t		 since;		/* start of the current work, clock_now; 0 = a question is open */
	int64_t		 life;		/* clock_now of the last sign of life */
	int64_t		 life_wall;	/* and clock_wall */
	int64_t		 newest;	/* latest known change in the worktree, wall ms */
	const int	*calls;
	bool		 calling;	/* as when the timer was armed */
	struct watch_timer timer;	/* the run sets its function, which calls watchdog_due */
};

/* calls: tool calls without a result; NULL = unknown. */
void watchdog_begin(struct watchdog *, struct worker *, const int *calls);
void watchdog_life(struct watchdog *);
void watchdog_settle(struct watchdog *);
/* The limit reached, or LIMIT_OK with the timer armed again.  Checks the worktree before it reports inactivity. */
enum limit watchdog_due(struct watchdog *);
void watchdog_halt(struct watchdog *);
void watchdog_end(struct watchdog *);

/* Counts the time of an agent's run that a crash interrupted, by the last line of its log. */
void watchdog_recover(struct worker *);
/* At a sign of life of the agent: records that a recovery under way has succeeded. */
void watchdog_worked(struct worker *);

#endif
