/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/clock.h"
#include "proto/base/text.h"
#include "worker/agent/agent.h"
#include "worker/agent/prompt.h"
#include "worker/agent/messages.h"
#include "worker/client/tells.h"
#include "worker/core/output.h"
#include "worker/core/worker.h"

bool
messages_wait(struct worker *w)
{
	(void)tells_scan(w);
	return tells_open(&w->tells) > 0;
}

static void
give(struct tell *t, unsigned run, const char *how)
{
	t->status = TELL_GIVEN;
	snprintf(t->run, sizeof(t->run), "%03u", run);
	strlcpy(t->how, how, sizeof(t->how));
	if (t->given++ > 0)
		output_log("message %s is given again, since its run broke off; the agent may read it twice", t->id);
	else
		output_log("message %s is given to the implementer", t->id);
}

/* A prompt with the messages; malloced. */
static char *
words_of(struct worker *w, bool (*which)(const struct tell *))
{
	struct text all = { 0 };
	char *words;

	for (size_t i = 0; i < w->tells.n; i++)
		if (which(&w->tells.v[i]))
			text_printf(&all, "%s%s", all.len > 0 ? "\n\n" : "", w->tells.v[i].text);
	words = prompt_make(w, "told", (const struct text_var[]){ { "message", all.buf }, { NULL, NULL } });
	text_free(&all);
	return words;
}

/* What was delivered to a conversation that is lost is in the remarks. */
static char *
with_remarks(const struct worker *w, const struct agent_run *run, const char *prompt)
{
	if (run->resume != NULL || w->state.remarks == NULL || strstr(prompt, w->state.remarks) != NULL)
		return text_format("%s", prompt);
	return text_format("%s\nA person asked for this since, and it counts as the item does:\n<remarks>\n%s\n</remarks>\n", prompt,
	    w->state.remarks);
}

char *
messages_prompt(struct worker *w, const struct agent_run *run, const char *prompt)
{
	char *before, *words, *whole;

	if (run->role != ROLE_IMPLEMENTER || w->state.step != STEP_IMPLEMENT)
		return text_format("%s", prompt);
	before = with_remarks(w, run, prompt);
	if (!messages_wait(w))
		return before;
	words = words_of(w, tell_open);
	for (size_t i = 0; i < w->tells.n; i++)
		if (tell_open(&w->tells.v[i]))
			give(&w->tells.v[i], (unsigned)w->state.runs + 1, "turn");
	whole = tells_record_save(w) == -1 ? NULL : text_format("%s%s%s", before, *before != '\0' ? "\n" : "", words);
	free(words);
	free(before);
	return whole;
}

static bool
waits(const struct tell *t)
{
	return t->status == TELL_WAITING;
}

void
messages_offer(struct worker *w, struct agent_run *run)
{
	bool any = false;

	if (run->words != NULL || run->role != ROLE_IMPLEMENTER || run->step != STEP_IMPLEMENT)
		return;
	for (size_t i = 0; i < w->tells.n; i++)
		any = (w->tells.v[i].offered = waits(&w->tells.v[i])) || any;
	if (any)
		run->words = words_of(w, waits);
}

static void
deliver(struct tell *t)
{
	t->status = TELL_DELIVERED;
	t->delivered_at = clock_wall();
}

void
messages_pass(struct worker *w, struct agent_run *run)
{
	bool over = run->passed == WORDS_HEARD || run->passed == WORDS_BACK, any = false;

	for (size_t i = 0; i < w->tells.n; i++) {
		struct tell *t = &w->tells.v[i];

		if (!t->offered || (run->passed == WORDS_SENT && t->status == TELL_GIVEN) || run->passed == WORDS_KEPT)
			continue;
		any = true;
		if (run->passed == WORDS_SENT)
			give(t, (unsigned)w->state.runs, "in-turn");
		else if (run->passed == WORDS_HEARD)
			deliver(t);
		else
			t->status = TELL_WAITING, t->how[0] = '\0';
		t->offered = !over;
	}
	if (over) {
		free(run->words);
		run->words = NULL;
		run->passed = WORDS_KEPT;
	}
	if (any && tells_record_save(w) == 0)
		(void)messages_remark(w);
}

void
messages_over(struct worker *w, struct agent_run *run)
{
	run->passed = WORDS_BACK;
	messages_pass(w, run);
}

int
messages_remark(struct worker *w)
{
	int64_t heard = 0, before = w->state.messages.heard;

	/* in their order: what is delivered later counts after these */
	for (size_t i = 0; i < w->tells.n && !tell_open(&w->tells.v[i]); i++)
		if (w->tells.v[i].status == TELL_DELIVERED && heard++ >= before)
			state_remark(&w->state, w->tells.v[i].text);
	w->state.messages.heard = heard;
	return heard == before ? 0 : worker_save(w, true);
}

int
messages_delivered(struct worker *w)
{
	bool any = false;

	for (size_t i = 0; i < w->tells.n; i++)
		if (w->tells.v[i].status == TELL_GIVEN) {
			deliver(&w->tells.v[i]);
			any = true;
		}
	return !any ? 0 : tells_record_save(w) == -1 ? -1 : messages_remark(w);
}
