/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "orchestrator/cli/become.h"
#include "orchestrator/cli/cmd_watch.h"
#include "orchestrator/workspace/cmd.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/log.h"
#include "proto/base/strings.h"
#include "proto/base/text.h"

static const struct option_row rows[] = {
	OPT_NUMBER(struct watch_arguments, refresh, 0, "refresh", "SECONDS", 1, 86400,
	    "show changes at most once in this time"),
	OPT_FLAG(struct watch_arguments, no_color, 0, "no-color", "use no colours"),
	OPT_FLAG(struct watch_arguments, once, 0, "once", "print what it would show, and end"),
};

static int
run(struct orch *o, void *arguments)
{
	const struct watch_arguments *a = arguments;
	char *seconds = text_format("%jd", (intmax_t)a->refresh.value);
	struct strings words = { 0 };
	int rv;

	if (a->refresh.given) {
		strings_add(&words, "--refresh");
		strings_add(&words, seconds);
	}
	if (a->no_color)
		strings_add(&words, "--no-color");
	if (a->once)
		strings_add(&words, "--once");
	if (o->json) {
		log_warnx("watch is for people; orchestrator --json status prints for programs");
		rv = EX_USAGE;
	} else
		rv = become_program(o, "orchestrator-watch", &words);
	strings_free(&words);
	free(seconds);
	return rv;
}

const struct cmd cmd_watch = COMMAND("watch", "show all sessions on the whole screen, and act on them by keys", run,
    OPTION_ROWS(rows, struct watch_arguments));
