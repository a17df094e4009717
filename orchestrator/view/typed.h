/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_TYPED_H
#define ORCHESTRATOR_TYPED_H

/* A line as it is typed, byte by byte.  Everything here is pure. */

#include <stdbool.h>

#include "proto/base/text.h"

#define TYPED_MAX	(16u << 10)	/* bytes; more are not taken */

struct typed {
	struct text	 line;		/* released with text_free() */
	enum { TYPED_TEXT, TYPED_ESCAPE, TYPED_SEQUENCE } in;	/* keys such as the arrows are sequences, and left out */
};

/* Takes a byte; true: it is that of Enter, and the line is complete. */
bool typed_take(struct typed *, char);

#endif
