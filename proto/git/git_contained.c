/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "proto/base/text.h"
#include "proto/git/git_internal.h"
#include "proto/record/state.h"

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

/* Would a merge of head leave the target as it is, as after a squash or a rebase? */
static int
is_noop(const struct git *g, const char *head, const char *target, char *err, size_t errlen)
{
	char tree[OID_MAX], now[OID_MAX];
	struct state s = { .nconflicts = 0 };
	int rc;

	if ((rc = git_merge_tree(g, target, head, tree, &s.conflicts, &s.nconflicts, err, errlen)) == 0)
		rc = git_tree_of(g, target, now, err, errlen) == -1 ? -1 : strcmp(tree, now) == 0;
	else if (rc == 1)
		rc = 0;
	state_conflicts_free(&s);
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
	/* without common history its changes can't be told; a head behind its base is no work */
	if ((rc = git_ancestor(&bare, base, target, err, errlen)) != 1 ||
	    (rc = git_ancestor(&bare, base, head, err, errlen)) != 1)
		return rc;
	if ((rc = git_ancestor(&bare, head, target, err, errlen)) == 0)
		return is_noop(&bare, head, target, err, errlen);
	if (rc == 1 && (rc = git_reverted(&bare, base, head, target, &path, err, errlen)) != -1)
		rc = !rc;
	free(path);
	return rc;
}
