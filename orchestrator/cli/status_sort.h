/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_STATUS_SORT_H
#define ORCHESTRATOR_STATUS_SORT_H

/* Which sessions orchestrator status shows where.  Everything here is pure. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "orchestrator/session/section.h"

struct entries;
struct text;

/* Which of the sessions are followed by a later attempt at the same item, and were not merged: malloced, one for each. */
bool *superseded_of(const struct entries *);
/* "4 failed, 43 merged today, 120 earlier": when is "today", and older are sessions that are not among the entries.
 * Sessions that ended before since are only counted, but for those that failed and are not archived.  "" when nothing
 * is over. */
void over_text(struct text *, const struct entries *, const bool *superseded, size_t older, int64_t since, const char *when);

#endif
