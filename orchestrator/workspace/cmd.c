/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>

#include "orchestrator/workspace/cmd.h"

int
cmd_usage(const struct cmd *c)
{
	fprintf(stderr, "usage: orchestrator %s%s%s\n", c->name, c->usage[0] != '\0' ? " " : "",
	    c->usage);
	return EX_USAGE;
}
