/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_ADMIT_H
#define ORCHESTRATOR_ADMIT_H

/*
 * Which task of a list goes out next, decided from what runs and what is ready
 * alone.  Pure; tests/unit/orchestrator/execute/test_admit.c walks the table.
 *
 * Two may not be at once when one of them has to be alone, when their paths overlap,
 * or, unless ambiguous ones are trusted, when neither says its paths.  What has to
 * wait keeps its place: nothing that could not be beside it overtakes it.
 */

#include <stdbool.h>
#include <stddef.h>

#include "proto/base/strings.h"

struct work {
	const struct strings *paths;	/* allowed_paths; none = ambiguous */
	bool		 alone;		/* not parallelizable */
	bool		 trusted;	/* a person said that it may be beside others: not ambiguous */
	bool		 idle;		/* waits for its merge: takes no place, keeps its paths */
};
struct limits {
	size_t		 max;		/* at once */
	bool		 trust;		/* ambiguous ones may be at once */
};

/* Does one more fit in beside what runs? Only then admit_may is asked. */
bool admit_room(const struct work *running, size_t nrunning, const struct limits *);
/* May ready[i] go out, when what is ready before it, the first one first, may not? */
bool admit_may(const struct work *ready, size_t i, const struct work *running, size_t nrunning,
    const struct limits *);
/* May it be beside each of these? */
bool admit_beside(const struct work *, const struct work *, size_t n, const struct limits *);

#endif
