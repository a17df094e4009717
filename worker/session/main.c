/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "proto/base/log.h"
#include "worker/core/cmd.h"
#include "worker/session/commands.h"

int
main(int argc, char **argv)
{
	const char *name = argc > 0 ? strrchr(argv[0], '/') : NULL;
	struct globals g = { 0 };
	struct call call;
	int status;

	log_init("worker");
	if (argc > 0 && strcmp(name != NULL ? name + 1 : argv[0], WITHIN_SHELL) == 0)
		return within_shell(argc, argv);
	if (program_read(&worker_program, &g, argv + (argc > 0), &call, &status)) {
		status = ((const struct cmd *)(const void *)call.command)->run(call.arguments);
		program_release(&call);
	}
	return status;
}
