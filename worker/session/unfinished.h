/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WORKER_UNFINISHED_H
#define WORKER_UNFINISHED_H

/*
 * Unfinished work is not judged: git in the middle of an operation, commits outside HEAD (beside.h),
 * conflict markers, submodules (submodule.h).  It is handed back to the implementer like a failing gate
 * (worker_hand_back).
 */

#include <stdbool.h>
#include <stddef.h>

#include "worker/core/step.h"

struct worker;

/* Signs of unfinished work in an implementer's git directory. */
struct unfinished {
	const char	*file;		/* a file of unfinished_files that exists; NULL = none */
	char		 unmerged[256];	/* a path with conflicts in the index */
	char		 branch[256];	/* another branch with its own commits; "stash" */
	long		 commits;	/* so many */
};
/* Pure.  One sentence: what, where, and what to do; false: nothing is unfinished. */
bool unfinished_text(const struct unfinished *, char *text, size_t len);

/* Before the work is committed: EVENT_DONE, or EVENT_GATE_FAILED when it was handed back, or EVENT_FAILED. */
enum event unfinished_git(struct worker *);
/* Afterwards: conflict markers that the commit adds, or a submodule's commit that others can't fetch. */
enum event unfinished_commit(struct worker *);

#endif
