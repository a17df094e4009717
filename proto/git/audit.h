/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROTO_AUDIT_H
#define PROTO_AUDIT_H

/*
 * Checks after a run ends, however the run was confined: the paths in the
 * session's commits, and what only the two programs and people may change in
 * the repository: hooks, configuration, branches.
 */

#include "proto/base/strings.h"

struct git;
struct git_change;
struct git_repo;
struct item;
struct settings;

struct audit {
	struct strings	 breaches;	/* "PATH: why": they halt the session */
	struct strings	 flagged;	/* "PATH: why": for the council */
	struct strings	 refused;	/* the flagged paths that the settings do not allow */
	struct strings	 notices;	/* changes in the meantime, for the log */
};
void audit_free(struct audit *);

/* Pure.  Is path allowed by the item's allowed_paths and forbidden_paths?  NULL, or the reason why not. */
const char *audit_path(const struct item *, const char *path);
/* Pure.  Does the target of a symbolic link at path lead out of the tree? */
bool audit_link_leaves(const char *path, const char *target);
/* Pure.  The significant part of a git configuration, malloced.  Leaves out the sections [branch "..."], which
 * git itself writes at the user's push or pull. */
char *audit_config(const char *text);

/* Adds a breach for each path, in any commit of base..head, that the item's paths do not allow, even if a later
 * commit reverts it.  0, or -1 with err. */
int audit_commits(const struct git *, const struct item *, const char *base, const char *head,
    struct audit *, char *err, size_t errlen);
/* Adds protected paths, and links that leave the tree, to flagged and refused, and paths that the item does not
 * allow to breaches. */
int audit_changes(const struct git *, const struct settings *, const struct item *, const struct git_change *, size_t n,
    struct audit *, char *err, size_t errlen);
/* Names the first entries in a sentence for people: "a: why, b: why and 3 more". */
void audit_text(const struct strings *, char *buf, size_t len);

/*
 * The repository's state as a text, malloced, for audit_repository: hooks,
 * configuration, HEAD of the main checkout, branches.  NULL with err.
 */
char *audit_snapshot(const struct git_repo *, char *err, size_t errlen);
/* Compares two snapshots.  Adds changes of hooks and configuration to the breaches, and changes of branches to
 * the notices, except for branches of sessions.  A branch that now has a commit of base..head is a breach.  own
 * is the session's branch (short name), which is checked elsewhere. */
int audit_repository(const struct git *, const char *before, const char *after, const char *own,
    const char *base, const char *head, struct audit *, char *err, size_t errlen);

/* Does tip have a commit of base..head that approved does not have?  1, 0, or -1. */
int audit_beyond(const struct git *, const char *base, const char *head, const char *approved, const char *tip,
    char *err, size_t errlen);

#endif
