/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_ADMIT_H
#define ORCHESTRATOR_ADMIT_H

/*
 * Which task of a list goes out next, decided only from running and ready tasks.
 * Pure; tests/unit/orchestrator/execute/test_admit.c checks the table.
 *
 * Two tasks may not run at the same time when one of them has to be alone, when
 * their paths overlap, or, unless ambiguous tasks are trusted, when neither names
 * its paths.  A waiting task keeps its place: a task that conflicts with it can't
 * overtake it.
 */

#include <stdbool.h>
#include <stddef.h>

#include "proto/base/strings.h"

struct work {
	const struct strings *paths;	/* allowed_paths; none = ambiguous */
	bool		 alone;		/* not parallelizable */
	bool		 trusted;	/* a person allowed it to run beside others: not ambiguous */
	bool		 idle;		/* waits for its merge: takes no place, keeps its paths */
};
struct limits {
	size_t		 max;		/* at once */
	bool		 trust;		/* ambiguous tasks may run at the same time */
};

/* Is there room for one more task beside the running ones?  admit_may requires this. */
bool admit_room(const struct work *running, size_t nrunning, const struct limits *);
/* May ready[i] go out, when the ready tasks before it, in order, may not? */
bool admit_may(const struct work *ready, size_t i, const struct work *running, size_t nrunning,
    const struct limits *);
/* May it run beside each of these? */
bool admit_beside(const struct work *, const struct work *, size_t n, const struct limits *);

#endif
