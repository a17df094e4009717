/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "orchestrator/execute/schedule.h"

static enum action
schedule_unattended(const struct situation *s)
{
	if (s->given_back)
		return ACTION_START;
	if (s->starting)
		return s->recoveries >= SCHEDULE_RESTARTS ? ACTION_GIVE_UP : ACTION_START;
	/* A lock file that was never held belongs to a worker about to lock it. */
	return s->begun ? ACTION_DIED : ACTION_GRACE;
}

static enum action
schedule_asking(const struct situation *s)
{
	return s->questions ? ACTION_ANSWER : ACTION_NONE;
}

static enum action
schedule_parked(const struct situation *s)
{
	if (!s->answered)
		return schedule_asking(s);
	return s->full ? ACTION_FULL : ACTION_START;
}

static enum action
schedule_merge(const struct situation *s)
{
	if (s->blocked)
		return ACTION_HELD;
	return s->merge_busy ? ACTION_QUEUE : ACTION_MERGE;
}

enum action
schedule(const struct situation *s)
{
	if (!s->readable)
		return s->alive || s->busy ? ACTION_NONE : ACTION_OVER;
	if (s->busy)
		return ACTION_NONE;
	if (s->alive)
		return status_live(s->status) ? schedule_asking(s) : ACTION_NONE;
	if (status_live(s->status) && s->parked)
		return schedule_parked(s);
	if (status_live(s->status))
		return schedule_unattended(s);
	/* A merged session that is still here was not archived. */
	if (status_approved(s->status) || s->merging || s->retry)
		return schedule_merge(s);
	return ACTION_OVER;
}

bool
schedule_pending(enum action a)
{
	return a != ACTION_HELD && a != ACTION_OVER;
}
