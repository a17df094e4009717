/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROTO_CHECKOUT_H
#define PROTO_CHECKOUT_H

/*
 * Checkouts of a branch that is about to move, and how they follow it without
 * touching anything that the user has changed.
 *
 *	checkout_find which checkouts have the branch
 *	checkout_check	can it follow? if not, the reason names the file
 *	checkout_lock	holds its index.lock: a commit of the user's fails meanwhile
 *	(the branch moves)
 *	checkout_apply	files and index go from old to new
 *	checkout_unlock
 *
 * The lock file names the session, so that after a crash we recognise it
 * as ours, and checkout_lock and checkout_unlock take it over.  checkout_apply may
 * be called again after a kill at any point; files that are already at new stay.
 * All run git in g's safe directory; g->objects is the repository's.
 */

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

struct git;
struct git_change;
struct git_repo;

struct checkout {
	char		*path;		/* top of the working tree, absolute */
	char		*gitdir;	/* its own git directory: HEAD, index */
	struct stat	 checked;	/* stat of the index that checkout_check saw */
};
/* Finds the checkouts of ref, including those in the middle of a rebase of ref. */
int checkout_find(const struct git_repo *, const char *ref, struct checkout **, size_t *n,
    char *err, size_t errlen);
/* Opens the checkout at path; -1 when it does not exist (any more). */
int checkout_open(const struct git_repo *, const char *path, struct checkout *, char *err,
    size_t errlen);
void checkout_free(struct checkout *, size_t n);

/* "a merge is in progress" or the like for the git directory; NULL when no operation is unfinished. */
const char *checkout_under_way(int gitdir);

/* changes is git_diff(old, new), sorted by path as git sorts.  0, or -1 with the reason. */
int checkout_check(const struct git *, struct checkout *, const char *old, const char *new,
    const struct git_change *changes, size_t n, char *err, size_t errlen);
/* Would a checkout of ref not follow a merge, as it is now, or a merge that changes certain files?  Then why says so. */
bool checkout_waits(const struct git *, const char *ref, char *why, size_t len);
/* Has the index changed since checkout_check? */
bool checkout_changed(const struct checkout *);
int checkout_lock(const struct checkout *, const char *session, char *err, size_t errlen);
/* 0, also when the lock is another session's; -1: the lock of this session can't be read or removed. */
int checkout_unlock(const struct checkout *, const char *session, char *err, size_t errlen);
int checkout_apply(const struct git *, struct checkout *, const char *session, const char *old,
    const char *new, const struct git_change *changes, size_t n, char *err, size_t errlen);

/* Pure.  Is path in the cone that patterns, the contents of info/sparse-checkout, describe?  NONE: they describe none. */
enum cone { CONE_NONE, CONE_LACKS, CONE_HOLDS };
enum cone checkout_cone(const char *patterns, const char *path);

/* The state of a changed path in a checkout.  For the checkout_*.c files only. */
enum follow {
	FOLLOW_OLD,		/* as in old: the user changed nothing */
	FOLLOW_NEW,		/* index and file as in new */
	FOLLOW_FILE_NEW,	/* the file is as in new, the index as in old */
	FOLLOW_PARTIAL,		/* missing, or the beginning of the file in new: a kill left it */
	FOLLOW_UNSURE,		/* a file in place of a directory or the reverse: git must decide */
	FOLLOW_USER		/* the user's */
};
/* The state of each path; why (may be NULL) gets the first reason. 0, or -1 with err. */
int checkout_classify(const struct git *, const struct checkout *, const struct git_change *changes,
    size_t n, enum follow *, char *err, size_t errlen);

#endif
