/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/text.h"
#include "proto/git/git_internal.h"

#define PATCH_MAX	(8u << 20)	/* bytes of a change that is looked for */
#define PATCHES_MAX	(64u << 20)	/* of all changes of the target */
#define COMMITS_MAX	"-500"

/* The first patch id of text, or "". */
static int
patch_ids(const struct git *g, const char *patch, size_t len, char **ids, char *err, size_t errlen)
{
	const char *const argv[] = { "patch-id", "--stable", NULL };

	return git_run(g, argv, patch, len, ids, NULL, NULL, err, errlen);
}

/* Does one commit of the target have all of base..head, as after a squash? */
static int
has_squashed(const struct git *g, const char *base, const char *head, const char *target, char *err, size_t errlen)
{
	char range[2 * OID_MAX + 2], *change = NULL, *id = NULL, *all = NULL, *ids = NULL, *p;
	/* full ids, by which a patch id knows binary files */
	const char *const diff[] = { "diff-tree", "-r", "-p", "--full-index", "--no-renames", "--no-ext-diff", "--no-textconv",
		"--no-color", base, head, "--", NULL };
	const char *const log[] = { "log", "-p", "--first-parent", "-m", "--full-index", "--no-renames", "--no-ext-diff",
		"--no-textconv", "--no-color",
		"--no-show-signature", "--no-notes", "--no-mailmap", COMMITS_MAX, range, "--", NULL };
	size_t len = 0, alllen = 0, n;
	int rc;

	snprintf(range, sizeof(range), "%s..%s", base, target);
	rc = git_call(&(struct git_call){ .argv = diff, .git = g, .out = &change, .outlen = &len, .max = PATCH_MAX }, err, errlen);
	if (rc == 0 && len > 0)
		rc = git_call(&(struct git_call){ .argv = log, .git = g, .out = &all, .outlen = &alllen, .max = PATCHES_MAX }, err,
		    errlen);
	if (rc == 0 && len > 0)
		rc = patch_ids(g, change, len, &id, err, errlen);
	if (rc == 0 && len > 0)
		rc = patch_ids(g, all, alllen, &ids, err, errlen);
	n = id != NULL ? strcspn(id, " \n") : 0;
	if (rc == 0 && n > 0)
		for (p = ids; rc == 0 && p != NULL && *p != '\0'; p += strcspn(p, "\n"), p += *p == '\n')
			rc = strncmp(p, id, n) == 0;
	free(change);
	free(all);
	free(id);
	free(ids);
	return rc;
}

/* Is head a merge whose parents the target all has, by another merge of them? */
static int
has_parents(const struct git *g, const char *head, const char *target, char *err, size_t errlen)
{
	const char *const argv[] = { "rev-list", "--parents", "--no-walk", head, "--", NULL };
	char *out = NULL, parent[OID_MAX], *p;
	size_t n, found = 0;
	int rc;

	if ((rc = git_run(g, argv, NULL, 0, &out, NULL, NULL, err, errlen)) == 0)
		rc = 1;
	p = out != NULL ? out + strcspn(out, " \n") : NULL;
	for (; rc == 1 && p != NULL && *p == ' '; p += n) {
		n = strcspn(++p, " \n");
		snprintf(parent, sizeof(parent), "%.*s", (int)n, p);
		rc = git_ancestor(g, parent, target, err, errlen);
		found++;
	}
	free(out);
	return rc == 1 ? found > 1 : rc;
}

/* Does the target have each commit of base..head, as after a rebase or a cherry-pick?  Not where one is a merge: it may change
 * more than its parents did, which git-cherry does not compare. */
static int
has_each(const struct git *g, const char *base, const char *head, const char *target, char *err, size_t errlen)
{
	char range[2 * OID_MAX + 2], *merges = NULL, *out = NULL;
	const char *const log[] = { "rev-list", "--merges", "-1", range, "--", NULL };
	const char *const argv[] = { "cherry", target, head, base, NULL };
	int rc;

	snprintf(range, sizeof(range), "%s..%s", base, head);
	if ((rc = git_run(g, log, NULL, 0, &merges, NULL, NULL, err, errlen)) == 0 &&
	    (merges == NULL || merges[0] == '\0') &&
	    (rc = git_run(g, argv, NULL, 0, &out, NULL, NULL, err, errlen)) == 0)
		rc = out != NULL && out[0] == '-' && strstr(out, "\n+") == NULL;
	free(merges);
	free(out);
	return rc;
}

static bool
has_path(const struct git_change *c, size_t n, const char *path)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(c[i].path, path) == 0)
			return true;
	return false;
}

int
git_reverted(const struct git *g, const char *base, const char *head, const char *target, char **path, char *err,
    size_t errlen)
{
	struct git_change *work = NULL, *since = NULL;
	size_t nwork = 0, nsince = 0;
	int rc = 0;

	*path = NULL;
	if (git_diff(g, base, head, &work, &nwork, err, errlen) == -1 ||
	    git_diff(g, base, target, &since, &nsince, err, errlen) == -1)
		rc = -1;
	for (size_t i = 0; rc == 0 && i < nwork; i++)
		if (!has_path(since, nsince, work[i].path)) {
			*path = text_format("%s", work[i].path);
			rc = 1;
		}
	git_changes_free(work, nwork);
	git_changes_free(since, nsince);
	return rc;
}

int
git_contains_change(const struct git *g, const char *base, const char *head, const char *target, char *err,
    size_t errlen)
{
	struct git bare = *g;
	char *path = NULL;
	int rc;

	bare.worktree = bare.index = NULL;
	if (!git_oid_valid(g->repo, base) || !git_oid_valid(g->repo, head) || !git_oid_valid(g->repo, target))
		return git_fail(err, errlen, "not full object ids");
	/* without common history its changes can't be told */
	if ((rc = git_ancestor(&bare, base, target, err, errlen)) != 1 ||
	    (rc = has_parents(&bare, head, target, err, errlen)) != 0)
		return rc;
	if ((rc = git_ancestor(&bare, head, target, err, errlen)) == 0 &&
	    (rc = has_each(&bare, base, head, target, err, errlen)) == 0)
		rc = has_squashed(&bare, base, head, target, err, errlen);
	if (rc == 1 && (rc = git_reverted(&bare, base, head, target, &path, err, errlen)) != -1)
		rc = !rc;
	free(path);
	return rc;
}
