/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proto/record/message.h"
#include "worker/client/client.h"
#include "worker/core/cmd.h"

struct arguments {
	bool clear;
	const char *reason;
};
static const struct option_row rows[] = {
	OPT_FLAG(struct arguments, clear, 0, "clear", "the obstacle is gone"),
	OPERAND_OPTIONAL(struct arguments, reason, "REASON"),
};

static int
run(void *arguments)
{
	const struct arguments *a = arguments;
	struct message m = { .kind = MESSAGE_BLOCKED };

	if (a->clear == (a->reason != NULL))
		return option_error(&cmd_blocked.syntax, "give either REASON or --clear");
	return client_say(&m, a->reason);
}

const struct cmd cmd_blocked = COMMAND("blocked",
    "report an obstacle to people, or that it is gone", run,
    OPTION_ROWS(rows, struct arguments));
