/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROTO_CHECKOUT_H
#define PROTO_CHECKOUT_H

/*
 * Checkouts of a branch that is about to move, and how they follow it without
 * touching anything that their user has changed.
 *
 *	checkout_find	who has the branch checked out
 *	checkout_check	can it follow? the reason why not names the file
 *	checkout_lock	holds its index.lock: a commit of the user's fails meanwhile
 *	(the branch moves)
 *	checkout_apply	files and index go from old to new
 *	checkout_unlock
 *
 * The lock file names the session, so that after a crash it is known to be
 * ours: checkout_lock and checkout_unlock take it over then.  checkout_apply may
 * be called again after a kill at any point; what is at new already stays.
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
	struct stat	 checked;	/* of the index that checkout_check saw */
};
/* Also those that are in the middle of a rebase of ref. */
int checkout_find(const struct git_repo *, const char *ref, struct checkout **, size_t *n,
    char *err, size_t errlen);
/* The one at path; -1 when there is none (any more). */
int checkout_open(const struct git_repo *, const char *path, struct checkout *, char *err,
    size_t errlen);
void checkout_free(struct checkout *, size_t n);

/* "a merge is in progress", or the like, in the git directory; NULL when nothing is. */
const char *checkout_under_way(int gitdir);

/* changes = git_diff(old, new), sorted by path as git does. 0, or -1 with the reason. */
int checkout_check(const struct git *, struct checkout *, const char *old, const char *new,
    const struct git_change *changes, size_t n, char *err, size_t errlen);
/* Has the index changed since checkout_check? */
bool checkout_changed(const struct checkout *);
int checkout_lock(const struct checkout *, const char *session, char *err, size_t errlen);
void checkout_unlock(const struct checkout *, const char *session);
int checkout_apply(const struct git *, struct checkout *, const char *session, const char *old,
    const char *new, const struct git_change *changes, size_t n, char *err, size_t errlen);

/* How a changed path stands in a checkout; shared by the checkout_*.c files only. */
enum follow {
	FOLLOW_OLD,		/* as in old: nothing of the user's */
	FOLLOW_NEW,		/* index and file as in new */
	FOLLOW_FILE_NEW,	/* the file is as in new, the index as in old */
	FOLLOW_PARTIAL,		/* missing, or a beginning of what is in new: a kill left it */
	FOLLOW_UNSURE,		/* file against directory: git must be asked */
	FOLLOW_USER		/* the user's */
};
/* The state of each path; why (may be NULL) gets the first reason. 0, or -1 with err. */
int checkout_classify(const struct git *, const struct checkout *, const struct git_change *changes,
    size_t n, enum follow *, char *err, size_t errlen);

#endif
