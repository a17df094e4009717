/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <string.h>

#include "proto/base/text.h"
#include "proto/json/json.h"
#include "worker/agent/agent.h"
#include "worker/agent/codex_item.h"
#include "worker/agent/event.h"

static bool
same(const char *one, const char *other)
{
	for (;; one++, other++) {
		one += *one == '_';
		if (tolower((unsigned char)*one) != tolower((unsigned char)*other))
			return false;
		if (*one == '\0')
			return true;
	}
}

bool
codex_item_is(const struct json *item, const char *type)
{
	return same(json_words(item, "type"), type);
}

/* Other types, such as webSearch, are calls of tools. */
bool
codex_item_calls(const struct json *item)
{
	static const char *const others[] = { "agentMessage", "userMessage", "hookPrompt", "reasoning", "plan", "error",
		"contextCompaction", "enteredReviewMode", "exitedReviewMode" };

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (codex_item_is(item, others[i]))
			return false;
	return true;
}

static const struct json *
either(const struct json *o, const char *one, const char *other)
{
	return json_get(o, json_get(o, one) != NULL ? one : other);
}

void
codex_item_begins(const struct json *item, struct text *out)
{
	if (codex_item_is(item, "commandExecution"))
		event_call(out, "shell", item);
	else if (codex_item_is(item, "mcpToolCall"))
		event_call(out, json_words(item, "tool"), json_get(item, "arguments"));
}

static void
show_changes(const struct json *list, struct text *out)
{
	const struct json *change, *kind;

	for (size_t i = 0; (change = json_at(list, i)) != NULL; i++) {
		kind = json_get(change, "kind");
		event_call(out, json_string(kind) != NULL ? json_string(kind) : json_words(kind, "type"), change);
	}
}

/* Items of other types are shown by their name when they end. */
void
codex_item_ends(struct agent_run *run, const struct json *item, struct text *out)
{
	const struct json *output = either(item, "aggregatedOutput", "aggregated_output"), *code = either(item, "exitCode", "exit_code");
	bool failed = strcmp(json_words(item, "status"), "failed") == 0;

	run->heard = run->heard || (!codex_item_is(item, "error") && !codex_item_is(item, "userMessage"));
	if (codex_item_is(item, "agentMessage")) {
		event_result(run, json_words(item, "text"));
		text_printf(out, "%s\n", json_words(item, "text"));
	} else if (codex_item_is(item, "commandExecution")) {
		event_output(out, failed || json_integer(code, 0) != 0, json_string(output) != NULL ? json_string(output) : "");
	} else if (codex_item_is(item, "mcpToolCall")) {
		event_output(out, failed, json_words(json_get(item, "error"), "message"));
	} else if (codex_item_is(item, "fileChange")) {
		show_changes(json_get(item, "changes"), out);
	} else if (codex_item_is(item, "error")) {
		event_show(out, "warning: ", json_words(item, "message"), 1);
	} else if (codex_item_is(item, "contextCompaction")) {
		text_puts(out, "(the conversation was compacted)\n");
	} else if (codex_item_calls(item) && !codex_item_is(item, "todoList")) {
		event_call(out, json_words(item, "type"), item);
	}
}

void
codex_failed(struct agent_run *run, const char *why, struct text *out)
{
	event_failed(run, why, out);
	run->full = run->full || strstr(why, "context_length_exceeded") != NULL ||
	    strstr(why, "ran out of room in the model's context window") != NULL;
}

int64_t
codex_reset(const struct json *limits)
{
	static const char *const windows[] = { "primary", "secondary" };
	int64_t at, reset = 0;

	for (size_t i = 0; i < sizeof(windows) / sizeof(windows[0]); i++) {
		at = json_int(json_get(limits, windows[i]), "resetsAt", 0);
		if (json_real(json_get(limits, windows[i]), "usedPercent", 0) >= 100 && at > reset && at < INT64_MAX / 1000)
			reset = at;
	}
	return reset * 1000;
}

/* The cause is a word, or an object with the status of the service. */
void
codex_cause(struct agent_run *run, const struct json *info, int64_t reset)
{
	const char *word = json_string(info);
	const struct json *with;
	int64_t status = 0;

	for (size_t i = 0; json_key(info, i, &with) != NULL; i++)
		status = json_int(with, "httpStatusCode", status);
	run->full = run->full || (word != NULL && strcmp(word, "contextWindowExceeded") == 0);
	if (status == 429 || (word != NULL && strcmp(word, "usageLimitExceeded") == 0))
		run->parked = reset > 0 ? reset : -1;
}
