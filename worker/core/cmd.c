/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>

#include "worker/core/cmd.h"

int
cmd_usage(const struct cmd *cmd)
{
	fprintf(stderr, "usage: worker %s %s\n", cmd->name, cmd->usage);
	return EX_USAGE;
}
