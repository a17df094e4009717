/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "orchestrator/session/next.h"
#include "orchestrator/session/ask.h"
#include "orchestrator/session/registry.h"
#include "proto/base/array.h"
#include "proto/base/text.h"

#define ROWS	7

static const struct next_row rows[][ROWS] = {
	[NEXT_UNREADABLE] = {
		{ "logs %s", "shows what happened" },
	},
	[NEXT_NOT_STARTED] = {
		{ "execute", "starts it" },
		{ "cancel %s", "abandons it" },
	},
	[NEXT_DEAD] = {
		{ "execute", "starts it again" },
		{ "cancel %s", "ends it, and saves its work" },
	},
	[NEXT_MERGING] = {
		{ "merge %s", "completes the merge" },
	},
	[NEXT_QUESTION] = {
		{ "answer %s", "asks you for the answer" },
		{ "diff %s", "shows what has changed so far" },
		{ "cancel %s", "stops it" },
	},
	[NEXT_PAUSED] = {
		{ "resume %s", "ends the pause" },
		{ "diff %s", "shows what has changed so far" },
		{ "cancel %s", "stops it" },
	},
	[NEXT_AT_WORK] = {
		{ "logs -f %s", "follows it" },
		{ "diff %s", "shows what has changed so far" },
		{ "tell %s TEXT", "sends its agent a message" },
		{ "cancel %s", "stops it" },
	},
	[NEXT_IN_REVIEW] = {
		{ "logs -f %s", "follows it" },
		{ "diff %s", "shows what has changed so far" },
		{ "cancel %s", "stops it" },
	},
	[NEXT_APPROVED] = {
		{ "merge %s", "merges it" },
		{ "diff %s", "shows the change" },
		{ "rework %s TEXT", "gives its agent your remarks" },
		{ "reject %s TEXT", "rejects it" },
	},
	[NEXT_SURPLUS_APPROVED] = {
		{ "adopt %s", "has the unreviewed changes reviewed" },
		{ "merge --approved %s", "merges without it, and saves it" },
		{ "diff %s", "shows the change that was approved" },
		{ "rework %s TEXT", "gives its agent your remarks" },
	},
	[NEXT_SURPLUS] = {
		{ "adopt %s", "has the unreviewed changes reviewed" },
		{ "diff %s", "shows the changes in the worktree" },
		{ "rework %s TEXT", "gives its agent your remarks" },
		{ "retry %s", "starts over" },
		{ "discard %s", "removes it, and saves its work" },
	},
	[NEXT_BLOCKED] = {
		{ "answer %s", "asks you for the answer; its agent continues with it" },
		{ "retry %s", "starts over" },
	},
	[NEXT_REJECTED] = {
		{ "rework %s TEXT", "gives its agent your remarks" },
		{ "review %s", "shows every opinion" },
		{ "diff %s", "shows the change" },
		{ "retry %s", "starts over with the findings" },
		{ "discard %s", "removes it, and saves its work" },
	},
	[NEXT_CONFLICT] = {
		{ "resolve %s", "has its agent resolve the conflict" },
		{ "adopt %s", "has your own merge of the target in its worktree reviewed" },
		{ "retry %s", "starts over" },
		{ "discard %s", "removes it, and saves its work" },
	},
	[NEXT_REPAIR] = {
		{ "rework %s TEXT", "has its agent continue from here" },
		{ "adopt %s", "has your repair in its worktree reviewed: edit there first" },
		{ "logs %s", "shows what happened" },
		{ "diff %s", "shows what has changed" },
		{ "retry %s", "starts over" },
		{ "discard %s", "removes it, and saves its work" },
	},
	[NEXT_FAILED] = {
		{ "logs %s", "shows what happened" },
		{ "retry %s", "starts over" },
		{ "rework %s TEXT", "has its agent continue from here" },
		{ "diff %s", "shows what has changed" },
		{ "discard %s", "removes it, and saves its work" },
	},
	[NEXT_ARCHIVED] = {
		{ "retry %s", "starts over" },
		{ "diff %s", "shows what has changed" },
		{ "discard %s", "removes it, and saves its work" },
	},
	[NEXT_MERGED] = {
		{ "diff %s", "shows the change" },
	},
};
ARRAY_WHOLE(rows, NEXT_COUNT);

static enum next
next_live(const struct entry *e)
{
	if (entry_dead(e))
		return e->begun && !state_given_back(&e->state) ? NEXT_DEAD : NEXT_NOT_STARTED;
	if (e->paused)
		return NEXT_PAUSED;
	if (e->state.questions_open > 0)
		return NEXT_QUESTION;
	return e->state.step < STEP_SUMMARY ? NEXT_AT_WORK : NEXT_IN_REVIEW;
}

/* Its work is there, and failed a check that a person's edits may pass. */
static bool
is_repairable(const struct state *s)
{
	return strcmp(s->reason, "gate") == 0 || s->resolving.target[0] != '\0';
}

enum next
next_of(const struct entry *e, bool surplus)
{
	enum status status = e->state.status;

	if (e->error != NULL)
		return NEXT_UNREADABLE;
	if (status_done(status))
		return NEXT_MERGED;
	if (e->state.merging.target[0] != '\0')
		return NEXT_MERGING;
	if (e->archived)
		return NEXT_ARCHIVED;
	if (status_live(status))
		return next_live(e);
	if (status_approved(status))
		return surplus ? NEXT_SURPLUS_APPROVED : NEXT_APPROVED;
	if (surplus)
		return NEXT_SURPLUS;
	if (ask_blocked(e))
		return NEXT_BLOCKED;
	if (status_traits(status)->verdict == VERDICT_REJECTED)
		return NEXT_REJECTED;
	if (status_traits(status)->outcome == OUTCOME_BLOCKED)
		return NEXT_CONFLICT;
	return is_repairable(&e->state) ? NEXT_REPAIR : NEXT_FAILED;
}

const struct next_row *
next_rows(enum next n)
{
	return rows[n];
}

char *
next_command(const struct next_row *r, const char *session)
{
	const char *at = strstr(r->command, "%s");

	if (at == NULL)
		return text_format("orchestrator %s", r->command);
	return text_format("orchestrator %.*s%s%s", (int)(at - r->command), r->command, session, at + 2);
}
