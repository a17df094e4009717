/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_COMMANDS_H
#define ORCHESTRATOR_COMMANDS_H

/* The table of commands, and the options before or after a command. */

#include "proto/base/program.h"

struct globals {
	struct strings	 dirs;		/* -C; none = the current directory */
	bool		 json;
	const char	*color;		/* NULL = auto */
	char *const	*command;
};
extern const struct program orchestrator;

#endif
