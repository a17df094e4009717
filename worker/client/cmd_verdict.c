/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "proto/record/message.h"
#include "proto/session/caps.h"
#include "worker/client/client.h"
#include "worker/core/cmd.h"

struct arguments { const char *verdict, *findings; };
static const struct option_row rows[] = {
	OPERAND(struct arguments, verdict, "approved | rejected"),
	OPERAND_OPTIONAL(struct arguments, findings, "FINDINGS | -"),
};

static int
run(void *arguments)
{
	const struct arguments *a = arguments;
	struct message m = { .kind = MESSAGE_VERDICT };
	int rc, verdict;

	verdict = verdict_parse(a->verdict);
	if (verdict != VERDICT_APPROVED && verdict != VERDICT_REJECTED)
		return option_error(&cmd_verdict.syntax, "%s: a verdict is \"approved\" or \"rejected\"", a->verdict);
	m.verdict = (enum verdict)verdict;
	if (a->findings != NULL && (m.text = client_text(a->findings, SESSION_MAX_TEXT)) == NULL)
		return EX_DATAERR;
	rc = client_send(&m);
	free(m.text);
	return rc;
}

const struct cmd cmd_verdict = COMMAND("verdict", "give this role's verdict on the commit", run,
    OPTION_ROWS(rows, struct arguments), .stops = true);
