/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WORKER_BESIDE_H
#define WORKER_BESIDE_H

/*
 * Commits that an agent has left outside its HEAD: on another branch of its git directory (gitdir, in the session's) (the target's
 * and the session's own included), or in its stash.  A branch does not count when HEAD has its content, by a
 * merge, a cherry-pick or otherwise.
 */

#include "proto/base/strings.h"

struct worker;

#define BESIDE_STASH	"stash"

struct beside {
	struct strings	 names, tips;	/* branches, or BESIDE_STASH, and where they are */
	long		 commits;	/* of the last one, that HEAD has not */
};
/* At most max of them; their objects are in the repository then, where that can be.  0, or -1 with err when it
 * could not be found out, since the machine has failed. */
int beside_find(struct worker *, const char *gitdir, size_t max, struct beside *, char *err, size_t errlen);
void beside_free(struct beside *);
/* Saves them to refs/salvage/<session-id>, and HEAD, if the session has not taken it over. */
void beside_save(struct worker *, const char *gitdir);

#endif
