/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WORKER_WATCHDOG_H
#define WORKER_WATCHDOG_H

/*
 * The clocks of an agent's run: how long agents were at work in this session, and
 * since when nothing was heard of this one.  One timer is armed for the nearest
 * limit; signs of life only move the clock, and the timer, when it fires early, is
 * armed again.  Nothing runs while a question is open.
 *
 *	watchdog_begin, then after each event watchdog_settle, at signs of life
 *	watchdog_life, when the timer fires watchdog_due; watchdog_halt when the agent was
 *	asked to stop, watchdog_end when it is gone
 */

#include <stdint.h>

#include "proto/sys/watch.h"
#include "worker/run/limit.h"

struct worker;

struct watchdog {
	struct worker	*w;		/* NULL = no agent runs */
	int64_t		 since;		/* it is at work, clock_now; 0 = a question is open */
	int64_t		 life;		/* clock_now of the last sign of life */
	int64_t		 life_wall;	/* and clock_wall */
	int64_t		 newest;	/* change in the worktree that is known, wall ms */
	struct watch_timer timer;	/* the run gives it its function, which calls watchdog_due */
};

void watchdog_begin(struct watchdog *, struct worker *);
void watchdog_life(struct watchdog *);
void watchdog_settle(struct watchdog *);
/* The limit that is reached, or LIMIT_OK with the timer armed again.  Before it says that
 * nothing happens it looks at the worktree. */
enum limit watchdog_due(struct watchdog *);
void watchdog_halt(struct watchdog *);
void watchdog_end(struct watchdog *);

/* What an agent's run that a crash cut off had taken, by the last line of its log. */
void watchdog_recover(struct worker *);
/* At a sign of life of the agent: records that a recovery under way has succeeded. */
void watchdog_worked(struct worker *);

#endif
