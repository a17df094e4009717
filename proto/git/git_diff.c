/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <err.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/base/text.h"
#include "proto/git/git_internal.h"
#include "proto/sys/file.h"

/* ":100644 100644 OLD NEW M" */
static int
parse_change(const struct git *g, const char *meta, const char *path, struct git_change *c)
{
	size_t hex = g->repo->hexlen;
	char *end;

	memset(c, 0, sizeof(*c));
	if (meta[0] != ':' || strlen(meta) != 1 + 7 + 7 + hex + 1 + hex + 1 + 1)
		return -1;
	c->old_mode = (unsigned)strtoul(meta + 1, &end, 8);
	c->new_mode = (unsigned)strtoul(end, &end, 8);
	memcpy(c->old_oid, meta + 15, hex);
	memcpy(c->new_oid, meta + 15 + hex + 1, hex);
	c->status = meta[15 + 2 * hex + 2];
	if (!git_oid_valid(g->repo, c->old_oid) || !git_oid_valid(g->repo, c->new_oid))
		return -1;
	if ((c->path = strdup(path)) == NULL)
		errx(1, "out of memory");
	return 0;
}

int
git_diff(const struct git *g, const char *from, const char *to, struct git_change **changes,
    size_t *n, char *err, size_t errlen)
{
	const char *argv[] = { "diff-tree", "-r", "-z", "--raw", "--no-renames", "--no-abbrev",
		"--no-ext-diff", "--ignore-submodules=none", from, to, "--", NULL };
	struct git_change c;
	char *out = NULL, *p, *path;
	size_t len = 0;
	int rc = 0;

	*changes = NULL;
	*n = 0;
	if (!git_oid_valid(g->repo, from) || !git_oid_valid(g->repo, to))
		return git_fail(err, errlen, "%s..%s: not full object ids", from, to);
	if (git_run(g, argv, NULL, 0, &out, &len, NULL, err, errlen) == -1)
		return -1;
	for (p = out; rc == 0 && p != NULL && p < out + len; p = path + strlen(path) + 1) {
		path = p + strlen(p) + 1;
		if (path >= out + len || parse_change(g, p, path, &c) == -1) {
			rc = git_fail(err, errlen, "git diff-tree: unexpected output");
			break;
		}
		if ((*n & (*n - 1)) == 0) {
			*changes = reallocarray(*changes, *n == 0 ? 1 : *n * 2, sizeof(c));
			if (*changes == NULL)
				errx(1, "out of memory");
		}
		(*changes)[(*n)++] = c;
	}
	free(out);
	if (rc == -1) {
		git_changes_free(*changes, *n);
		*changes = NULL;
		*n = 0;
	}
	return rc;
}

static int
compare(const void *path, const void *c)
{
	return strcmp(path, ((const struct git_change *)c)->path);
}

const struct git_change *
git_change_of(const struct git_change *c, size_t n, const char *path)
{
	return n == 0 ? NULL : bsearch(path, c, n, sizeof(*c), compare);
}

void
git_changes_free(struct git_change *changes, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		free(changes[i].path);
	free(changes);
}

/* The first max bytes of git's output; *cut says that there was more. */
static int
capped(const struct git *g, const char *const argv[], size_t max, struct text *t, bool *cut,
    char *err, size_t errlen)
{
	struct git_child p;
	char buf[65536];
	ssize_t n = -1;
	int fd[2];

	*cut = false;
	if (file_pipe(fd) == -1)
		return git_fail_errno(err, errlen, "pipe");
	if (git_start(&p, g, argv, -1, fd[1], err, errlen) == -1)
		p.pid = -1;
	close(fd[1]);
	while (p.pid != -1 && !*cut && (n = git_read(&p, fd[0], buf, sizeof(buf), err, errlen)) > 0) {
		if ((size_t)n > max - t->len) {
			n = (ssize_t)(max - t->len);
			*cut = true;
		}
		text_add(t, buf, (size_t)n);
	}
	close(fd[0]);
	if (p.pid == -1)
		return -1;
	if (!*cut && n == 0)
		return git_finish(&p, err, errlen);
	git_end(&p);
	return *cut ? 0 : -1;
}

int
git_blob_head(const struct git *g, const char *oid, size_t max, struct text *t, char *err, size_t errlen)
{
	const char *argv[] = { "cat-file", "blob", oid, NULL };
	bool cut;

	return capped(g, argv, max, t, &cut, err, errlen);
}

static int
text_of(const struct git *g, const char *const argv[], size_t max, char **out, char *err,
    size_t errlen)
{
	struct text t = { 0 }, plain = { 0 };
	bool cut;

	if (capped(g, argv, max, &t, &cut, err, errlen) == -1) {
		text_free(&t);
		return -1;
	}
	if (cut)
		text_printf(&t, "\n[cut here: only the first %zu bytes are shown]\n", max);
	text_puts(&plain, "");
	text_add_string(&plain, t.len > 0 ? t.buf : "", t.len);
	text_free(&t);
	*out = plain.buf;
	return 0;
}

int
git_diff_text(const struct git *g, const char *from, const char *to, size_t max, char **out,
    char *err, size_t errlen)
{
	const char *argv[] = { "diff-tree", "-r", "-p", "--no-ext-diff", "--no-textconv",
		"--no-color", "-M", "--submodule=short", from, to, "--", NULL };

	struct git bare = *g;

	/* nor do the worktree's attributes, which need not be committed, decide what is shown */
	bare.worktree = bare.index = NULL;
	*out = NULL;
	if (!git_oid_valid(g->repo, from) || !git_oid_valid(g->repo, to))
		return git_fail(err, errlen, "%s..%s: not full object ids", from, to);
	return text_of(&bare, argv, max, out, err, errlen);
}

static int
log_of(const struct git *g, const char *format, const char *from, const char *without, const char *to, size_t max,
    char **out, char *err, size_t errlen)
{
	char range[2 * OID_MAX + 2], except[OID_MAX + 1];
	const char *argv[] = { "log", format, "--no-color", "--no-decorate", "--no-show-signature",
		"--no-notes", "--no-mailmap", "--no-ext-diff", "--no-textconv", range, except, "--", NULL };

	*out = NULL;
	if (!git_oid_valid(g->repo, from) || !git_oid_valid(g->repo, without) || !git_oid_valid(g->repo, to))
		return git_fail(err, errlen, "%s..%s: not full object ids", from, to);
	snprintf(range, sizeof(range), "%s..%s", from, to);
	snprintf(except, sizeof(except), "^%s", without);
	return text_of(g, argv, max, out, err, errlen);
}

int
git_log_text(const struct git *g, const char *from, const char *to, size_t max, char **out,
    char *err, size_t errlen)
{
	return log_of(g, "--format=medium", from, from, to, max, out, err, errlen);
}

int
git_log_lines(const struct git *g, const char *from, const char *without, const char *to, size_t max, char **out,
    char *err, size_t errlen)
{
	return log_of(g, "--format=%h %s", from, without, to, max, out, err, errlen);
}

int
git_log_messages(const struct git *g, const char *from, const char *to, size_t max, char **out,
    char *err, size_t errlen)
{
	return log_of(g, "--format=%B", from, from, to, max, out, err, errlen);
}
