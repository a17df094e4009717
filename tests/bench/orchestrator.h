/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BENCH_ORCHESTRATOR_H
#define BENCH_ORCHESTRATOR_H

/* For those that link the orchestrator without its main. */

#include <err.h>

#include "orchestrator/workspace/orch.h"

/* The commands are linked in, and none is run. */
int
cmd_usage(const struct cmd *cmd)
{
	errx(2, "%s", cmd->name);
}

#endif
