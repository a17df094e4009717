/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "orchestrator/admit.h"
#include "proto/glob.h"

static bool
beside(const struct work *a, const struct work *b, const struct limits *l)
{
	if (a->alone || b->alone)
		return false;
	if (a->paths->n == 0 || b->paths->n == 0)
		return l->trust || a->paths->n + b->paths->n > 0;
	return !globs_overlap(a->paths, b->paths);
}

static bool
beside_all(const struct work *w, const struct work *v, size_t n, const struct limits *l)
{
	for (size_t i = 0; i < n; i++)
		if (!beside(w, &v[i], l))
			return false;
	return true;
}

size_t
admit_next(const struct work *ready, size_t nready, const struct work *running, size_t nrunning,
    const struct limits *l)
{
	size_t taken = 0;

	for (size_t i = 0; i < nrunning; i++)
		taken += !running[i].idle;
	if (taken >= l->max)
		return ADMIT_NONE;
	for (size_t i = 0; i < nready; i++)
		if (beside_all(&ready[i], running, nrunning, l) && beside_all(&ready[i], ready, i, l))
			return i;
	return ADMIT_NONE;
}
