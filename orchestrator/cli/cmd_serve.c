/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "orchestrator/cli/become.h"
#include "orchestrator/cli/cmd_serve.h"
#include "orchestrator/workspace/cmd.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/strings.h"
#include "proto/base/text.h"

static const struct option_row rows[] = {
	OPT_NUMBER(struct serve_arguments, port, 0, "port", "PORT", 0, 65535, "listen on this port; 0 means any free port"),
	OPT_STRING(struct serve_arguments, listen, 0, "listen", "ADDRESS", "listen on this address; reading may need the token"),
	OPT_FLAG(struct serve_arguments, closed, 0, "private", "require the token for reading on loopback, too"),
};

static int
run(struct orch *o, void *arguments)
{
	const struct serve_arguments *a = arguments;
	char *port = text_format("%jd", (intmax_t)a->port.value);
	struct strings words = { 0 };
	int rv;

	if (a->port.given) {
		strings_add(&words, "--port");
		strings_add(&words, port);
	}
	if (a->listen != NULL) {
		strings_add(&words, "--listen");
		strings_add(&words, a->listen);
	}
	if (a->closed)
		strings_add(&words, "--private");
	rv = become_program(o, "orchestrator-serve", &words);
	strings_free(&words);
	free(port);
	return rv;
}

const struct cmd cmd_serve = COMMAND("serve", "serve all sessions over HTTP, as JSON and as a page", run,
    OPTION_ROWS(rows, struct serve_arguments));
