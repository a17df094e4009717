/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "orchestrator/execute/breaker.h"

/* Reasons that have nothing to do with the task: no agent has begun. */
static bool
is_place(const char *reason)
{
	return strcmp(reason, "setup") == 0 || strcmp(reason, "spawn") == 0;
}

void
breaker_same(const struct death *d, char same[BREAKER_SAME])
{
	snprintf(same, BREAKER_SAME, "%s %s %s %s", d->commit, status_name(d->status), d->reason,
	    d->detail);
}

void
breaker_success(struct breaker *b)
{
	b->quick = 0;
	b->same[0] = '\0';
}

static bool
outage(struct breaker *b, const struct death *d)
{
	if (d->died - d->born > BREAKER_QUICK) {
		b->quick = 0;
		return false;
	}
	if (b->quick == 0 || d->died - b->since > BREAKER_WINDOW) {
		b->quick = 0;
		b->since = d->died;
	}
	return ++b->quick >= b->many && b->many != 0;
}

enum broken
breaker_death(struct breaker *b, const struct death *d)
{
	char same[BREAKER_SAME];
	bool again, place;

	if (status_traits(d->status)->outcome != OUTCOME_FAILED)
		return TRIP_NONE;
	breaker_same(d, same);
	again = strcmp(same, d->former) == 0;
	place = is_place(d->reason) && d->task != b->task && strcmp(same, b->same) == 0;
	b->task = d->task;
	memcpy(b->same, same, sizeof(same));
	if (outage(b, d))
		return BROKEN_OUTAGE;
	return place ? TRIP_SETUP : again ? BROKEN_TASK : TRIP_NONE;
}
