/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_COMMANDS_H
#define ORCHESTRATOR_COMMANDS_H

/* The table of commands, and the options that stand before or after each. */

#include "orchestrator/workspace/cmd.h"

struct globals {
	const char	*dir;
	bool		 json, version;
	char *const	*command;
};

extern const struct cmd *const commands[];	/* ended by NULL */
extern const struct syntax program;		/* what precedes a command */
extern const struct syntax common;		/* what may follow it, too; both fill struct globals */

/* The command of the list that has the name, which for "tasks list" is "list"; or NULL. */
const struct cmd *command_find(const struct cmd *const *list, const char *name);
/* The last word of its name. */
const char *command_word(const struct cmd *);
void command_help(void);	/* orchestrator --help */

#endif
