/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <err.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/base/alloc.h"
#include "proto/base/text.h"
#include "proto/checkout/checkout.h"
#include "proto/git/git_internal.h"
#include "proto/sys/dir.h"
#include "proto/sys/file.h"

#define SPARSE_FILE	"info/sparse-checkout"
#define SPARSE_MAX	(1u << 20)

static const struct { const char *name, *what; } under_way[] = {
	{ "MERGE_HEAD", "a merge is in progress" },
	{ "CHERRY_PICK_HEAD", "a cherry-pick is in progress" },
	{ "REVERT_HEAD", "a revert is in progress" },
	{ "rebase-merge", "a rebase is in progress" },
	{ "rebase-apply", "a rebase is in progress" },
	{ "BISECT_LOG", "a bisect is in progress" },
};

static bool
has_shared_index(int fd)
{
	struct dirent *e;
	bool yes = false;
	DIR *d = dir_open(fd, ".");

	while (!yes && (e = dir_next(d)) != NULL)
		yes = strncmp(e->d_name, "sharedindex.", 12) == 0;
	dir_close(d);
	return yes;
}

/* A setting of the checkout; unclear is the answer where git gives none. */
static bool
is_set(const struct checkout *co, const char *key, bool unclear)
{
	char *gitdir = text_format("--git-dir=%s", co->gitdir);
	const char *argv[] = { gitdir, "config", "--type=bool", key, NULL };
	struct git_call c = { .argv = argv };
	char *out = NULL;
	int status = 0;
	bool yes;

	c.out = &out;
	c.status = &status;
	yes = git_call(&c, NULL, 0) == -1 ? unclear : out != NULL && strncmp(out, "true", 4) == 0;
	free(out);
	free(gitdir);
	return yes;
}

/* Switching sparse checkout off leaves the file there, so the setting decides.  Outside of a cone git alone knows which
 * files are left out, and a sparse index does not name them.  Without changes any sparse checkout is refused. */
static int
check_sparse(const struct checkout *co, const struct git_change *c, size_t n, char *err, size_t errlen)
{
	char *name = text_format("%s/" SPARSE_FILE, co->gitdir), *patterns = NULL;
	size_t len;
	int rc = 0;

	if (access(name, F_OK) == 0 && is_set(co, "core.sparseCheckout", true)) {
		if (c == NULL || !is_set(co, "core.sparseCheckoutCone", false) || is_set(co, "index.sparse", true) ||
		    file_read(AT_FDCWD, name, SPARSE_MAX, &patterns, &len) == -1)
			rc = git_fail(err, errlen, "%s: is a sparse checkout", co->path);
		for (size_t i = 0; rc == 0 && i < n; i++)
			if (checkout_cone(patterns, c[i].path) != CONE_HOLDS)
				rc = git_fail(err, errlen, "%s: is a sparse checkout without %s", co->path, c[i].path);
	}
	free(patterns);
	free(name);
	return rc;
}

const char *
checkout_under_way(int gitdir)
{
	for (size_t i = 0; i < sizeof(under_way) / sizeof(under_way[0]); i++)
		if (file_exists(gitdir, under_way[i].name))
			return under_way[i].what;
	return NULL;
}

static int
check_state(const struct git *g, const struct checkout *co, char *err, size_t errlen)
{
	const char *what;
	int fd, rc = 0;

	if ((fd = file_find_dir(AT_FDCWD, co->gitdir)) == -1)
		return git_fail_errno(err, errlen, "%s", co->gitdir);
	if ((what = checkout_under_way(fd)) != NULL)
		rc = git_fail(err, errlen, "%s: %s; finish it first", co->path, what);
	if (rc == 0 && has_shared_index(fd))
		rc = git_fail(err, errlen, "%s: has a split index", co->path);
	if (rc == 0 && g->repo->conversion != NULL)
		rc = git_fail(err, errlen, "%s: %s converts line endings; git switch --detach there, and merge again",
		    co->path, g->repo->conversion);
	close(fd);
	return rc;
}

