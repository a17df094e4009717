/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "proto/base/text.h"
#include "worker/core/worker.h"
#include "worker/run/confine.h"

/* The state directory of the session, malloced; NULL for a session made by hand. */
char *
confine_state(const struct worker *w)
{
	const char *end = strstr(w->path, "/workspaces/");

	return end != NULL ? text_format("%.*s", (int)(end - w->path), w->path) : NULL;
}
