/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "orchestrator/cli/salvage.h"

static const struct cmd *const commands[] = {
	&cmd_salvage_list, &cmd_salvage_show, &cmd_salvage_restore, NULL,
};

const struct cmd cmd_salvage = {
	.syntax = {
		.name = "salvage",
		.summary = "show and bring back work that was saved before something was stopped or removed",
	},
	.sub = commands,
};
