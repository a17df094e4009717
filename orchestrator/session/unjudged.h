/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_UNJUDGED_H
#define ORCHESTRATOR_UNJUDGED_H

/*
 * Changes in a session's worktree beyond the judged commit: commits by a person, and edits.  merge
 * refuses to ignore them; adopt has them judged.  All but unjudged_look require the session's lock.
 */

#include "proto/base/strings.h"
#include "proto/git/git.h"

struct state;

struct unjudged {
	struct git	 git;		/* the session's safe directory, its index and worktree */
	char		*objects;	/* objects of the git directory that the worktree names */
	char		 commit[OID_MAX];	/* HEAD there; "" = nothing that is not in state.head */
	struct strings	 commits;	/* "ID \"SUBJECT\"" of each commit since state.head that the target lacks */
	struct strings	 left;		/* nested repositories, large files: git can't save them (trash_keep_left) */
	struct strings	 paths;		/* paths in which the worktree differs from commit, or from state.head */
};

/* g: a safe directory to read with; path: the session directory; quick: its worker has left its index at
 * state.head.  1 when there are changes, 0, or -1 with err; must be released in any case.  A path that is no
 * longer the session's worktree has none. */
int unjudged_find(struct unjudged *, const struct git *g, const char *path, const struct state *,
    bool quick, char *err, size_t errlen);
/* The same with a safe directory of the caller, which has a copy of the session's index: for readers. */
int unjudged_look(struct unjudged *, const struct git *g, const char *path, const char *safe, const struct state *,
    bool quick, char *err, size_t errlen);
/* 'commit 1234567 "By hand" and changes in a, b and 3 more'; malloced; NULL: there are none. */
char *unjudged_text(const struct unjudged *);
/* Saves everything except left to refs/salvage/<session-id>.  0 or -1 with err. */
int unjudged_save(const struct unjudged *, const struct git *g, const struct state *, char *err,
    size_t errlen);
void unjudged_release(struct unjudged *);

#endif
