/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_BREAKER_H
#define ORCHESTRATOR_BREAKER_H

/*
 * When a task list is not worth more attempts: the same failure again on the same
 * commit, or sessions that die as soon as they begin, which indicates an outage rather
 * than many bugs.  Pure; tests/unit/orchestrator/execute/test_breaker.c checks the
 * table.
 */

#include <stddef.h>
#include <stdint.h>

#include "proto/session/status.h"

#define BREAKER_QUICK	INT64_C(10000)	/* ms: a session that lived no longer died quickly */
#define BREAKER_WINDOW	INT64_C(60000)	/* ms for all quick deaths */
#define BREAKER_SAME	1024

struct death {
	size_t		 task;
	int64_t		 born, died;	/* wall ms */
	enum status	 status;
	const char	*commit, *reason, *detail;
	const char	*former;	/* breaker_same of the task's previous session, "" = none */
};

struct breaker {		/* zeroed */
	int64_t		 many;		/* quick deaths in a row that count as an outage; 0 = never */
	int64_t		 quick;		/* so far */
	int64_t		 since;		/* time of the first quick death */
	size_t		 task;		/* task of the last death */
	char		 same[BREAKER_SAME];	/* its breaker_same; "" = none since a success */
};

enum broken {
	TRIP_NONE,
	BROKEN_TASK,		/* the task failed again in the same way on the same commit */
	TRIP_SETUP,		/* two tasks failed in the same way, before either was at work */
	BROKEN_OUTAGE		/* many died quickly */
};
enum broken breaker_death(struct breaker *, const struct death *);
void breaker_success(struct breaker *);
/* What makes two failures equal: commit, status, reason, detail. */
void breaker_same(const struct death *, char same[BREAKER_SAME]);

#endif
