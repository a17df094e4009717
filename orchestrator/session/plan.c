/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "orchestrator/session/plan.h"
#include "orchestrator/workspace/orch.h"
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
	if ((status = plan_roles(d, &c->settings)) != 0) {
		settings_release(&c->settings);
		return status;
	}
	c->target = text_format("%s", branch);
	c->repository = text_format("%s", o->repo.common);
	return 0;
}
