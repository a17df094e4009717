/* SPDX-License-Identifier: GPL-2.0-or-later */

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

int
git_blob_next(const char **p, const char *end, struct git_blob *b)
{
	const char *nl = *p == NULL ? NULL : memchr(*p, '\n', (size_t)(end - *p)), *space;
	unsigned long long size;
	char *rest;

	memset(b, 0, sizeof(*b));
	if (nl == NULL || (space = memrchr(*p, ' ', (size_t)(nl - *p))) == NULL)
		return -1;
	if (!(b->missing = nl - space == 8 && memcmp(space, " missing", 8) == 0)) {
		size = strtoull(space + 1, &rest, 10);
		if (rest != nl || size >= (unsigned long long)(end - nl - 1))
			return -1;
		if (space - *p >= 5 && memcmp(space - 5, " blob", 5) == 0) {
			b->text = nl + 1;
			b->len = (size_t)size;
		}
		nl += size + 1;
	}
	*p = nl + 1;
	return 0;
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

static int
feed(const struct git *g, const char *const argv[], const struct text *paths, int64_t limit_ms, char *err, size_t errlen)
{
	const struct git_call c = { .argv = argv, .git = g, .dir = g->worktree, .in = paths->buf, .inlen = paths->len,
		.limit_ms = limit_ms };

	return paths->len == 0 ? 0 : git_call(&c, err, errlen);
}

int
git_index_read(const struct git *g, const struct text *gone, const struct text *paths, int64_t more_ms, char tree[OID_MAX],
    char *err, size_t errlen)
{
	static const char *const forget[] = { "update-index", "-z", "--force-remove", "--stdin", NULL };
	static const char *const update[] = { "update-index", "-z", "--add", "--remove", "--replace", "--stdin", NULL };
	static const char *const write_tree[] = { "write-tree", NULL };
	const int64_t limit = GIT_LIMIT * 1000 + more_ms;
	char *out = NULL;

	if (feed(g, forget, gone, limit, err, errlen) == -1 || feed(g, update, paths, limit, err, errlen) == -1 ||
	    git_run(g, write_tree, NULL, 0, &out, NULL, NULL, err, errlen) == -1)
		return -1;
	return git_take_oid(g, "write-tree", out, tree, err, errlen);
}

static int
commit_tree(const struct git *g, bool sign, const char *tree, const char *const parents[], size_t nparents,
    const char *message, char oid[OID_MAX], char *err, size_t errlen)
{
	const char *argv[64];
	struct text body = { 0 };
	char *out = NULL;
	struct git_call c = { .argv = argv, .git = g, .dir = sign ? g->repo->top : NULL, .sign = sign, .out = &out };
	size_t i, n = 0;
	int rc;

	for (i = 0; sign && i < GIT_SIGNING; i++)
		if (g->repo->signing[i] != NULL) {
			argv[n++] = "-c";
			argv[n++] = g->repo->signing[i];
		}
	argv[n++] = "commit-tree";
	if (sign)
		argv[n++] = "-S";
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
	c.in = body.buf;
	c.inlen = body.len;
	rc = git_call(&c, err, errlen);
	text_free(&body);
	return rc == -1 ? -1 : git_take_oid(g, "commit-tree", out, oid, err, errlen);
}

int
git_commit_tree(const struct git *g, const char *tree, const char *const parents[], size_t nparents,
    const char *message, char oid[OID_MAX], char *err, size_t errlen)
{
	return commit_tree(g, false, tree, parents, nparents, message, oid, err, errlen);
}

int
git_commit_signed(const struct git *g, const char *tree, const char *const parents[], size_t nparents,
    const char *message, char oid[OID_MAX], char *err, size_t errlen)
{
	char why[GIT_ERR];

	if (commit_tree(g, g->repo->signs, tree, parents, nparents, message, oid, why, sizeof(why)) == 0)
		return 0;
	return git_fail_as(fault_code(), err, errlen, "%s%s", why, !g->repo->signs ? "" : "; commit.gpgSign is set: make signing "
	    "work as for git commit -S, or merge unsigned: git config commit.gpgSign false");
}

int
git_sign_check(const struct git *g, char *err, size_t errlen)
{
	static const char *const empty[] = { "mktree", NULL };
	struct git apart = *g;
	char oid[OID_MAX], *out = NULL, *path;
	int rc;

	if (!g->repo->signs)
		return 0;
	apart.objects = text_format("%s/objects", g->dir);
	apart.alternates = NULL;
	rc = git_run(&apart, empty, NULL, 0, &out, NULL, NULL, err, errlen) == -1 ? -1 :
	    git_take_oid(g, "mktree", out, oid, err, errlen);
	if (rc == 0 && (rc = git_commit_signed(&apart, oid, NULL, 0, "A trial of signing", oid, err, errlen)) == 0) {
		path = text_format("%s/%.2s/%s", apart.objects, oid, oid + 2);
		unlink(path);
		free(path);
	}
	free(apart.objects);
	return rc;
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