/* Is there any attributes file that could apply to a changed path? */
static bool
has_attributes(const struct git *g, const struct checkout *co, const struct git_change *c, size_t n)
{
	char *path = text_format("%s/info/attributes", g->repo->common);
	const char *slash;
	bool yes = access(path, F_OK) == 0;
	size_t i;

	free(path);
	path = text_format("%s/.gitattributes", co->path);
	yes = yes || access(path, F_OK) == 0;
	free(path);
	for (i = 0; i < n && !yes; i++)
		for (slash = strchr(c[i].path, '/'); slash != NULL && !yes;
		    slash = strchr(slash + 1, '/')) {
			path = text_format("%s/%.*s/.gitattributes", co->path,
			    (int)(slash - c[i].path), c[i].path);
			yes = access(path, F_OK) == 0;
			free(path);
		}
	return yes;
}

/* Reads "path NUL attribute NUL value NUL": the first attribute that converts contents. */
static int
find_conversion(const struct checkout *co, char *out, size_t len, char *err, size_t errlen)
{
	char *p, *attr, *value, *end = out + len;

	for (p = out; p != NULL && p < end; p = value + strlen(value) + 1) {
		attr = p + strlen(p) + 1;
		if (attr >= end || (value = attr + strlen(attr) + 1) >= end)
			break;
		if (strcmp(value, "unspecified") == 0 || strcmp(value, "unset") == 0 ||
		    (strcmp(attr, "eol") == 0 && strcmp(value, "crlf") != 0))
			continue;
		return git_fail(err, errlen, "%s: %s has the attribute %s; git switch --detach there, and merge "
		    "again", co->path, p, attr);
	}
	return 0;
}

static int
check_attributes(const struct git *g, const struct checkout *co, const struct git_change *c,
    size_t n, char *err, size_t errlen)
{
	static const char *const argv[] = { "check-attr", "-z", "--stdin", "filter", "ident", "eol",
		"working-tree-encoding", NULL };
	struct git mine = *g;
	struct git_call call = { .argv = argv, .git = &mine, .dir = co->path };
	struct text in = { 0 };
	char *out = NULL, *info;
	size_t i, len = 0;
	int rc;

	if (n == 0 || !has_attributes(g, co, c, n))
		return 0;
	info = text_format("%s/info/attributes", g->repo->common);
	if (access(info, F_OK) == 0) {
		free(info);
		return git_fail(err, errlen, "%s: the repository has attributes of its own in "
		    "info/attributes", co->path);
	}
	free(info);
	for (i = 0; i < n; i++)
		text_add(&in, c[i].path, strlen(c[i].path) + 1);
	mine.worktree = co->path;
	mine.index = NULL;
	call.in = in.buf;
	call.inlen = in.len;
	call.out = &out;
	call.outlen = &len;
	if ((rc = git_call(&call, err, errlen)) == 0)
		rc = find_conversion(co, out, len, err, errlen);
	free(out);
	text_free(&in);
	return rc;
}

struct tracked {
	struct git_change	*v;
	size_t			 n;
	bool			 attributes;	/* with an attributes file among them */
};

static void
note_tracked(const struct index_entry *e, void *arg)
{
	struct tracked *t = arg;
	struct git_change *c = array_add(&t->v, &t->n, sizeof(*c));
	const char *slash = strrchr(e->path, '/');

	c->path = text_format("%s", e->path);
	t->attributes |= strcmp(slash == NULL ? e->path : slash + 1, ".gitattributes") == 0;
}

/* As if each tracked file were changed. */
static int
check_tracked(const struct git *g, const struct checkout *co, char *err, size_t errlen)
{
	char *index = text_format("%s/index", co->gitdir), *info = text_format("%s/info/attributes", g->repo->common);
	struct tracked t = { .attributes = access(info, F_OK) == 0 };
	struct stat st;
	int rc = index_walk(index, g->repo->hexlen, &st, note_tracked, &t, err, errlen);

	if (rc == 0 && t.attributes)
		rc = check_attributes(g, co, t.v, t.n, err, errlen);
	git_changes_free(t.v, t.n);
	free(info);
	free(index);
	return rc;
}

bool
checkout_waits(const struct git *g, const char *ref, char *why, size_t len)
{
	struct checkout *list;
	bool waits = false;
	size_t n;

	if (checkout_find(g->repo, ref, &list, &n, why, len) == -1)
		n = 0;
	for (size_t i = 0; i < n && !waits; i++)
		waits = check_state(g, &list[i], why, len) == -1 || check_sparse(&list[i], NULL, 0, why, len) == -1 ||
		    check_tracked(g, &list[i], why, len) == -1;
	checkout_free(list, n);
	return waits;
}

