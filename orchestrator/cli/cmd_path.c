/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <stdio.h>

#include "orchestrator/session/registry.h"
#include "orchestrator/session/show_entry.h"
#include "orchestrator/view/show.h"
#include "orchestrator/workspace/cmd.h"
#include "orchestrator/workspace/orch.h"

static int
run(struct orch *o, void *arguments)
{
	const struct session_argument *a = arguments;
	struct entry	e;
	int		rv;

	if ((rv = show_operand(o, a->session, &e)) != 0)
		return rv;
	if (o->json)
		show_json(show_entry_json(&e));
	else
		puts(e.path);
	entry_release(&e);
	return 0;
}

const struct cmd cmd_path = COMMAND("path", "print the path of the session directory", run,
    SESSION_ROWS);
