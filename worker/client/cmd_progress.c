/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "proto/base/log.h"
#include "worker/client/client.h"
#include "worker/core/cmd.h"

static int
run(int argc, char **argv)
{
	struct message m = { .kind = MESSAGE_PROGRESS };
	const char *why;
	char done[24], *slash;
	int rc;

	if (argc < 2 || argc > 3 || (slash = strchr(argv[1], '/')) == NULL ||
	    (size_t)(slash - argv[1]) >= sizeof(done))
		return cmd_usage(&cmd_progress);
	strlcpy(done, argv[1], (size_t)(slash - argv[1]) + 1);
	m.total = strtonum(slash + 1, 0, 1000000, &why);
	if (why == NULL)
		m.done = strtonum(done, 0, m.total, &why);
	if (why != NULL) {
		log_warnx("%s: two numbers are expected, such as 2/5", argv[1]);
		return EX_USAGE;
	}
	if (argc == 3 && (m.text = client_text(argv[2], SESSION_MAX_TEXT)) == NULL)
		return EX_DATAERR;
	rc = client_send(&m);
	free(m.text);
	return rc;
}

const struct cmd cmd_progress = {
	.name = "progress",
	.usage = "DONE/TOTAL [NOTE]",
	.summary = "say how many tasks are done",
	.run = run,
};
