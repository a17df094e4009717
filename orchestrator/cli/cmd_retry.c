/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <getopt.h>

#include "orchestrator/session/retry.h"

static int
run(struct orch *o, int argc, char **argv)
{
	struct dispatched made;
	struct item item;
	struct entry e;
	int status;

	if (getopt(argc, argv, "") != -1 || optind != argc - 1)
		return cmd_usage(&cmd_retry);
	if ((status = orch_open(o)) != 0 || (status = registry_find(o, argv[optind], &e)) != 0)
		return status;
	if ((status = retry_session(o, &e, NULL, NULL, &item, &made)) == 0) {
		status = dispatch_show(o, &made, &item, false);
		dispatched_release(&made);
		item_release(&item);
	}
	entry_release(&e);
	return status;
}

const struct cmd cmd_retry = {
	.name = "retry",
	.usage = "SESSION",
	.summary = "dispatch an ended session's item again, with its findings",
	.run = run,
};
