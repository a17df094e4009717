/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "worker/client/client.h"
#include "worker/core/cmd.h"

static int
run(int argc, char **argv)
{
	struct message m = { .kind = MESSAGE_BLOCKED };
	int rc;

	if (argc != 2)
		return cmd_usage(&cmd_blocked);
	if (strcmp(argv[1], "--clear") != 0 &&
	    (m.text = client_text(argv[1], SESSION_MAX_TEXT)) == NULL)
		return EX_DATAERR;
	rc = client_send(&m);
	free(m.text);
	return rc;
}

const struct cmd cmd_blocked = {
	.name = "blocked",
	.usage = "REASON | --clear",
	.summary = "tell people what is in the way, or that it no longer is",
	.run = run,
};
