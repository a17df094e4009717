/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "proto/base/array.h"
#include "proto/base/text.h"
#include "proto/json/json.h"
#include "proto/record/question.h"
#include "worker/agent/verdict.h"

/* [channel][failed][said] */
static const struct { enum verdict verdict; const char *how; } rows[][2][VERDICT_COUNT] = {
	[CHANNEL_MESSAGE] = { {
		[VERDICT_NONE] = { VERDICT_NONE, "no verdict was given" },
		[VERDICT_APPROVED] = { VERDICT_APPROVED, "worker verdict" },
		[VERDICT_REJECTED] = { VERDICT_REJECTED, "worker verdict" },
	}, {
		[VERDICT_NONE] = { VERDICT_NONE, "the agent failed" },
		[VERDICT_APPROVED] = { VERDICT_REJECTED, "approved by worker verdict, and then failed" },
		[VERDICT_REJECTED] = { VERDICT_REJECTED, "worker verdict" },
	} },
	[CHANNEL_EXIT] = { {
		[VERDICT_NONE] = { VERDICT_APPROVED, "exit status" },
		[VERDICT_APPROVED] = { VERDICT_APPROVED, "exit status" },
		[VERDICT_REJECTED] = { VERDICT_REJECTED, "exit status 0, but worker verdict rejected" },
	}, {
		[VERDICT_NONE] = { VERDICT_REJECTED, "exit status" },
		[VERDICT_APPROVED] = { VERDICT_REJECTED, "worker verdict approved, but exit status not 0" },
		[VERDICT_REJECTED] = { VERDICT_REJECTED, "exit status" },
	} },
	[CHANNEL_RESULT] = { {
		[VERDICT_NONE] = { VERDICT_NONE, "its result has no verdict" },
		[VERDICT_APPROVED] = { VERDICT_APPROVED, "result" },
		[VERDICT_REJECTED] = { VERDICT_REJECTED, "result" },
	}, {
		[VERDICT_NONE] = { VERDICT_NONE, "the agent failed" },
		[VERDICT_APPROVED] = { VERDICT_NONE, "the agent failed" },
		[VERDICT_REJECTED] = { VERDICT_NONE, "the agent failed" },
	} },
};
ARRAY_WHOLE(rows, CHANNELS);

enum verdict
verdict_of(const struct hearing *h, const char **how)
{
	if (h->beside || h->contradicted) {
		*how = h->beside ? "beside the channel" : "contradictory";
		return VERDICT_REJECTED;
	}
	if (h->channel == CHANNEL_EXIT && !h->exited) {
		*how = "the agent was killed";
		return VERDICT_NONE;
	}
	*how = rows[h->channel][h->failed][h->said].how;
	return rows[h->channel][h->failed][h->said].verdict;
}

static char *
take_text(const struct json *o, const char *key)
{
	const char *s = json_str(o, key);

	if (s == NULL || s[strspn(s, " \t\r\n")] == '\0')
		return NULL;
	return strndup(s, text_cut(s, SESSION_MAX_TEXT));
}

static void
take_question(struct ruling *r, const struct json *o)
{
	const struct json *list = json_get(o, "options");
	const char *s;

	r->question = take_text(o, "question");
	for (size_t i = 0; i < SESSION_MAX_OPTIONS && (s = json_string(json_at(list, i))) != NULL; i++)
		if (*s != '\0' && strlen(s) <= QUESTION_MAX_OPTION)
			strings_add(&r->options, s);
}

void
ruling_take(struct ruling *r, const struct json *o)
{
	enum verdict before = r->verdict;
	bool contradicted = r->contradicted;
	const char *said = json_str(o, "verdict");

	ruling_release(r);
	if (said != NULL && strcmp(said, "question") == 0)
		take_question(r, o);
	else if (said != NULL && (strcmp(said, "approved") == 0 || strcmp(said, "rejected") == 0)) {
		r->verdict = *said == 'a' ? VERDICT_APPROVED : VERDICT_REJECTED;
		r->reason = take_text(o, "reason");
	}
	r->contradicted = contradicted || (before != VERDICT_NONE && r->verdict != VERDICT_NONE &&
	    before != r->verdict);
}

void
ruling_release(struct ruling *r)
{
	free(r->reason);
	free(r->question);
	strings_free(&r->options);
	memset(r, 0, sizeof(*r));
}
