/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "proto/base/array.h"
#include "proto/base/strings.h"
#include "proto/session/layout.h"
#include "proto/session/role.h"
#include "proto/session/status.h"
#include "proto/session/step.h"

const char *const session_run_dirs[SESSION_RUN_DIRS] = { SESSION_DIR_TMP, SESSION_DIR_CACHE, SESSION_DIR_LAYER,
	SESSION_DIR_CLEAN_CACHE, SESSION_DIR_CLEAN_LAYER, SESSION_DIR_CLEAN_GIT, SESSION_DIR_SCRATCH_GIT,
	SESSION_DIR_CLEAN, SESSION_DIR_CLIENT };

bool
state_is_instance(const char *name)
{
	return strncmp(name, STATE_INSTANCE, strlen(STATE_INSTANCE)) == 0;
}

size_t
session_home(const char *path, size_t *workspace)
{
	static const char dir[] = "/" STATE_WORKSPACES;
	size_t n = strlen(path), within = 0;

	for (int depth = 0; depth < 4; depth++) {
		within = n;
		while (n > 0 && path[--n] != '/')
			;
	}
	if (n < sizeof(dir) - 1 || memcmp(path + n - (sizeof(dir) - 1), dir, sizeof(dir) - 1) != 0)
		return 0;
	if (workspace != NULL)
		*workspace = within;
	return n - (sizeof(dir) - 1);
}

static const char *const roles[] = {
	[ROLE_NONE] = "none",
	[ROLE_IMPLEMENTER] = "implementer",
	[ROLE_REVIEWER] = "reviewer",
	[ROLE_TECH_LEAD] = "tech-lead",
};
ARRAY_WHOLE(roles, ROLE_COUNT);

static const char *const steps[] = {
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
	[STEP_PERSON] = "person",
	[STEP_VERDICT] = "verdict",
	[STEP_END] = "end",
};
ARRAY_WHOLE(steps, STEP_COUNT);

static const char *const verdicts[] = {
	[VERDICT_NONE] = "none",
	[VERDICT_APPROVED] = "approved",
	[VERDICT_REJECTED] = "rejected",
};
ARRAY_WHOLE(verdicts, VERDICT_COUNT);

static const char *
name_of(const char *const *names, size_t n, size_t value)
{
	return value < n ? names[value] : "?";
}

const char *
role_name(enum role r)
{
	return name_of(roles, ROLE_COUNT, (size_t)r);
}

int
role_parse(const char *name)
{
	return name_index(roles, ROLE_COUNT, name);
}

const char *
step_name(enum step s)
{
	return name_of(steps, STEP_COUNT, (size_t)s);
}

int
step_parse(const char *name)
{
	return name_index(steps, STEP_COUNT, name);
}

const char *
verdict_name(enum verdict v)
{
	return name_of(verdicts, VERDICT_COUNT, (size_t)v);
}

int
verdict_parse(const char *name)
{
	return name_index(verdicts, VERDICT_COUNT, name);
}

int
step_phase(enum step s)
{
	return s <= STEP_SUMMARY ? 1 : 2;
}
