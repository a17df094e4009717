/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "proto/session/session.h"

const char *const session_run_dirs[SESSION_RUN_DIRS] = { SESSION_DIR_TMP, SESSION_DIR_CACHE, SESSION_DIR_LAYER,
	SESSION_DIR_CLEAN_CACHE, SESSION_DIR_CLEAN_LAYER, SESSION_DIR_CLEAN_GIT, SESSION_DIR_SCRATCH_GIT,
	SESSION_DIR_CLEAN, SESSION_DIR_CLIENT };

static const char *const statuses[STATUS_COUNT] = {
	[STATUS_PENDING] = "pending",
	[STATUS_RUNNING] = "running",
	[STATUS_WAITING] = "waiting",
	[STATUS_COMPLETED] = "completed",
	[STATUS_REVIEWING] = "reviewing",
	[STATUS_APPROVED] = "approved",
	[STATUS_REJECTED] = "rejected",
	[STATUS_CONFLICT] = "conflict",
	[STATUS_MERGED] = "merged",
	[STATUS_FAILED] = "failed",
	[STATUS_FAILED_TIMEOUT] = "failed-timeout",
	[STATUS_UNKNOWN] = "unknown",
	[STATUS_STALE] = "stale",
	[STATUS_CANCELLED] = "cancelled",
};

static const char *const roles[ROLE_COUNT] = {
	[ROLE_NONE] = "none",
	[ROLE_IMPLEMENTER] = "implementer",
	[ROLE_REVIEWER] = "reviewer",
	[ROLE_TECH_LEAD] = "tech-lead",
};

static const char *const steps[STEP_COUNT] = {
	[STEP_SETUP] = "setup",
	[STEP_RESOLVE] = "resolve",
	[STEP_IMPLEMENT] = "implement",
	[STEP_COMMIT] = "commit",
	[STEP_GATES] = "gates",
	[STEP_SUMMARY] = "summary",
	[STEP_PRESENT] = "present",
	[STEP_REVIEW] = "review",
	[STEP_RESPOND] = "respond",
	[STEP_DECIDE] = "decide",
	[STEP_REGATE] = "regate",
	[STEP_VERDICT] = "verdict",
	[STEP_END] = "end",
};

static const char *const verdicts[] = {
	[VERDICT_NONE] = "none",
	[VERDICT_APPROVED] = "approved",
	[VERDICT_REJECTED] = "rejected",
};

#define NVERDICTS	(sizeof(verdicts) / sizeof(verdicts[0]))

#define TO(s)		(1u << STATUS_##s)
#define TO_BAD_END	(TO(FAILED) | TO(FAILED_TIMEOUT) | TO(UNKNOWN) | TO(STALE) | TO(CANCELLED))

/* The statuses that may follow each one; an ended one is followed by none, unless its work is adopted. */
static const unsigned int follows[STATUS_COUNT] = {
	[STATUS_PENDING] = TO(RUNNING) | TO_BAD_END,
	[STATUS_RUNNING] = TO(WAITING) | TO(COMPLETED) | TO_BAD_END,
	[STATUS_WAITING] = TO(RUNNING) | TO(REVIEWING) | TO_BAD_END,
	[STATUS_COMPLETED] = TO(REVIEWING) | TO(APPROVED) | TO(REJECTED) | TO_BAD_END,
	[STATUS_REVIEWING] = TO(WAITING) | TO(APPROVED) | TO(REJECTED) | TO(RUNNING) | TO_BAD_END,
	[STATUS_APPROVED] = TO(RUNNING) | TO(MERGED) | TO(CONFLICT) | TO(FAILED) | TO(CANCELLED),
	[STATUS_REJECTED] = TO(RUNNING),
	[STATUS_CONFLICT] = TO(RUNNING),
	[STATUS_FAILED] = TO(RUNNING),
	[STATUS_FAILED_TIMEOUT] = TO(RUNNING),
	[STATUS_UNKNOWN] = TO(RUNNING),
	[STATUS_STALE] = TO(RUNNING),
	[STATUS_CANCELLED] = TO(RUNNING),
};

static const char *
name_of(const char *const *names, size_t n, size_t value)
{
	return value < n ? names[value] : "?";
}

static int
value_of(const char *const *names, size_t n, const char *name)
{
	size_t i;

	if (name == NULL)
		return -1;
	for (i = 0; i < n; i++)
		if (strcmp(names[i], name) == 0)
			return (int)i;
	return -1;
}

const char *
status_name(enum status s)
{
	return name_of(statuses, STATUS_COUNT, (size_t)s);
}

int
status_parse(const char *name)
{
	return value_of(statuses, STATUS_COUNT, name);
}

const char *
role_name(enum role r)
{
	return name_of(roles, ROLE_COUNT, (size_t)r);
}

int
role_parse(const char *name)
{
	return value_of(roles, ROLE_COUNT, name);
}

const char *
step_name(enum step s)
{
	return name_of(steps, STEP_COUNT, (size_t)s);
}

int
step_parse(const char *name)
{
	return value_of(steps, STEP_COUNT, name);
}

const char *
verdict_name(enum verdict v)
{
	return name_of(verdicts, NVERDICTS, (size_t)v);
}

int
verdict_parse(const char *name)
{
	return value_of(verdicts, NVERDICTS, name);
}

bool
status_legal(enum status from, enum status to)
{
	if ((size_t)from >= STATUS_COUNT || (size_t)to >= STATUS_COUNT)
		return false;
	return (follows[from] & (1u << to)) != 0;
}

bool
status_live(enum status s)
{
	return s == STATUS_PENDING || s == STATUS_RUNNING || s == STATUS_WAITING ||
	    s == STATUS_COMPLETED || s == STATUS_REVIEWING;
}

bool
status_ended(enum status s)
{
	return !status_live(s) && s != STATUS_APPROVED;
}

int
step_phase(enum step s)
{
	return s <= STEP_SUMMARY ? 1 : 2;
}
