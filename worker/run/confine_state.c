/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proto/base/text.h"
#include "proto/session/layout.h"
#include "worker/core/worker.h"
#include "worker/run/confine.h"

/* The state directory of the session, malloced; NULL for a session made by hand. */
char *
confine_state(const struct worker *w)
{
	size_t n = session_home(w->path, NULL);

	return n > 0 ? text_format("%.*s", (int)n, w->path) : NULL;
}
