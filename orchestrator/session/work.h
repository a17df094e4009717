/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_WORK_H
#define ORCHESTRATOR_WORK_H

/*
 * The work of a session as it is now, for readers: takes no lock, and writes nothing of the session.
 *
 * It begins at the merge base of the session's commit and its target; of merged work, where its branch began.
 * It ends at the commit that was approved or merged, else at what the worktree holds.
 */

#include "orchestrator/session/unjudged.h"
#include "proto/git/git.h"

struct entry;
struct json;
struct orch;

struct work {
	struct git	 git;		/* to read both ends with */
	char		*dir, *objects;	/* temporary */
	char		*target;	/* branch; NULL = unknown */
	char		 base[OID_MAX], tip[OID_MAX];	/* commits, or a tree */
	bool		 worktree;	/* tip is the tree of the worktree */
	bool		 surplus;	/* unjudged holds something */
	struct unjudged	 unjudged;	/* of a session that is not live */
	char		*note;		/* why the worktree is left out; NULL = it is not */
};

/* 0, or -1 with err; must be released in any case. */
int work_open(struct orch *, const struct entry *, struct work *, char *err, size_t errlen);
/* Only what the worktree of a session that is not live holds beyond its judged commit: malloced, NULL = nothing. */
char *work_surplus(struct orch *, const struct entry *);
void work_release(struct work *);
/* "base", "head" (the last commit), "worktree", "added", "removed" and "files". */
struct json *work_json(const char *base, const char *head, bool worktree, const struct git_size *, size_t n);

#endif
