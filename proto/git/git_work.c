/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/stat.h>

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/base/fault.h"
#include "proto/base/text.h"
#include "proto/git/git_internal.h"
#include "proto/sys/file.h"

#define CHANGES_MAX	500000			/* number of paths in one commit */
#define BYTES_MAX	(INT64_C(4) << 30)	/* bytes of their contents */
#define LIST_MAX	(512u << 20)		/* of output */
/* Milliseconds beyond GIT_LIMIT, by the number of entries to check and of bytes to read. */
#define PER_ENTRY(n)	((int64_t)(n) / 10)
#define PER_BYTE(n)	((n) / 10000)

static const char *const changes[] = { "ls-files", "-z", "-m", "-d", "-o", "--exclude-standard",
    "--deduplicate", NULL };

struct listing {		/* the input of update-index */
	const struct git *g;
	struct strings	*left;	/* paths that can't be committed are left out and added here; NULL = refuse them */
	struct git_odd	 odd;
	struct text	 update, drop;
	size_t		 n;
	int64_t		 bytes;
	char		 why[4096];	/* the first path that can't be committed, and what to do */
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

/* Is some leading directory of rel not a directory (any more), according to lstat? */
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

/* Leaves rel out of the commit, and reports its name and the reason. */
static void
refuse(struct listing *l, const char *rel, const char *before, const char *after)
{
	size_t len = strlen(rel);
	char *name;

	name = text_format("%.*s", (int)(len - (len > 0 && rel[len - 1] == '/')), rel);
	if (l->left != NULL)
		strings_add(l->left, name);
	else if (l->why[0] == '\0')
		snprintf(l->why, sizeof(l->why), "%s%s%s, or add it to .gitignore", before, name, after);
	free(name);
}

static void
refuse_as(struct listing *l, const char *rel, const char *what)
{
	char after[128];

	snprintf(after, sizeof(after), " is %s and can't be committed: remove it", what);
	refuse(l, rel, "", after);
}

static void
nested(struct listing *l, const char *rel)
{
	refuse(l, rel, "nested git repository at ", ": remove its .git");
}

static void
change(struct listing *l, const char *rel, const struct stat *st)
{
	const char *large = git_too_large(st);
	int64_t size = S_ISREG(st->st_mode) ? st->st_size : 0;

	if (large != NULL)
		refuse_as(l, rel, large);
	else if (l->n >= CHANGES_MAX)
		refuse_as(l, rel, "one of more than 500000 new or changed files");
	else if (l->bytes + size > BYTES_MAX)
		refuse_as(l, rel, "too much (new and changed files would hold more than 4 GiB)");
	else {
		text_add(&l->update, rel, strlen(rel) + 1);
		l->n++;
		l->bytes += size;
	}
}

static void
list_path(struct listing *l, const char *rel)
{
	char *path = text_format("%s/%s", l->g->worktree, rel);
	size_t len = strlen(rel);
	struct stat st;

	if (len > 0 && rel[len - 1] == '/')
		nested(l, rel);
	else if (beyond(l->g->worktree, rel) || lstat(path, &st) == -1)
		text_add(&l->drop, rel, len + 1);
	else if (S_ISREG(st.st_mode) || S_ISLNK(st.st_mode))
		change(l, rel, &st);
	else if (S_ISDIR(st.st_mode) && is_repository(path))
		nested(l, rel);
	else if (!S_ISDIR(st.st_mode))
		refuse_as(l, rel, "neither a file nor a directory");
	else
		text_add(&l->drop, rel, len + 1);
	free(path);
}

static int
list_files(const struct git *g, const char *const argv[], const struct text *in, int64_t more_ms, char **out,
    size_t *len, int *status, char *err, size_t errlen)
{
	const struct git_call c = { .argv = argv, .git = g, .dir = g->worktree, .out = out, .outlen = len,
		.max = LIST_MAX, .limit_ms = GIT_LIMIT * 1000 + more_ms, .status = status,
		.in = in != NULL ? in->buf : NULL, .inlen = in != NULL ? in->len : 0 };

	return git_call(&c, err, errlen);
}

/* Lists those of the paths that are in the index. */
static int
find_tracked(const struct git *g, const struct strings *paths, char **out, size_t *len, char *err, size_t errlen)
{
	const char **argv = calloc(paths->n + 6, sizeof(*argv));
	size_t n = 0;
	int rc;

	if (argv == NULL)
		return git_fail_errno(err, errlen, "ls-files");
	argv[n++] = "--literal-pathspecs";
	argv[n++] = "ls-files";
	argv[n++] = "-z";
	argv[n++] = "--";
	for (size_t i = 0; i < paths->n; i++)
		argv[n++] = paths->v[i];
	rc = list_files(g, argv, NULL, 0, out, len, NULL, err, errlen);
	free(argv);
	return rc;
}

/* git compares a file with unknown times by reading all of it. */
static int
refuse_large(struct listing *l, char *err, size_t errlen)
{
	static const char *const forget[] = { "update-index", "-z", "--force-remove", "--stdin", NULL };
	char *out = NULL;
	size_t len = 0;
	struct text gone;
	int rc;

	if (l->odd.large.n == 0)
		return 0;
	if (find_tracked(l->g, &l->odd.large, &out, &len, err, errlen) == -1)
		return -1;
	for (char *p = out; p != NULL && p < out + len; p += strlen(p) + 1)
		refuse_as(l, p, "too large, or a sparse file,");
	gone = (struct text){ .buf = out, .len = len };
	rc = l->left != NULL && gone.len > 0 ? list_files(l->g, forget, &gone, 0, NULL, NULL, NULL, err, errlen) : 0;
	free(out);
	return rc;
}

/* git does not even list pipes, sockets and devices: finds those that are not ignored. */
static int
refuse_special(struct listing *l, char *err, size_t errlen)
{
	static const char *const argv[] = { "check-ignore", "-z", "--stdin", NULL };
	struct text in = { 0 };
	char *out = NULL, *p;
	int status, rc;
	size_t len = 0;

	if (l->odd.special.n == 0)
		return 0;
	for (size_t i = 0; i < l->odd.special.n; i++)
		text_add(&in, l->odd.special.v[i], strlen(l->odd.special.v[i]) + 1);
	rc = list_files(l->g, argv, &in, 0, &out, &len, &status, err, errlen);
	text_free(&in);
	p = out;
	for (size_t i = 0; rc == 0 && i < l->odd.special.n; i++)	/* in the same order */
		if (p != NULL && p < out + len && strcmp(p, l->odd.special.v[i]) == 0)
			p += strlen(p) + 1;
		else
			refuse_as(l, l->odd.special.v[i], "neither a file nor a directory");
	free(out);
	return rc;
}

/*
 * ls-files only compares, while add -A runs git status in nested
 * repositories, with their configuration.
 */
static int
list_changes(struct listing *l, char *err, size_t errlen)
{
	char *out = NULL, *p;
	size_t len = 0;

	git_index_unlock(l->g);
	if (git_inspect(l->g->worktree, l->left != NULL, &l->odd, err, errlen) == -1 ||
	    refuse_large(l, err, errlen) == -1 || refuse_special(l, err, errlen) == -1)
		return -1;
	if (l->why[0] == '\0') {
		if (list_files(l->g, changes, NULL, PER_ENTRY(l->odd.entries), &out, &len, NULL, err, errlen) == -1)
			return -1;
		for (p = out; p != NULL && p < out + len; p += strlen(p) + 1)
			list_path(l, p);
		free(out);
	}
	return l->why[0] != '\0' ? git_fail_as(FAULT_WORK, err, errlen, "%s", l->why) : 0;
}

static void
listing_free(struct listing *l)
{
	text_free(&l->drop);
	text_free(&l->update);
	git_odd_free(&l->odd);
}

static int
tree_add(const struct git *g, struct strings *left, char *tree, char *err, size_t errlen)
{
	struct git apart = *g;
	struct listing l = { .g = g, .left = left };
	int rc;

	apart.objects = NULL;
	rc = list_changes(&l, err, errlen);
	if (rc == 0 && (rc = git_needs_apart(g, &l.update, err, errlen)) == 1) {
		apart = git_apart(g);
		l.g = &apart;
		rc = 0;
	}
	if (rc == 0)
		rc = git_index_read(l.g, &l.drop, &l.update, PER_ENTRY(l.odd.entries) + PER_BYTE(l.bytes), tree, err, errlen);
	listing_free(&l);
	if (rc == 0 && apart.objects != NULL && g->files != NULL && g->files[0] != '\0')
		rc = git_tree_move(g, g->at, g->files, tree, tree, err, errlen);
	git_apart_free(&apart);
	return rc;
}

int
git_tree_of_worktree(const struct git *g, char tree[OID_MAX], char *err, size_t errlen)
{
	return tree_add(g, NULL, tree, err, errlen);
}

int
git_tree_of_rest(const struct git *g, struct strings *left, char tree[OID_MAX], char *err, size_t errlen)
{
	struct strings none = { 0 };
	int rc = tree_add(g, left != NULL ? left : &none, tree, err, errlen);

	strings_free(&none);
	return rc;
}

/* The leading directories are real ones, since git has listed the path. */
int
git_remove(const struct git *g, const struct strings *paths, char *err, size_t errlen)
{
	int fd, rc = 0;

	if (paths->n == 0)
		return 0;
	if ((fd = file_open_dir(AT_FDCWD, g->worktree)) == -1)
		return git_fail_errno(err, errlen, "%s", g->worktree);
	for (size_t i = 0; rc == 0 && i < paths->n; i++)
		if (file_remove_tree(fd, paths->v[i]) == -1)
			rc = git_fail_errno(err, errlen, "%s/%s", g->worktree, paths->v[i]);
	close(fd);
	return rc;
}

int
git_touched(const struct git *g, char *err, size_t errlen)
{
	char *out = NULL, *p, *path;
	bool touched = false;
	struct stat st;
	size_t len = 0;

	/* no check needed first: no agent has run there since it was committed */
	if (list_files(g, changes, NULL, 0, &out, &len, NULL, err, errlen) == -1)
		return -1;
	for (p = out; !touched && p != NULL && p < out + len; p += strlen(p) + 1) {
		path = text_format("%s/%s", g->worktree, p);
		/* a directory is a submodule, or, with a trailing slash, a repository that was made there */
		touched = lstat(path, &st) == -1 || !S_ISDIR(st.st_mode) || p[strlen(p) - 1] == '/';
		free(path);
	}
	free(out);
	return touched;
}

int
git_changed(const struct git *g, struct strings *paths, bool *extra, char *err, size_t errlen)
{
	static const char *const argv[] = { "ls-files", "-z", "-t", "-m", "-d", "-o", "--directory",
		"--exclude-standard", "--deduplicate", NULL };
	struct git_odd odd;
	char *out = NULL, *p;
	size_t len = 0;

	if (git_inspect(g->worktree, true, &odd, err, errlen) == -1)
		return -1;
	*extra = odd.special.n > 0;	/* git does not list pipes */
	git_odd_free(&odd);
	if (list_files(g, argv, NULL, GIT_LIMIT_CONTENT * 1000, &out, &len, NULL, err, errlen) == -1)
		return -1;
	for (p = out; p != NULL && p < out + len; p += strlen(p) + 1)
		if (strncmp(p, "? ", 2) == 0)
			*extra = true;
		else if (p[0] != '\0' && p[1] == ' ' &&	/* missing files are listed as changed, too */
		    (paths->n == 0 || strcmp(paths->v[paths->n - 1], p + 2) != 0))
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

	if (git_clear(g, err, errlen) == -1 ||
	    list_files(g, argv, NULL, GIT_LIMIT_CONTENT * 1000, &out, &len, NULL, err, errlen) == -1)
		return -1;
	for (p = out; p != NULL && p < out + len && paths->n < max; p += strlen(p) + 1)
		strings_add(paths, p);
	free(out);
	return 0;
}
