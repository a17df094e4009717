/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_TYPED_H
#define ORCHESTRATOR_TYPED_H

/* The line being typed, byte by byte.  Everything here is pure. */

#include <stdbool.h>

#include "proto/base/text.h"

#define TYPED_MAX	(16u << 10)	/* bytes; further bytes are ignored */

struct typed {
	struct text	 line;		/* released with text_free() */
	enum { TYPED_TEXT, TYPED_ESCAPE, TYPED_SEQUENCE } in;	/* sequences of keys such as the arrows are ignored */
};

/* Takes a byte; true: it is Enter, and the line is complete. */
bool typed_take(struct typed *, char);

#endif
