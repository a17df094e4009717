/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/stat.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fault.h"
#include "git_internal.h"
#include "text.h"

/* The index is ours alone and its git dies with us: a lock that is left is stale. */
static void
drop_stale_lock(const struct git *g)
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
	drop_stale_lock(g);
	return git_run(g, argv, NULL, 0, NULL, NULL, NULL, err, errlen);
}

int
git_index_at(const struct git *g, const char *oid, char *err, size_t errlen)
{
	const char *argv[] = { "read-tree", "--reset", oid, NULL };

	if (!git_oid_valid(g->repo, oid))
		return git_fail(err, errlen, "%s: not a full object id", oid);
	drop_stale_lock(g);
	return git_run(g, argv, NULL, 0, NULL, NULL, NULL, err, errlen);
}

/* One line of output that must be an object id. */
static int
take_oid(const struct git *g, const char *what, char *out, char *oid, char *err, size_t errlen)
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

struct listing {		/* what update-index is to be told */
	const struct git *g;
	bool		 skip_nested;
	struct text	 update, drop;
	char		 nested[4096];
};

static bool
is_repository(const char *path)
{
	char *dot = text_format("%s/.git", path);
	struct stat st;
	bool yes = lstat(dot, &st) == 0;

	free(dot);
	return yes;
}

/* Is some leading directory of rel no directory (any more), as lstat sees it? */
static bool
beyond(const char *top, const char *rel)
{
	const char *slash;
	struct stat st;
	char *dir;
	bool yes = false;

	for (slash = strchr(rel, '/'); slash != NULL && !yes; slash = strchr(slash + 1, '/')) {
		dir = text_format("%s/%.*s", top, (int)(slash - rel), rel);
		yes = lstat(dir, &st) == -1 || !S_ISDIR(st.st_mode);
		free(dir);
	}
	return yes;
}

static void
list_path(struct listing *l, const char *rel)
{
	char *path = text_format("%s/%s", l->g->worktree, rel);
	size_t len = strlen(rel);
	struct stat st;

	if (len > 0 && rel[len - 1] == '/')
		strlcpy(l->nested, rel, sizeof(l->nested));
	else if (beyond(l->g->worktree, rel) || lstat(path, &st) == -1)
		text_add(&l->drop, rel, len + 1);
	else if (S_ISREG(st.st_mode) || S_ISLNK(st.st_mode))
		text_add(&l->update, rel, len + 1);
	else if (S_ISDIR(st.st_mode) && is_repository(path))
		strlcpy(l->nested, rel, sizeof(l->nested));
	else
		text_add(&l->drop, rel, len + 1);
	free(path);
}

/*
 * ls-files compares and looks nowhere else, while add -A runs git status in
 * nested repositories, with their configuration.
 */
static int
list_changes(struct listing *l, char *err, size_t errlen)
{
	static const char *const argv[] = { "ls-files", "-z", "-m", "-d", "-o", "--exclude-standard",
		"--deduplicate", NULL };
	struct git_call c = { .argv = argv, .git = l->g, .dir = l->g->worktree,
		.max = 512u << 20 };
	char *out = NULL, *p;
	size_t len = 0;

	c.out = &out;
	c.outlen = &len;
	if (git_call(&c, err, errlen) == -1)
		return -1;
	for (p = out; p != NULL && p < out + len; p += strlen(p) + 1)
		list_path(l, p);
	free(out);
	if (l->nested[0] != '\0' && !l->skip_nested)
		return git_fail_as(FAULT_WORK, err, errlen, "nested git repository at %.*s: remove its .git, "
		    "or add it to .gitignore", (int)strlen(l->nested) -
		    (l->nested[strlen(l->nested) - 1] == '/'), l->nested);
	return 0;
}

static int
list_files(const struct git *g, const char *const argv[], char **out, size_t *len, char *err, size_t errlen)
{
	return git_call(&(struct git_call){ .argv = argv, .git = g, .dir = g->worktree, .out = out,
	    .outlen = len, .max = 512u << 20 }, err, errlen);
}

int
git_changed(const struct git *g, struct strings *paths, bool *extra, char *err, size_t errlen)
{
	static const char *const argv[] = { "ls-files", "-z", "-t", "-m", "-d", "-o", "--directory",
		"--exclude-standard", "--deduplicate", NULL };
	char *out = NULL, *p;
	size_t len = 0;

	*extra = false;
	if (list_files(g, argv, &out, &len, err, errlen) == -1)
		return -1;
	for (p = out; p != NULL && p < out + len; p += strlen(p) + 1)
		if (strncmp(p, "? ", 2) == 0)
			*extra = true;
		else if (p[0] != '\0' && p[1] == ' ')
			strings_add(paths, p + 2);
	free(out);
	return 0;
}

int
git_ignored(const struct git *g, size_t max, struct strings *paths, char *err, size_t errlen)
{
	static const char *const argv[] = { "ls-files", "-z", "-o", "-i", "--directory",
		"--exclude-standard", NULL };
	char *out = NULL, *p;
	size_t len = 0;

	if (list_files(g, argv, &out, &len, err, errlen) == -1)
		return -1;
	for (p = out; p != NULL && p < out + len && paths->n < max; p += strlen(p) + 1)
		strings_add(paths, p);
	free(out);
	return 0;
}

static int
feed(const struct listing *l, const char *const argv[], const struct text *paths, char *err,
    size_t errlen)
{
	struct git_call c = { .argv = argv, .git = l->g, .dir = l->g->worktree, .in = paths->buf,
		.inlen = paths->len };

	return paths->len == 0 ? 0 : git_call(&c, err, errlen);
}

int
git_tree_add(const struct git *g, bool skip_nested, char *tree, char *err, size_t errlen)
{
	static const char *const drop[] = { "update-index", "-z", "--force-remove", "--stdin",
		NULL };
	static const char *const update[] = { "update-index", "-z", "--add", "--remove",
		"--replace", "--stdin", NULL };
	static const char *const write_tree[] = { "write-tree", NULL };
	struct listing l = { .g = g, .skip_nested = skip_nested };
	char *out = NULL;
	int rc;

	drop_stale_lock(g);
	rc = list_changes(&l, err, errlen);
	if (rc == 0)
		rc = feed(&l, drop, &l.drop, err, errlen);
	if (rc == 0)
		rc = feed(&l, update, &l.update, err, errlen);
	text_free(&l.drop);
	text_free(&l.update);
	if (rc == 0)
		rc = git_run(g, write_tree, NULL, 0, &out, NULL, NULL, err, errlen);
	return rc == -1 ? -1 : take_oid(g, "write-tree", out, tree, err, errlen);
}

int
git_tree_of_worktree(const struct git *g, char tree[OID_MAX], char *err, size_t errlen)
{
	return git_tree_add(g, false, tree, err, errlen);
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
	return rc == -1 ? -1 : take_oid(g, "commit-tree", out, oid, err, errlen);
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
	return take_oid(g, "rev-parse", out, tree, err, errlen);
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
