/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "orchestrator/workspace/orch.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/sandbox/sandbox.h"
#include "proto/settings/settings.h"

void
orch_tell_unconfined(struct orch *o, const struct settings *settings)
{
	struct sandbox_probe probe;
	char why[320], *known;

	if (o->told)
		return;
	o->told = true;
	if (settings->limits.tokens != 0 || settings->limits.cost_microusd != 0)
		log_warnx("note: limits.tokens and limits.cost_usd are deprecated; set budget.session instead");
	if (settings->confine.mode != CONFINE_AUTO)
		return;
	known = text_format("%s/confine", o->home);	/* where workers record what they found */
	sandbox_probe_start(&probe, known, NULL);
	free(known);
	if (sandbox_probe_end(&probe, why, sizeof(why)) == SANDBOX_NONE)
		log_warnx("warning: nothing confines agents, setup and gates: %s; see orchestrator "
		    "doctor", why);
}
