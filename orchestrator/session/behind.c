/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "orchestrator/workspace/orch.h"
#include "proto/base/log.h"
#include "proto/git/git.h"

void
orch_tell_behind(struct orch *o, const char *target)
{
	char *upstream;
	long n;

	if (o->told_behind)
		return;
	o->told_behind = true;
	if ((n = git_behind(&o->repo, target, &upstream)) > 0)
		log_warnx("warning: %s is %ld commit%s behind %s, as last fetched: work begins without them, and the merge will "
		    "diverge; git pull first", target, n, n == 1 ? "" : "s", upstream);
	free(upstream);
}
