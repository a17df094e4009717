/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WORKER_BESIDE_H
#define WORKER_BESIDE_H

/*
 * Commits that an agent left outside HEAD: on another branch of its git directory (gitdir, in the session's),
 * even the target's or the session's own, or in its stash.  A branch does not count when HEAD has its content,
 * through a merge, a cherry-pick or otherwise.
 */

#include "proto/base/strings.h"

struct worker;

#define BESIDE_STASH	"stash"

struct beside {
	struct strings	 names, tips;	/* branches, or BESIDE_STASH, and their commits */
	long		 commits;	/* commits of the last one that HEAD lacks */
};
/* Finds at most max of them, and imports their objects if possible.  0, or -1 with err when the machine failed. */
int beside_find(struct worker *, const char *gitdir, size_t max, struct beside *, char *err, size_t errlen);
void beside_free(struct beside *);
/* Saves them to refs/salvage/<session-id>, and HEAD too, if the session has not imported it. */
void beside_save(struct worker *, const char *gitdir);

#endif
