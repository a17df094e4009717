/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/statvfs.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "orchestrator/session/place.h"
#include "orchestrator/session/plan.h"
#include "orchestrator/session/spawn.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/record/config.h"
#include "proto/record/item.h"

/* A merge that can't be signed would fail after the work. */
static int
check_signing(struct orch *o)
{
	char reason[GIT_ERR];
	struct git g;

	if (!o->repo.signs || o->signing_checked)
		return 0;
	if (orch_git(o, &g, reason, sizeof(reason)) == -1 || git_sign_check(&g, reason, sizeof(reason)) == -1) {
		log_warnx("merges can't be signed: %s", reason);
		return EX_CONFIG;
	}
	o->signing_checked = true;
	return 0;
}

/* Settles and checks settings that were just read; they are released when that fails. */
static int
complete(struct orch *o, const struct dispatch *d, struct settings *s)
{
	int status;

	place_settle(o, s);
	s->by_person = s->by_person && !d->alone;
	if ((status = plan_roles(d, s)) != 0 || (status = plan_commands(o, s)) != 0)
		settings_release(s);
	return status;
}

int
plan_again(struct orch *o, struct item *item, struct config *c)
{
	char **command = plan_command(&c->settings), why[GIT_ERR], tip[OID_MAX];
	struct dispatch d = { .item = item, .agent = command == NULL ? c->agent : NULL,
		.agent_type = item->agent_type, .review = c->review, .command = command };
	struct settings now;
	int status = 0;

	if (git_branch_read(&o->repo, c->target, tip, why, sizeof(why)) == -1 || tip[0] == '\0') {
		log_warnx("session %s: its target branch can't be read; its settings stay as they are", c->session);
		free(command);
		return 0;
	}
	if ((status = orch_settings(o, tip, &now)) == 0 && (status = complete(o, &d, &now)) == 0) {
		settings_release(&c->settings);
		c->settings = now;
	}
	free(command);
	return status;
}

int
plan_make(struct orch *o, const struct dispatch *d, struct config *c)
{
	char branch[ORCH_REF_MAX];
	int status;

	memset(c, 0, sizeof(*c));
	if ((status = check_signing(o)) != 0 ||
	    (status = orch_target(o, branch, sizeof(branch), c->base, &c->settings)) != 0)
		return status;
	if ((status = complete(o, d, &c->settings)) != 0)
		return status;
	c->target = text_format("%s", branch);
	c->repository = text_format("%s", o->repo.common);
	return 0;
}

int
plan_check(struct orch *o)
{
	const struct dispatch d = { 0 };
	struct statvfs fs;
	struct config c;
	int status;

	if ((status = orch_make(o)) != 0 || (status = plan_make(o, &d, &c)) != 0)
		return status;
	config_release(&c);
	if (access(o->worker, X_OK) == -1) {
		log_warnx("%s: %s; install the worker program there or set ORCHESTRATOR_WORKER", o->worker, strerror(errno));
		return EX_UNAVAILABLE;
	}
	if (statvfs(o->home, &fs) == 0 && fs.f_bavail * fs.f_frsize < PLAN_ROOM) {
		log_warnx("%s: no space is left for a session; make room there, or set ORCHESTRATOR_HOME to a directory on "
		    "another file system", o->home);
		return EX_CANTCREAT;
	}
	return 0;
}
