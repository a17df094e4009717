/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <malloc.h>
#include <stdio.h>

#include "orchestrator/cli/commands.h"
#include "orchestrator/source/tasks.h"
#include "orchestrator/view/look.h"
#include "orchestrator/workspace/cmd.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/log.h"

static int
run(const struct globals *g, const struct call *call)
{
	const struct cmd *c = (const struct cmd *)(const void *)call->command;
	struct orch o = { .dir = g->dirs.n > 0 ? g->dirs.v[0] : ".", .dirs = &g->dirs, .json = g->json };
	int status;

	if (g->dirs.n > 1 && c != &cmd_status)
		return option_error(&c->syntax, "only status accepts -C more than once");
	look_color(g->color);
	status = c->run(&o, call->arguments);
	list_cache_free();
	orch_close(&o);
	return status;
}

/* Output that was not written (a full disk) is a failure; a closed pipe is what the reader wants. */
static int
finish(int status)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	log_warn("standard output");
	return status == 0 ? EX_IOERR : status;
}

int
main(int argc, char **argv)
{
	struct globals g = { 0 };
	struct call call;
	int status;

	log_init("orchestrator");
	/* The tree of a long list is freed as a whole; merging its chunks repeatedly would take longer. */
	(void)mallopt(M_MXFAST, 0);
	if (program_read(&orchestrator, &g, argv + (argc > 0), &call, &status)) {
		status = run(&g, &call);
		program_release(&call);
	}
	strings_free(&g.dirs);
	return finish(status);
}
