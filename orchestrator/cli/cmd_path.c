/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <getopt.h>
#include <stdio.h>

#include "orchestrator/session/show_entry.h"
#include "orchestrator/view/show.h"

static int
run(struct orch *o, int argc, char **argv)
{
	struct entry	e;
	int		rv;

	if (getopt(argc, argv, "+") != -1)
		return cmd_usage(&cmd_path);
	if ((rv = show_operand(o, &cmd_path, argc, argv, &e)) != 0)
		return rv;
	if (o->json)
		show_json(show_entry_json(&e));
	else
		puts(e.path);
	entry_release(&e);
	return 0;
}

const struct cmd cmd_path = {
	.name = "path",
	.usage = "SESSION",
	.summary = "print the path of the session directory",
	.run = run,
};
