/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "proto/record/message.h"
#include "worker/client/client.h"
#include "worker/core/cmd.h"

struct arguments { const char *tasks, *note; };
static const struct option_row rows[] = {
	OPERAND(struct arguments, tasks, "DONE/TOTAL"),
	OPERAND_OPTIONAL(struct arguments, note, "NOTE"),
};

static int
run(void *arguments)
{
	const struct arguments *a = arguments;
	struct message m = { .kind = MESSAGE_PROGRESS };
	const char *why, *slash = strchr(a->tasks, '/');
	char done[24];

	if (slash == NULL || (size_t)(slash - a->tasks) >= sizeof(done))
		return option_error(&cmd_progress.syntax, "%s: two numbers are expected, such as 2/5", a->tasks);
	strlcpy(done, a->tasks, (size_t)(slash - a->tasks) + 1);
	m.total = strtonum(slash + 1, 0, 1000000, &why);
	if (why == NULL)
		m.done = strtonum(done, 0, m.total, &why);
	if (why != NULL)
		return option_error(&cmd_progress.syntax, "%s: two numbers are expected, such as 2/5", a->tasks);
	return client_say(&m, a->note);
}

const struct cmd cmd_progress = COMMAND("progress", "say how many tasks are done", run,
    OPTION_ROWS(rows, struct arguments), .stops = true);
