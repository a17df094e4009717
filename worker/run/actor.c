/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proto/base/array.h"
#include "worker/run/actor.h"

const struct actor_rights actor_rights[] = {
	[ACTOR_SETUP] = { "setup", .write = true, .git = ACTOR_GIT_AGENT },
	[ACTOR_IMPLEMENTER] = { "implementer", .write = true, .git = ACTOR_GIT_AGENT },
	[ACTOR_COMMIT] = { "commit", .write = true, .git = ACTOR_GIT_AGENT },
	[ACTOR_CLEAN_SETUP] = { "clean-setup", .clean = true, .write = true, .git = ACTOR_GIT_SCRATCH },
	[ACTOR_GATE] = { "gate", .clean = true, .write = true },
	[ACTOR_OWN_GATE] = { "own-gate", .write = true },
	[ACTOR_REVIEWER] = { "reviewer", .clean = true, .judge = true },
	[ACTOR_TECH_LEAD] = { "tech-lead", .clean = true, .write = true, .git = ACTOR_GIT_SCRATCH, .judge = true },
};
ARRAY_WHOLE(actor_rights, ACTORS);

enum actor
actor_of_role(enum role role)
{
	return role == ROLE_REVIEWER ? ACTOR_REVIEWER : role == ROLE_TECH_LEAD ? ACTOR_TECH_LEAD
	    : ACTOR_IMPLEMENTER;
}
