/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "proto/base/text.h"
#include "proto/json/json.h"
#include "proto/record/state.h"
#include "worker/agent/agent.h"
#include "worker/agent/codex_item.h"
#include "worker/agent/codex_usage.h"

void
codex_usage_item(struct agent_run *run, struct codex_usage *u, const struct json *item, bool ends)
{
	char id[sizeof(u->calls[0])];
	int i = 0, before = u->ncalls;

	if (!codex_item_calls(item)) {
		u->called = false;
		return;
	}
	strlcpy(id, json_words(item, "id"), sizeof(id));
	while (i < u->ncalls && strcmp(u->calls[i], id) != 0)
		i++;
	if (!ends) {
		u->called = true;
		if (i == u->ncalls && i < CODEX_CALLS)
			memcpy(u->calls[u->ncalls++], id, sizeof(id));
	} else if (i < u->ncalls) {
		memmove(u->calls[i], u->calls[--u->ncalls], sizeof(id));
	}
	run->calls = u->ncalls;
	run->between = before > 0 && run->calls == 0;
}

void
codex_usage_own(struct agent_run *run, struct codex_usage *u, const struct json *usage)
{
	const struct json *total = json_get(usage, "total");

	run->between = u->called || run->spent;
	run->calls = u->ncalls = 0;
	u->called = false;
	run->cumulative = true;
	run->input_tokens = state_usage(0, json_int(total, "inputTokens", 0));
	run->output_tokens = state_usage(0, json_int(total, "outputTokens", 0));
}

/* Tokens before the last response; 0 when the client does not tell of that response alone. */
static int64_t
before(const struct json *usage, const char *key)
{
	const struct json *last = json_get(usage, "last");
	int64_t total = state_usage(0, json_int(json_get(usage, "total"), key, 0)), of_last = state_usage(0, json_int(last, key, 0));

	return last != NULL && total > of_last ? total - of_last : 0;
}

/* A new thread may begin with the tokens of the one that it was copied from.  One that was forgotten is new again. */
static struct codex_thread *
thread_of(struct codex_usage *u, const char *id, const struct json *usage)
{
	struct codex_thread *t = u->threads;

	for (; t < u->threads + CODEX_THREADS; t++)
		if (strcmp(t->id, id) == 0)
			return t;
	t = &u->threads[u->nthreads++ % CODEX_THREADS];
	strlcpy(t->id, id, sizeof(t->id));
	t->input_tokens = before(usage, "inputTokens");
	t->output_tokens = before(usage, "outputTokens");
	return t;
}

/* Adds to the sum what a thread has used since its last total. */
static void
grow(int64_t *sum, int64_t *known, int64_t total)
{
	total = state_usage(0, total);
	*sum = state_usage(*sum, total > *known ? total - *known : 0);
	*known = total;
}

void
codex_usage_beside(struct agent_run *run, struct codex_usage *u, const char *thread, const struct json *usage)
{
	const struct json *total = json_get(usage, "total");
	struct codex_thread *t;

	if (*thread == '\0' || strlen(thread) >= sizeof(u->threads[0].id) || run->conversation[0] == '\0')
		return;
	t = thread_of(u, thread, usage);
	grow(&run->beside_input, &t->input_tokens, json_int(total, "inputTokens", 0));
	grow(&run->beside_output, &t->output_tokens, json_int(total, "outputTokens", 0));
}
