/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/base/text.h"
#include "proto/checkout/checkout.h"
#include "proto/git/git_internal.h"
#include "proto/sys/file.h"

/* The copy of the index is ours alone, so a lock on it was left by a killed git of ours. */
static int
index_run(const struct git *g, const char *const argv[], const struct text *in, int *status,
    char *err, size_t errlen)
{
	char *lock = text_format("%s.lock", g->index);

	unlink(lock);
	free(lock);
	return git_run(g, argv, in == NULL ? NULL : in->buf, in == NULL ? 0 : in->len, NULL, NULL,
	    status, err, errlen);
}

/*
 * A two-way read-tree checks everything first and refuses before it changes
 * anything.  Entries that are already as in new stay.
 */
static int
two_way(const struct git *g, const char *old, const char *new, char *err, size_t errlen)
{
	const char *argv[] = { "read-tree", "-m", "-u", old, new, NULL };

	return index_run(g, argv, NULL, NULL, err, errlen);
}

/* An entry that was written in the same second as its file has no size in the index, and read-tree takes it for
 * changed.  Only comparing the contents can tell. */
static void
refresh(const struct git *g)
{
	static const char *const argv[] = { "update-index", "-q", "--refresh", NULL };
	char why[GIT_ERR];
	int status;

	(void)index_run(g, argv, NULL, &status, why, sizeof(why));
}

/* Repairs what a killed read-tree left: files that are already at new, and partly written files. */
static int
repair(const struct git *g, const struct checkout *co, const struct git_change *c, size_t n,
    char *err, size_t errlen)
{
	static const char *const argv[] = { "update-index", "-z", "--index-info", NULL };
	enum follow *f = calloc(n + 1, sizeof(*f));
	struct text in = { 0 };
	char *path;
	size_t i;
	int rc;

	if (f == NULL)
		errx(1, "out of memory");
	rc = checkout_classify(g, co, c, n, f, err, errlen);
	for (i = 0; i < n && rc == 0; i++)
		if (f[i] == FOLLOW_USER)
			rc = git_fail(err, errlen, "%s has local changes", c[i].path);
	for (i = 0; i < n && rc == 0; i++) {
		if (f[i] == FOLLOW_FILE_NEW) {
			text_printf(&in, "%o %s\t%s", c[i].new_mode, c[i].new_oid, c[i].path);
			text_add(&in, "", 1);
		} else if (f[i] == FOLLOW_PARTIAL) {
			path = text_format("%s/%s", co->path, c[i].path);
			unlink(path);
			free(path);
		}
	}
	if (rc == 0 && in.len > 0)
		rc = index_run(g, argv, &in, NULL, err, errlen);
	text_free(&in);
	free(f);
	return rc;
}

/* The copy gets the times of the index: git uses them to decide what to check again. */
static int
copy_index(const struct checkout *co, const char *copy, char *err, size_t errlen)
{
	char *index = text_format("%s/index", co->gitdir);
	int rc;

	unlink(copy);
	rc = file_copy(index, copy, false);
	if (rc == -1 && errno == ENOENT)
		rc = 0;
	else if (rc == -1)
		git_fail_errno(err, errlen, "%s", index);
	free(index);
	return rc;
}

/* Syncs the files before the index: otherwise the index would vouch for files that a power loss emptied. */
static int
sync_files(const struct checkout *co, char *err, size_t errlen)
{
	int fd = file_find_dir(AT_FDCWD, co->path), rc;

	if ((rc = fd == -1 ? -1 : syncfs(fd)) == -1)
		git_fail_errno(err, errlen, "%s", co->path);
	file_close(fd);
	return rc;
}

int
checkout_apply(const struct git *g, struct checkout *co, const char *session, const char *old,
    const char *new, const struct git_change *c, size_t n, char *err, size_t errlen)
{
	struct git mine = *g;
	char why[GIT_ERR] = "", *name = text_format("index.%s", session);
	int fd, rc;

	mine.worktree = co->path;
	mine.index = text_format("%s/%s", co->gitdir, name);
	if ((rc = copy_index(co, mine.index, why, sizeof(why))) == 0 &&
	    (rc = two_way(&mine, old, new, why, sizeof(why))) == -1) {
		refresh(&mine);
		if ((rc = two_way(&mine, old, new, why, sizeof(why))) == -1 &&
		    (rc = repair(&mine, co, c, n, why, sizeof(why))) == 0)
			rc = two_way(&mine, old, new, why, sizeof(why));
	}
	if (rc == 0)
		rc = sync_files(co, why, sizeof(why));
	if (rc == 0) {	/* the index is the user's: a power loss must not leave it empty */
		fd = file_find_dir(AT_FDCWD, co->gitdir);
		if (fd == -1 || file_rename_over(fd, name, "index", FILE_DATA) == -1)
			rc = git_fail_errno(why, sizeof(why), "%s/index", co->gitdir);
		file_close(fd);
	}
	if (rc == -1) {
		unlink(mine.index);
		git_fail(err, errlen, "%s: cannot follow: %s", co->path, why);
	}
	free(mine.index);
	free(name);
	return rc;
}
