/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WORKER_CODEX_ITEM_H
#define WORKER_CODEX_ITEM_H

/*
 * The items of codex, which are its calls and words.  Both of its streams have the same items: codex app-server writes
 * names like commandExecution, codex exec like command_execution.
 */

#include <stdbool.h>
#include <stdint.h>

struct agent_run;
struct json;
struct text;

/* Is the item of this type, as codex app-server writes it? */
bool codex_item_is(const struct json *item, const char *type);
/* Is it the call of a tool? */
bool codex_item_calls(const struct json *item);
/* Show it. */
void codex_item_begins(const struct json *item, struct text *out);
void codex_item_ends(struct agent_run *, const struct json *item, struct text *out);

/* What the client says when the conversation to resume does not exist. */
#define CODEX_LOST	"no rollout found for thread"

/* The turn failed, with the client's reason. */
void codex_failed(struct agent_run *, const char *why, struct text *out);
/* When the limits that the account has reached are reset, wall ms; 0 = it has reached none, or unknown. */
int64_t codex_reset(const struct json *limits);
/* The cause of a failure: a full conversation, or an account at its limit, until reset (0 = unknown). */
void codex_cause(struct agent_run *, const struct json *info, int64_t reset);

#endif
