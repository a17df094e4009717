/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>

#include "orchestrator/cli/input.h"
#include "orchestrator/session/registry.h"
#include "orchestrator/session/show_entry.h"
#include "orchestrator/session/tell.h"
#include "orchestrator/view/show.h"
#include "orchestrator/workspace/cmd.h"
#include "orchestrator/workspace/orch.h"
#include "proto/json/json.h"

static void
print_done(const struct orch *o, const struct entry *e, const char *id)
{
	const char *when = "during its turn, or at its end";
	struct json *j;

	if (o->json) {
		j = json_new_object();
		json_put_int(j, "version", 1);
		json_put_str(j, "session", e->id);
		json_put_str(j, "message", id);
		show_json(j);
		return;
	}
	if (entry_dead(e))
		when = "when orchestrator execute starts the session";
	else if (e->paused)
		when = "when the pause ends";
	else if (e->state.questions_open > 0 && e->state.run[0] == '\0')
		when = "with the answer to its question";
	else if (e->state.parked_until != 0)
		when = "when the usage limit of its account ends";
	printf("%s: message %s reaches the agent %s\n", e->id, id, when);
}

struct arguments {
	bool		 edit;
	const char	*session, *text;
};
static const struct option_row rows[] = {
	OPT_FLAG(struct arguments, edit, 'e', NULL, "write the message in $EDITOR"),
	OPERAND(struct arguments, session, "SESSION"),
	OPERAND_OPTIONAL(struct arguments, text, "TEXT"),
};

static int
run(struct orch *o, void *arguments)
{
	const struct arguments *a = arguments;
	char id[SESSION_ID_MAX], *text;
	struct entry e;
	int rv;

	if ((rv = input_text(&cmd_tell.syntax, a->text, a->edit, "What should the agent know?", &text)) != 0)
		return rv;
	if ((rv = show_operand(o, a->session, &e)) == 0) {
		if ((rv = tell_give(&e, text, id)) == 0)
			print_done(o, &e, id);
		entry_release(&e);
	}
	free(text);
	return rv;
}

const struct cmd cmd_tell = COMMAND("tell", "send a message to a session's agent while it works", run,
    OPTION_ROWS(rows, struct arguments));

/* Writes the message before it ends the turn, so that the next turn has it. */
static int
interrupt(struct orch *o, const struct entry *e, const char *text)
{
	char id[SESSION_ID_MAX] = "";
	struct json *j;
	int rv;

	if ((rv = tell_check_turn(e)) != 0 || (text != NULL && (rv = tell_give(e, text, id)) != 0) ||
	    (rv = tell_interrupt(e)) != 0)
		return rv;
	if (o->json) {
		j = json_new_object();
		json_put_int(j, "version", 1);
		json_put_str(j, "session", e->id);
		json_put_str(j, "message", text != NULL ? id : NULL);
		show_json(j);
	} else
		printf("%s: the agent's turn ends, and the agent continues with %s; orchestrator logs -f %s follows it\n", e->id,
		    text != NULL ? "your message" : "a new turn", e->state.item);
	return 0;
}

static int
run_interrupt(struct orch *o, void *arguments)
{
	const struct arguments *a = arguments;
	char *text = NULL;
	struct entry e;
	int rv = 0;

	if ((a->text != NULL || a->edit) &&
	    (rv = input_text(&cmd_interrupt.syntax, a->text, a->edit, "What should the agent know?", &text)) != 0)
		return rv;
	if ((rv = show_operand(o, a->session, &e)) == 0) {
		rv = interrupt(o, &e, text);
		entry_release(&e);
	}
	free(text);
	return rv;
}

const struct cmd cmd_interrupt = COMMAND("interrupt", "end the turn of a session's agent, and continue its conversation",
    run_interrupt, OPTION_ROWS(rows, struct arguments));
