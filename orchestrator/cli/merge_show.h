/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_MERGE_SHOW_H
#define ORCHESTRATOR_MERGE_SHOW_H

/* The gates of a merge: a line when one has ended; on a terminal, the one that runs, and for how long, in a line that stays
 * (block.h).  A child shows them, since the merge waits for them. */

#include <sys/types.h>

struct entry;

struct merge_show { pid_t pid; int end; };

/* Before the merge of the session. */
void merge_show_begin(struct merge_show *, const struct entry *);
/* After it; all has been printed then. */
void merge_show_end(struct merge_show *);

#endif
