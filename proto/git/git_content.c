/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/stat.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/base/fault.h"
#include "proto/base/text.h"
#include "proto/git/git_internal.h"

/* The index is ours alone and its git dies with us, so a lock left on it is stale. */
void
git_index_unlock(const struct git *g)
{
	char *lock = text_format("%s.lock", g->index);

	unlink(lock);
	free(lock);
}

int
git_checkout(const struct git *g, const char *oid, char *err, size_t errlen)
{
	const char *argv[] = { "read-tree", "--reset", "-u", oid, NULL };

	if (!git_oid_valid(g->repo, oid))
		return git_fail(err, errlen, "%s: not a full object id", oid);
	git_index_unlock(g);
	return git_run(g, argv, NULL, 0, NULL, NULL, NULL, err, errlen);
}

int
git_index_at(const struct git *g, const char *oid, char *err, size_t errlen)
{
	const char *argv[] = { "read-tree", "--reset", oid, NULL };

	if (!git_oid_valid(g->repo, oid))
		return git_fail(err, errlen, "%s: not a full object id", oid);
	git_index_unlock(g);
	return git_run(g, argv, NULL, 0, NULL, NULL, NULL, err, errlen);
}

/* Takes one line of output that must be an object id. */
int
git_take_oid(const struct git *g, const char *what, char *out, char *oid, char *err, size_t errlen)
{
	int rc = 0;

	if (out != NULL)
		out[strcspn(out, "\n")] = '\0';
	if (!git_oid_valid(g->repo, out))
		rc = git_fail(err, errlen, "git %s: printed no object id", what);
	else
		memcpy(oid, out, g->repo->hexlen + 1);
	free(out);
	return rc;
}

int
git_commit_tree(const struct git *g, const char *tree, const char *const parents[], size_t nparents,
    const char *message, char oid[OID_MAX], char *err, size_t errlen)
{
	const char *argv[40];
	struct text body = { 0 };
	char *out = NULL;
	size_t i, n = 0;
	int rc;

	argv[n++] = "commit-tree";
	argv[n++] = tree;
	if (!git_oid_valid(g->repo, tree) || nparents > 16)
		return git_fail(err, errlen, "%s: not a full object id", tree);
	for (i = 0; i < nparents; i++) {
		if (!git_oid_valid(g->repo, parents[i]))
			return git_fail(err, errlen, "%s: not a full object id", parents[i]);
		argv[n++] = "-p";
		argv[n++] = parents[i];
	}
	argv[n] = NULL;
	text_puts(&body, message);
	if (body.len == 0 || body.buf[body.len - 1] != '\n')
		text_puts(&body, "\n");
	rc = git_run(g, argv, body.buf, body.len, &out, NULL, NULL, err, errlen);
	text_free(&body);
	return rc == -1 ? -1 : git_take_oid(g, "commit-tree", out, oid, err, errlen);
}

int
git_tree_of(const struct git *g, const char *commit, char tree[OID_MAX], char *err, size_t errlen)
{
	char spec[OID_MAX + 8], *out = NULL;
	const char *argv[] = { "rev-parse", "--verify", "--end-of-options", spec, NULL };

	if (!git_oid_valid(g->repo, commit))
		return git_fail(err, errlen, "%s: not a full object id", commit);
	snprintf(spec, sizeof(spec), "%s^{tree}", commit);
	if (git_run(g, argv, NULL, 0, &out, NULL, NULL, err, errlen) == -1)
		return -1;
	return git_take_oid(g, "rev-parse", out, tree, err, errlen);
}

int
git_ancestor(const struct git *g, const char *ancestor, const char *commit, char *err, size_t errlen)
{
	const char *argv[] = { "merge-base", "--is-ancestor", ancestor, commit, NULL };
	char why[GIT_ERR];
	int status;

	if (!git_oid_valid(g->repo, ancestor) || !git_oid_valid(g->repo, commit))
		return git_fail(err, errlen, "%s: not a full object id", ancestor);
	if (strcmp(ancestor, commit) == 0)
		return 1;
	if (git_run(g, argv, NULL, 0, NULL, NULL, &status, why, sizeof(why)) == -1 || status > 1)
		return git_fail_as(fault_code(), err, errlen, "%s", why);
	return status == 0;
}

bool
git_is_ancestor(const struct git *g, const char *ancestor, const char *commit)
{
	return git_ancestor(g, ancestor, commit, NULL, 0) == 1;
}
