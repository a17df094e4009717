/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/base/fault.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/git/git_internal.h"
#include "proto/sys/file.h"

#define NAMED_MAX	20

/* Commits tree on top of commit, with tips as more parents, at ref, unless ref already has that tree. */
static int
save(const struct git *g, const char *ref, const char *session_id, const char *commit,
    const char *tree, const struct strings *tips, char *err, size_t errlen)
{
	const char *parents[GIT_SALVAGE_TIPS + 2] = { commit };
	char before[OID_MAX], old_tree[OID_MAX], oid[OID_MAX], message[256];
	bool new = false;
	size_t n = 1;
	int has;

	if (git_ref_read(g->repo, ref, before, err, errlen) == -1)
		return -1;
	if (before[0] != '\0') {
		if (git_tree_of(g, before, old_tree, err, errlen) == -1)
			return -1;
		new = strcmp(old_tree, tree) != 0;
		parents[n++] = before;
	}
	for (size_t i = 0; tips != NULL && i < tips->n && i < GIT_SALVAGE_TIPS; i++) {
		has = before[0] == '\0' ? 0 : git_ancestor(g, tips->v[i], before, err, errlen);
		if (has == -1)
			return -1;
		if (has == 0)
			parents[n++] = tips->v[i];
		new = new || has == 0;
	}
	if (before[0] != '\0' && !new)
		return 0;
	snprintf(message, sizeof(message), "Salvage of %s", session_id);
	if (git_commit_tree(g, tree, parents, n, message, oid, err, errlen) == -1)
		return -1;
	return git_ref_move(g->repo, ref, oid, before, message, err, errlen);
}

/* The tree of the worktree's contents.  Uses a copy of the index, or, if that can't be read (the power failed
 * before it was on disk), one of commit. */
static int
worktree_of_rest(const struct git *copy, const char *index, const char *commit, struct strings *left,
    char tree[OID_MAX], char *err, size_t errlen)
{
	unlink(copy->index);
	if (index != NULL && file_copy(index, copy->index, false) == -1 && errno != ENOENT)
		return git_fail_errno(err, errlen, "%s", index);
	if (git_tree_of_rest(copy, left, tree, err, errlen) == 0)
		return 0;
	strings_free(left);
	unlink(copy->index);
	if (fault_undecided() || git_index_at(copy, commit, err, errlen) == -1)
		return -1;
	return git_tree_of_rest(copy, left, tree, err, errlen);
}

static void
name_left(const struct git *g, struct strings *left)
{
	for (size_t i = 0; i < left->n && i < NAMED_MAX; i++)
		log_warnx("%s/%s can't be saved and is left out", g->worktree, left->v[i]);
	if (left->n > NAMED_MAX)
		log_warnx("%s: %zu other files can't be saved and are left out", g->worktree, left->n - NAMED_MAX);
	strings_free(left);
}

int
git_salvage_most(const struct git *g, const char *session_id, const char *commit, bool *saved, struct strings *left,
    char *err, size_t errlen)
{
	struct git copy = *g;
	char tree[OID_MAX], own[OID_MAX], *ref;
	int rc = -1;

	*saved = false;
	if (!session_id_valid(session_id) || !git_oid_valid(g->repo, commit))
		return git_fail(err, errlen, "%s: cannot be salvaged", session_id);
	copy.index = text_format("%s/salvage.index", g->dir);
	copy.objects = g->repo->objects;
	ref = text_format("refs/salvage/%s", session_id);
	if (worktree_of_rest(&copy, g->index, commit, left, tree, err, errlen) == 0 &&
	    git_tree_of(&copy, commit, own, err, errlen) == 0) {
		rc = 0;
		if (strcmp(tree, own) != 0) {
			*saved = true;
			rc = git_tree_keep(&copy, commit, tree, err, errlen) == -1 ? -1 :
			    save(&copy, ref, session_id, commit, tree, NULL, err, errlen);
		}
	}
	unlink(copy.index);
	free(copy.index);
	free(ref);
	return rc;
}

int
git_salvage(const struct git *g, const char *session_id, const char *commit, bool *saved, char *err,
    size_t errlen)
{
	struct strings left = { 0 };
	int rc = git_salvage_most(g, session_id, commit, saved, &left, err, errlen);

	name_left(g, &left);
	return rc;
}

int
git_salvage_commits(const struct git *g, const char *session_id, const char *commit, const struct strings *tips,
    char *err, size_t errlen)
{
	char tree[OID_MAX], *ref;
	int rc;

	if (!session_id_valid(session_id) || tips->n == 0)
		return git_fail(err, errlen, "%s: cannot be salvaged", session_id);
	ref = text_format("refs/salvage/%s", session_id);
	rc = git_tree_of(g, tips->v[0], tree, err, errlen);
	if (rc == 0)
		rc = save(g, ref, session_id, commit, tree, tips, err, errlen);
	free(ref);
	return rc;
}

int
git_worktree_differs(const struct git *g, const char *commit, bool quick, struct strings *paths,
    struct strings *left, char *err, size_t errlen)
{
	struct git_change *c = NULL;
	struct git copy = *g, apart;
	char tree[OID_MAX];
	size_t i, n = 0;
	int rc;

	if (quick && (rc = git_touched(g, err, errlen)) != 1)
		return rc;
	copy.index = text_format("%s/salvage.index", g->dir);
	copy.objects = g->repo->objects;
	rc = worktree_of_rest(&copy, g->index, commit, left, tree, err, errlen);
	apart = git_apart(&copy);
	if (rc == 0)
		rc = git_diff(&apart, commit, tree, &c, &n, err, errlen);
	git_apart_free(&apart);
	for (i = 0; i < n; i++)
		strings_add(paths, c[i].path);
	git_changes_free(c, n);
	unlink(copy.index);
	free(copy.index);
	return rc;
}
