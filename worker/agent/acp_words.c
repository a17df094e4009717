/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "proto/json/json.h"
#include "worker/agent/acp.h"
#include "worker/agent/acp_words.h"
#include "worker/agent/agent.h"

struct json *
acp_words_drain(struct acp_words *a, struct agent_run *run)
{
	struct json *result = json_new_object(), *list = json_new_array();

	if (a->drained) {	/* the request to the model that had them has ended */
		run->passed = WORDS_HEARD;
		a->drained = false;
	} else if (run->words != NULL && run->passed == WORDS_KEPT) {
		json_append(list, json_new_string(run->words));
		run->passed = WORDS_SENT;
		a->drained = true;
	}
	json_put(result, "messages", list);
	return result;
}

void
acp_words_steer(const struct acp_words *a, struct agent_run *run, const struct json *update)
{
	const char *status = json_words(update, "status");

	if (!a->steers || run->words == NULL || run->passed != WORDS_KEPT ||
	    (strcmp(status, "completed") != 0 && strcmp(status, "failed") != 0))
		return;
	acp_steer(&run->talk.out, run->conversation, run->words);
	run->passed = WORDS_SENT;
}

void
acp_words_taken(struct acp_words *a, struct agent_run *run, const struct json *result)
{
	a->steers = result != NULL;
	if (run->words != NULL)
		run->passed = strcmp(json_words(result, "outcome"), "injected") == 0 ? WORDS_HEARD : WORDS_BACK;
}
