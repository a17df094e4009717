/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "proto/base/alloc.h"
#include "proto/base/id.h"
#include "proto/base/text.h"
#include "proto/json/json.h"
#include "worker/agent/agent.h"
#include "worker/agent/claude_words.h"
#include "worker/agent/event.h"

#define UUID	40

struct claude {
	char	prompt[UUID];
	char	words[UUID];	/* id of a message that the client has not taken yet; "" = none */
	bool	reports;	/* the client says what it does with its input */
	bool	again;		/* a message began this turn: its result is added to the earlier one */
};

static void
say(struct agent_run *run, const char *text, char *uuid)
{
	struct json *o = json_new_object(), *message = json_new_object();
	char *line;

	uuid_make(uuid);
	json_put_str(message, "role", "user");
	json_put_str(message, "content", text);
	json_put_str(o, "type", "user");
	json_put(o, "message", message);
	json_put_str(o, "uuid", uuid);
	line = json_text(o, false, NULL);
	text_printf(&run->talk.out, "%s\n", line);
	free(line);
	json_free(o);
}

void
claude_words_begin(struct agent_run *run)
{
	struct claude *own = alloc_array(1, sizeof(*own));

	run->own = own;
	run->talk.ends = true;
	say(run, run->prompt, own->prompt);
}

void
claude_words_send(struct agent_run *run)
{
	struct claude *own = run->own;

	if (!own->reports || run->talk.over || run->spent || run->passed != WORDS_KEPT)
		return;
	say(run, run->words, own->words);
	run->passed = WORDS_SENT;
}

void
claude_words_state(struct agent_run *run, const struct json *event)
{
	struct claude *own = run->own;
	const char *id = json_words(event, "command_uuid"), *state = json_words(event, "state");
	bool started = strcmp(state, "started") == 0;

	if (own == NULL || *id == '\0')
		return;
	if (started && strcmp(id, own->prompt) == 0)
		own->reports = true;
	if (strcmp(id, own->words) != 0 || strcmp(state, "queued") == 0)
		return;
	own->words[0] = '\0';
	own->reports = started;		/* a message that it does not take comes with the next prompt */
	run->passed = started ? WORDS_HEARD : WORDS_BACK;
	own->again = started && run->ended && run->result.len > 0;
	run->ended = run->ended && !started;
}

void
claude_words_result(struct agent_run *run, const char *words)
{
	struct claude *own = run->own;
	char *both = own != NULL && own->again ? text_format("%s\n\n%s", run->result.buf, words) : NULL;

	event_result(run, both != NULL ? both : words);
	free(both);
	if (own != NULL)
		own->again = false;
}

void
claude_words_end(struct agent_run *run)
{
	const struct claude *own = run->own;
	bool queued = own != NULL && own->words[0] != '\0';

	run->talk.over = run->talk.over || (run->ended && !queued);
	run->between = run->between || (run->ended && queued);	/* the client would begin another turn */
}
