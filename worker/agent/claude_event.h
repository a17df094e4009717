/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WORKER_CLAUDE_EVENT_H
#define WORKER_CLAUDE_EVENT_H

/* Events in the claude client's stream: parsing them, and showing them to people. */

#include <stddef.h>

struct text;

/* The event in a line; NULL if there is none. */
struct json *claude_event_parse(const char *, size_t);
/* Renders messages, calls and output; nothing for events without meaning to people. */
void claude_event_render(const struct json *, struct text *out);

#endif
