/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "orchestrator/cli/salvage.h"
#include "orchestrator/workspace/cmd.h"

static const struct syntax *const commands[] = {
	&cmd_salvage_list.syntax, &cmd_salvage_show.syntax, &cmd_salvage_restore.syntax, NULL,
};

const struct cmd cmd_salvage = COMMAND("salvage",
    "show and restore work that was saved before a session was stopped or removed", NULL,
    .sub = commands);
