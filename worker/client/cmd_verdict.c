/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "proto/base/log.h"
#include "worker/client/client.h"
#include "worker/core/cmd.h"

static int
run(int argc, char **argv)
{
	struct message m = { .kind = MESSAGE_VERDICT };
	int rc, verdict;

	if (argc < 2 || argc > 3)
		return cmd_usage(&cmd_verdict);
	verdict = verdict_parse(argv[1]);
	if (verdict != VERDICT_APPROVED && verdict != VERDICT_REJECTED) {
		log_warnx("%s: a verdict is \"approved\" or \"rejected\"", argv[1]);
		return EX_USAGE;
	}
	m.verdict = (enum verdict)verdict;
	if (argc == 3 && (m.text = client_text(argv[2], SESSION_MAX_TEXT)) == NULL)
		return EX_DATAERR;
	rc = client_send(&m);
	free(m.text);
	return rc;
}

const struct cmd cmd_verdict = {
	.name = "verdict",
	.usage = "approved | rejected [FINDINGS | -]",
	.summary = "say what this role thinks of the commit",
	.run = run,
};
