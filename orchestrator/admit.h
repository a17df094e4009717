/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_ADMIT_H
#define ORCHESTRATOR_ADMIT_H

/*
 * Which task of a list goes out next, decided from what runs and what is ready
 * alone.  Pure; tests/unit/test_admit.c walks the table.
 *
 * Two may not be at once when one of them has to be alone, when their paths overlap,
 * or, unless ambiguous ones are trusted, when neither says its paths.  What has to
 * wait keeps its place: nothing that could not be beside it overtakes it.
 */

#include <stdbool.h>
#include <stddef.h>

#include "proto/strings.h"

#define ADMIT_NONE	((size_t)-1)

struct work {
	const struct strings *paths;	/* allowed_paths; none = ambiguous */
	bool		 alone;		/* not parallelizable */
	bool		 idle;		/* waits for its merge: takes no place, keeps its paths */
};
struct limits {
	size_t		 max;		/* at once */
	bool		 trust;		/* ambiguous ones may be at once */
};

/* Of ready, the first one first: the index of the one to go, or ADMIT_NONE. */
size_t admit_next(const struct work *ready, size_t nready, const struct work *running,
    size_t nrunning, const struct limits *);

#endif
