/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proto/record/message.h"
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
	int verdict = verdict_parse(a->verdict);

	if (verdict != VERDICT_APPROVED && verdict != VERDICT_REJECTED)
		return option_error(&cmd_verdict.syntax, "%s: a verdict is \"approved\" or \"rejected\"", a->verdict);
	m.verdict = (enum verdict)verdict;
	return client_say(&m, a->findings);
}

const struct cmd cmd_verdict = COMMAND("verdict", "give this role's verdict on the commit", run,
    OPTION_ROWS(rows, struct arguments), .stops = true);
