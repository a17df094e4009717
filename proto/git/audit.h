/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROTO_AUDIT_H
#define PROTO_AUDIT_H

/*
 * What is looked at once a run is over, however it was confined: the paths of a
 * session's commits, and what nobody but the two programs and people changes in
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
	struct strings	 refused;	/* those of them that the settings do not allow */
	struct strings	 notices;	/* what changed meanwhile, for the log */
};
void audit_free(struct audit *);

/* Pure: is path within the item's allowed_paths and forbidden_paths?  NULL, or why not. */
const char *audit_path(const struct item *, const char *path);
/* Pure: does a symbolic link at path lead out of the tree by what it says? */
bool audit_link_leaves(const char *path, const char *target);
/* Pure: what is of weight in a git configuration; the sections [branch "..."] are
 * left out, which git itself writes for its user at a push or a pull.  malloced. */
char *audit_config(const char *text);

/* Adds a breach for each path, in any commit of base..head, that the item's paths do not
 * allow, also one that a later commit takes back.  0, or -1 with err. */
int audit_commits(const struct git *, const struct item *, const char *base, const char *head,
    struct audit *, char *err, size_t errlen);
/* Adds what is protected, and the links that leave the tree, to flagged and refused; to breaches what the item's paths
 * do not allow. */
int audit_changes(const struct git *, const struct settings *, const struct item *, const struct git_change *, size_t n,
    struct audit *, char *err, size_t errlen);
/* The first of them in a sentence for people: "a: why, b: why and 3 more". */
void audit_text(const struct strings *, char *buf, size_t len);

/*
 * The repository's state as a text, malloced, for audit_repository: hooks,
 * configuration, HEAD of the main checkout, branches.  NULL with err.
 */
char *audit_snapshot(const struct git_repo *, char *err, size_t errlen);
/* Adds what differs: hooks and configuration to the breaches, branches to the notices but
 * those of sessions; a branch that now holds a commit of base..head is a breach.  own is
 * the session's branch (short name), which is looked at elsewhere. */
int audit_repository(const struct git *, const char *before, const char *after, const char *own,
    const char *base, const char *head, struct audit *, char *err, size_t errlen);

#endif
