/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_MERGE_SHOW_H
#define ORCHESTRATOR_MERGE_SHOW_H

/* Shows the gates of a merge: a line for each ended gate; on a terminal also the running gate and its age, in the block
 * (block.h).  A child process does it, since this one waits for the gates. */

#include <sys/types.h>

struct entry;

struct merge_show { pid_t pid; int end; };

/* Before the merge of the session. */
void merge_show_begin(struct merge_show *, const struct entry *);
/* After the merge; everything is printed when it returns. */
void merge_show_end(struct merge_show *);

#endif
