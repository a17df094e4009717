/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WORKER_CLAUDE_EVENT_H
#define WORKER_CLAUDE_EVENT_H

/* Events of the claude client's stream: reading one, and showing it to people. */

#include <stddef.h>

struct text;

/* The event of a line; NULL if it is none. */
struct json *claude_event_parse(const char *, size_t);
/* What was said, called, printed; nothing for events that tell people nothing. */
void claude_event_render(const struct json *, struct text *out);

#endif
