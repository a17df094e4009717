/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>
#include <unistd.h>

#include "orchestrator/session/attach.h"
#include "orchestrator/session/registry.h"
#include "orchestrator/session/show_entry.h"
#include "orchestrator/session/window.h"
#include "orchestrator/view/show.h"
#include "orchestrator/workspace/cmd.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/log.h"
#include "proto/json/json.h"

static int
run(struct orch *o, void *arguments)
{
	const struct session_argument *a = arguments;
	struct entry e;
	struct json *j;
	char *why;
	int rv;

	if ((rv = show_operand(o, a->session, &e)) != 0)
		return rv;
	if ((why = attach_refusal(&e)) != NULL) {
		log_warnx("%s: no screen: %s", e.id, why);
		free(why);
		rv = EX_DATAERR;
	} else if (!isatty(STDIN_FILENO)) {
		log_warnx("%s: no screen: attach needs a terminal as standard input", e.id);
		rv = EX_USAGE;
	} else if ((rv = window_attach(o, &e)) == -1) {
		log_info("%s: %s", e.id, e.state.run[0] != '\0' ? "the agent's turn is ended for you" : "opening the screen of its client");
		rv = attach_wait(o, &e);
		if (rv == 0 && o->json) {
			j = json_new_object();
			json_put_int(j, "version", 1);
			json_put_str(j, "session", e.id);
			show_json(j);
		} else if (rv == 0)
			printf("%s: the session continues; orchestrator logs -f %s follows it\n", e.id, e.state.item);
	}
	entry_release(&e);
	return rv;
}

const struct cmd cmd_attach = COMMAND("attach", "open the screen of a session's client, and work in it yourself", run,
    SESSION_ROWS);
