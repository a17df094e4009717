/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "proto/session/status.h"

#define TO(s)		(1u << STATUS_##s)
#define TO_JUDGED	(TO(APPROVED) | TO(REJECTED))
#define TO_MERGE_END	(TO(MERGED) | TO(CONFLICT) | TO(FAILED))
#define TO_BAD_END	(TO(FAILED) | TO(FAILED_TIMEOUT) | TO(UNKNOWN) | TO(STALE) | TO(CANCELLED))

#define TRAITS(status, name, resume, group, outcome, again, verdict, follows) \
	{ name, RESUME_##resume, GROUP_##group, OUTCOME_##outcome, AGAIN_##again, VERDICT_##verdict, follows },
static const struct status_traits traits[] = { STATUSES(TRAITS) };
_Static_assert(STATUS_COUNT <= 32, "a bit a status in follows");

const struct status_traits *
status_traits(enum status s)
{
	return &traits[s];
}

const char *
status_name(enum status s)
{
	return (size_t)s < STATUS_COUNT ? traits[s].name : "?";
}

int
status_parse(const char *name)
{
	for (int i = 0; name != NULL && i < STATUS_COUNT; i++)
		if (strcmp(traits[i].name, name) == 0)
			return i;
	return -1;
}

bool
status_legal(enum status from, enum status to)
{
	if ((size_t)from >= STATUS_COUNT || (size_t)to >= STATUS_COUNT)
		return false;
	return (traits[from].follows & (1u << to)) != 0;
}

bool
status_live(enum status s)
{
	return traits[s].resume != RESUME_NOT;
}

bool
status_ended(enum status s)
{
	return traits[s].outcome != OUTCOME_NONE;
}

bool
status_done(enum status s)
{
	return traits[s].outcome == OUTCOME_DONE;
}

bool
status_undone(enum status s)
{
	return status_ended(s) && !status_done(s);
}

bool
status_approved(enum status s)
{
	return traits[s].verdict == VERDICT_APPROVED;
}
