/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WORKER_LIMIT_H
#define WORKER_LIMIT_H

/*
 * Decisions about a session's limits: clocks and limits -> the limit reached,
 * trouble and attempts -> the next attempt, reason -> status.  Pure;
 * tests/unit/worker/run/test_limit.c checks every row.
 */

#include <stdbool.h>
#include <stdint.h>

struct session_limits;

struct limit_clocks {		/* milliseconds */
	int64_t		 spent;		/* working time of agents in this session */
	int64_t		 quiet;		/* time without a sign of life, by CLOCK_MONOTONIC */
	int64_t		 quiet_wall;	/* the same by the wall clock */
	bool		 asking;	/* a question is open, so no limit is reached */
	bool		 calling;	/* a tool call has no result yet: silence has another limit */
};

enum limit { LIMIT_OK, LIMIT_TIME, LIMIT_STALE, LIMIT_STALL, LIMIT_TOOL };
enum limit limit_reached(const struct session_limits *, const struct limit_clocks *);
/* Milliseconds until a limit could be reached without a sign of life; 0 = never. */
int64_t limit_due(const struct session_limits *, const struct limit_clocks *);

/* The milliseconds that words such as "try again in 5 minutes" name, at most an hour, since an agent may say anything;
 * 0 = none. */
int64_t limit_wait(const char *words);

/* The milliseconds to wait before attempt n (from 1) to resume a conversation whose service failed: they grow, up to
 * five minutes. */
int64_t limit_pause(int64_t n);

/* When the minute after that of began starts, by the clock; both wall ms. */
int64_t limit_minute(int64_t began);

struct trouble {		/* an agent stalled, or its conversation is full */
	bool		 full;
	bool		 broken;	/* the run broke off: its conversation goes on as often as is allowed */
	bool		 resumable;	/* there is a conversation that its adapter can resume */
	bool		 resumed;	/* this was tried in this step */
	int64_t		 attempts;	/* attempts in the session so far */
};
enum escalation { ESCALATION_RESUME, ESCALATION_FRESH, ESCALATION_GIVE_UP };
enum escalation limit_escalation(const struct session_limits *, const struct trouble *);

#define REASON_TIME	"time-limit"
#define REASON_STALE	"no-activity"
#define REASON_STALL	"stalled"
#define REASON_FULL	"context-exhausted"
#define CAUSE_BROKEN	"broken-off"
#define REASON_BUDGET	"budget"
#define REASON_KILLED	"would-not-stop"
#define REASON_CANCELLED "cancelled"
#define REASON_NO_VERDICT	"no-verdict"

/* The status of a session that ends for a reason: failed, unless it is one of the above. */
enum status limit_status(const char *reason);
/* Are an agent's changes in the worktree kept when the session ends like this? */
bool limit_keeps(const char *reason);

#endif
