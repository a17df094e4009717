/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WORKER_CLAUDE_EVENT_H
#define WORKER_CLAUDE_EVENT_H

/* Shows people the events of the claude client. */

struct json;
struct text;

/* Renders messages, calls and output; nothing for events without meaning to people. */
void claude_event_render(const struct json *, struct text *out);

#endif
