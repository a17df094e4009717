/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "orchestrator/session/registry.h"
#include "orchestrator/session/retry.h"
#include "orchestrator/session/show_entry.h"
#include "orchestrator/session/spawn.h"
#include "orchestrator/workspace/cmd.h"
#include "proto/record/item.h"

static int
run(struct orch *o, void *arguments)
{
	const struct session_argument *a = arguments;
	struct dispatched made;
	struct item item;
	struct entry e;
	int status;

	if ((status = show_operand(o, a->session, &e)) != 0)
		return status;
	if ((status = retry_session(o, &e, NULL, NULL, &item, &made)) == 0) {
		status = dispatch_show(o, &made, &item, false);
		dispatched_release(&made);
		item_release(&item);
	}
	entry_release(&e);
	return status;
}

const struct cmd cmd_retry = COMMAND("retry",
    "dispatch an ended session's item again, with its findings", run, SESSION_ROWS);
