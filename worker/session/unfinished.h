/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WORKER_UNFINISHED_H
#define WORKER_UNFINISHED_H

/*
 * Work that is not finished is not judged: git in the middle of something, commits that are elsewhere than
 * in HEAD (beside.h), conflict markers, submodules (submodule.h).  It is given back to the implementer as a
 * failing gate is (worker_hand_back).
 */

#include <stdbool.h>
#include <stddef.h>

#include "worker/core/step.h"

struct worker;

/* What an implementer's git directory shows of it. */
struct unfinished {
	const char	*file;		/* of unfinished_files, that is there; NULL = none */
	char		 unmerged[256];	/* a path that the index has conflicts for */
	char		 branch[256];	/* another branch with commits of its own; "stash" */
	long		 commits;	/* so many */
};
/* One sentence: what, where, and what to do; false: nothing is unfinished.  Pure. */
bool unfinished_text(const struct unfinished *, char *text, size_t len);

/* Before the work is committed: EVENT_DONE, or it was given back, or EVENT_FAILED. */
enum event unfinished_git(struct worker *);
/* Afterwards: conflict markers that the commit adds, a submodule's commit that nobody can have. */
enum event unfinished_commit(struct worker *);

#endif
