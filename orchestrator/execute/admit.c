/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "orchestrator/execute/admit.h"
#include "proto/base/glob.h"

static bool
beside(const struct work *a, const struct work *b, const struct limits *l)
{
	if (a->alone || b->alone)
		return false;
	if (a->paths->n == 0 || b->paths->n == 0)
		return l->trust || (a->trusted && b->trusted) || a->paths->n + b->paths->n > 0;
	return !globs_overlap(a->paths, b->paths);
}

bool
admit_beside(const struct work *w, const struct work *v, size_t n, const struct limits *l)
{
	for (size_t i = 0; i < n; i++)
		if (!beside(w, &v[i], l))
			return false;
	return true;
}

bool
admit_room(const struct work *running, size_t nrunning, const struct limits *l)
{
	size_t taken = 0;

	for (size_t i = 0; i < nrunning; i++)
		taken += !running[i].idle;
	return taken < l->max;
}

bool
admit_may(const struct work *ready, size_t i, const struct work *running, size_t nrunning,
    const struct limits *l)
{
	return admit_beside(&ready[i], running, nrunning, l) && admit_beside(&ready[i], ready, i, l);
}
