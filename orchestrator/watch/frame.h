/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_FRAME_H
#define ORCHESTRATOR_FRAME_H

/*
 * What the screen shows: lines that fit, each in one colour.  All text passes text_line() here, so no character of an
 * agent reaches the terminal as a command.  Pure, but for the locale, which says what can be printed.
 */

#include <stdbool.h>
#include <stddef.h>

#include "proto/base/text.h"

enum ink { INK_PLAIN, INK_HEAD, INK_ASK, INK_BUSY, INK_GOOD, INK_BAD, INK_QUIET, INKS };

struct frame_line { char *text; enum ink ink; bool chosen; };
struct frame {
	size_t		 width;
	struct frame_line *v;
	size_t		 n;
};

/* Adds the part of a line that begins at column from, cut to the width with "..." at its end. */
void frame_add(struct frame *, enum ink, const char *, size_t from);
/* Empty lines until there are n; lines beyond are dropped. */
void frame_pad(struct frame *, size_t n);
void frame_release(struct frame *);

/* The columns of a text. */
size_t frame_columns(const char *);
/* Appends the text as frame_add does, in exactly this many columns. */
void frame_column(struct text *, const char *, size_t columns);

#endif
