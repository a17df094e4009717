/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WORKER_CLAUDE_USAGE_H
#define WORKER_CLAUDE_USAGE_H

/* Tokens, cost and running tools in claude's stream. */

struct agent_run;
struct json;

/* A result. */
void claude_usage(struct agent_run *, const struct json *event);
/* A part of a response, and an event of the partial messages. */
void claude_response(struct agent_run *, const struct json *message);
void claude_part(struct agent_run *, const struct json *part);
/* Counts the tools that a message calls, or whose results it has; with none left, the run is at a safe point. */
void claude_calls(struct agent_run *, const struct json *message);

#endif
