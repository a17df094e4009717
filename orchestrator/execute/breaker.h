/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_BREAKER_H
#define ORCHESTRATOR_BREAKER_H

/*
 * When a task list is no longer worth its attempts: the same failure again on the same
 * commit, or sessions that die as soon as they begin, which is an outage and not that
 * many bugs.  Pure; tests/unit/orchestrator/execute/test_breaker.c walks the table.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/session/status.h"

#define BREAKER_QUICK	INT64_C(10000)	/* ms: who lives no longer died at once */
#define BREAKER_WINDOW	INT64_C(60000)	/* ms, for all of them */
#define BREAKER_SAME	1024

struct death {
	size_t		 task;
	int64_t		 born, died;	/* wall ms */
	enum status	 status;
	const char	*commit, *reason, *detail;
	const char	*former;	/* breaker_same of the task's session before, "" = none */
};

struct breaker {		/* zeroed */
	int64_t		 many;		/* quick deaths in a row that are an outage; 0 = never */
	int64_t		 quick;		/* so far */
	int64_t		 since;		/* the first of them */
	size_t		 task;		/* that died last */
	char		 same[BREAKER_SAME];	/* as what; "" = nothing since a success */
};

enum broken {
	TRIP_NONE,
	BROKEN_TASK,		/* the same failure of the task on the same commit */
	TRIP_SETUP,		/* the same failure of two tasks, before either was at work */
	BROKEN_OUTAGE		/* many died at once */
};
enum broken breaker_death(struct breaker *, const struct death *);
void breaker_success(struct breaker *);
/* What makes two failures the same: commit, status, reason, detail. */
void breaker_same(const struct death *, char same[BREAKER_SAME]);

#endif