/* A change of the attributes themselves must not enable a conversion. */
static int
check_new_attributes(const struct git *g, const struct checkout *co, const struct git_change *c,
    size_t n, char *err, size_t errlen)
{
	static const char *const words[] = { "filter", "ident", "eol=crlf", "working-tree-encoding" };
	const char *argv[] = { "cat-file", "blob", NULL, NULL };
	const char *base;
	char *out;
	size_t i, w;
	int rc = 0;

	for (i = 0; i < n && rc == 0; i++) {
		base = strrchr(c[i].path, '/');
		base = base == NULL ? c[i].path : base + 1;
		if (strcmp(base, ".gitattributes") != 0 || c[i].new_mode == 0)
			continue;
		argv[2] = c[i].new_oid;
		if ((rc = git_run(g, argv, NULL, 0, &out, NULL, NULL, err, errlen)) == -1)
			break;
		for (w = 0; rc == 0 && w < sizeof(words) / sizeof(words[0]); w++)
			if (strstr(out, words[w]) != NULL)
				rc = git_fail(err, errlen, "%s: %s changes the attribute %s",
				    co->path, c[i].path, words[w]);
		free(out);
	}
	return rc;
}

static int
dry_run(const struct git *g, const struct checkout *co, const char *old, const char *new, char *err,
    size_t errlen)
{
	const char *argv[] = { "read-tree", "-n", "-m", "-u", old, new, NULL };
	struct git mine = *g;
	char *index = text_format("%s/index", co->gitdir), why[GIT_ERR];
	int rc;

	mine.worktree = co->path;
	mine.index = index;
	if ((rc = git_run(&mine, argv, NULL, 0, NULL, NULL, NULL, why, sizeof(why))) == -1)
		git_fail(err, errlen, "%s: %s", co->path, why);
	free(index);
	return rc;
}

static int
check_paths(const struct git *g, const struct checkout *co, const char *old, const char *new,
    const struct git_change *c, size_t n, char *err, size_t errlen)
{
	enum follow *f = calloc(n + 1, sizeof(*f));
	bool unsure = false;
	size_t i;
	int rc;

	if (f == NULL)
		errx(1, "out of memory");
	rc = checkout_classify(g, co, c, n, f, err, errlen);
	for (i = 0; i < n && rc == 0; i++) {
		if (f[i] == FOLLOW_UNSURE)
			unsure = true;
		else if (f[i] != FOLLOW_OLD && f[i] != FOLLOW_NEW)
			rc = git_fail(err, errlen, "%s: %s %s", co->path, c[i].path,
			    c[i].old_mode == 0 ? "is in the way; move it away or commit it" :
			    "has local changes; commit or stash them");
	}
	free(f);
	return rc == 0 && unsure ? dry_run(g, co, old, new, err, errlen) : rc;
}

int
checkout_check(const struct git *g, struct checkout *co, const char *old, const char *new,
    const struct git_change *c, size_t n, char *err, size_t errlen)
{
	char *index = text_format("%s/index", co->gitdir);

	if (stat(index, &co->checked) == -1)
		memset(&co->checked, 0, sizeof(co->checked));
	free(index);
	if (check_state(g, co, err, errlen) == -1 || check_sparse(co, c, n, err, errlen) == -1 ||
	    check_attributes(g, co, c, n, err, errlen) == -1 ||
	    check_new_attributes(g, co, c, n, err, errlen) == -1)
		return -1;
	return check_paths(g, co, old, new, c, n, err, errlen);
}

bool
checkout_changed(const struct checkout *co)
{
	char *index = text_format("%s/index", co->gitdir);
	struct stat st;
	bool same;

	if (stat(index, &st) == -1)
		memset(&st, 0, sizeof(st));
	same = st.st_ino == co->checked.st_ino && st.st_size == co->checked.st_size &&
	    st.st_mtim.tv_sec == co->checked.st_mtim.tv_sec &&
	    st.st_mtim.tv_nsec == co->checked.st_mtim.tv_nsec;
	free(index);
	return !same;
}
