/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/statvfs.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "orchestrator/session/plan.h"
#include "orchestrator/session/spawn.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/record/config.h"

int
plan_make(struct orch *o, const struct dispatch *d, struct config *c)
{
	char branch[ORCH_REF_MAX];
	int status;

	memset(c, 0, sizeof(*c));
	if ((status = orch_target(o, branch, sizeof(branch), c->base, &c->settings)) != 0)
		return status;
	if ((status = plan_roles(d, &c->settings)) != 0 || (status = plan_commands(o, &c->settings)) != 0) {
		settings_release(&c->settings);
		return status;
	}
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
