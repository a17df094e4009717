/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "orchestrator/session/recycle.h"
#include "orchestrator/session/scrub.h"
#include "proto/base/text.h"
#include "proto/git/git.h"
#include "proto/git/pool.h"
#include "proto/sys/child.h"
#include "proto/sys/file.h"

#define LITERALLY	"* -text -eol -crlf -ident -filter -working-tree-encoding\n"

/* Removes paths (NUL after each) below the worktree, whose directories are as git made them. */
static int
remove_paths(const struct git *g, const char *paths, size_t len)
{
	int fd = file_open_dir(AT_FDCWD, g->worktree), rc = fd == -1 ? -1 : 0;
	char *name;
	size_t n;

	for (const char *p = paths; rc == 0 && p != NULL && p < paths + len; p += strlen(p) + 1) {
		n = strlen(p);
		name = text_format("%.*s", (int)(n - (n > 0 && p[n - 1] == '/')), p);
		rc = file_remove_tree(fd, name);
		free(name);
	}
	file_close(fd);
	return rc;
}

/* Contents can't verify a file that a checkout converts. */
static int
drop_converted(const struct git *g, char *err, size_t errlen)
{
	static const char *const all[] = { "ls-files", "-z", NULL };
	static const char *const check[] = { "check-attr", "--cached", "-z", "--stdin", "eol",
		"crlf", "ident", "working-tree-encoding", NULL };
	char *paths = NULL, *out = NULL, *p, *value;
	struct text gone = { 0 };
	size_t npaths = 0, len = 0;
	int rc;

	if (git_run(g, all, NULL, 0, &paths, &npaths, NULL, err, errlen) == -1)
		return -1;
	rc = git_run(g, check, paths, npaths, &out, &len, NULL, err, errlen);
	for (p = out; rc == 0 && p < out + len; p = value + strlen(value) + 1) {
		value = p + strlen(p) + 1;	/* path, attribute, value */
		value += strlen(value) + 1;
		if (strcmp(value, "unspecified") != 0 && strcmp(value, "unset") != 0)
			text_add(&gone, p, strlen(p) + 1);
	}
	if (rc == 0)
		rc = remove_paths(g, gone.buf, gone.len);
	text_free(&gone);
	free(paths);
	free(out);
	return rc;
}

/* Copies the times of files whose contents equal the commit's into the index. */
static int
verify(const struct git *g, char *err, size_t errlen)
{
	static const char *const refresh[] = { "update-index", "-q", "--refresh", NULL };
	char *attributes = text_format("%s/info/attributes", g->dir);
	int rc, status;

	rc = file_replace(AT_FDCWD, attributes, LITERALLY, strlen(LITERALLY), 0);
	if (rc == 0)
		rc = git_run(g, refresh, NULL, 0, NULL, NULL, &status, err, errlen);
	if (rc == 0)
		rc = unlink(attributes);
	free(attributes);
	return rc;
}

static int
drop_not_ignored(const struct git *g, char *err, size_t errlen)
{
	static const char *const argv[] = { "ls-files", "-z", "-o", "--directory",
		"--exclude-standard", NULL };
	char *out = NULL;
	size_t len = 0;
	int rc;

	rc = git_run(g, argv, NULL, 0, &out, &len, NULL, err, errlen);
	if (rc == 0)
		rc = remove_paths(g, out, len);
	free(out);
	return rc;
}

static int
make(const struct recycling *r, const struct git *g)
{
	char err[GIT_ERR];
	bool attributes;

	if (git_safe_make(r->repo, g->dir, err, sizeof(err)) == -1 ||
	    git_index_at(g, r->commit, err, sizeof(err)) == -1 ||
	    scrub(g, r->keep_ignored, &attributes, err, sizeof(err)) == -1 ||
	    (attributes && drop_converted(g, err, sizeof(err)) == -1) || verify(g, err, sizeof(err)) == -1 ||
	    git_checkout(g, r->commit, err, sizeof(err)) == -1)
		return -1;
	return r->keep_ignored ? drop_not_ignored(g, err, sizeof(err)) : 0;
}

/* A process could have opened it before the first check, or have been forked by a process that the check missed. */
static int
make_new(const struct recycling *r, const struct git *g)
{
	struct proc_seen seen = { .n = 0 };
	int rc = -1;

	if (!proc_in_use(g->worktree, &seen) && make(r, g) == 0 &&
	    !proc_in_use(g->worktree, &seen))
		rc = file_remove_tree(AT_FDCWD, g->dir);
	proc_seen_release(&seen);
	return rc;
}

static int
put_record(const struct recycling *r, const char *entry)
{
	char *record = pool_record(r->repo, r->commit);
	char *path = text_format("%s/" POOL_MADE, entry);
	int rc = file_replace(AT_FDCWD, path, record, strlen(record), 0);

	free(path);
	free(record);
	return rc;
}

static int
put_in(const struct recycling *r, const char *pool, const char *entry)
{
	char *slot;
	int rc = -1;

	for (int64_t i = 0; rc == -1 && i < r->slots; i++) {
		slot = text_format("%s/%lld", pool, (long long)(r->keep_ignored ? r->slots - 1 - i : i));
		rc = file_shift(AT_FDCWD, entry, AT_FDCWD, slot);
		free(slot);
	}
	return rc;
}

/* The rest of the entry is deleted: it is useless, or its tree is in the pool. */
static int
fill(const struct recycling *r, const char *pool, const char *entry, char *err, size_t errlen)
{
	struct git g = { .repo = r->repo, .objects = r->repo->objects };

	g.worktree = text_format("%s/" POOL_TREE, entry);
	g.index = text_format("%s/" POOL_INDEX, entry);
	g.dir = text_format("%s/git", entry);
	if (file_shift(AT_FDCWD, r->trash, AT_FDCWD, g.worktree) == 0 && make_new(r, &g) == 0 &&
	    put_record(r, entry) == 0)
		(void)put_in(r, pool, entry);
	free(g.worktree);
	free(g.index);
	free(g.dir);
	if (file_remove_tree(AT_FDCWD, entry) == 0)
		return access(r->trash, F_OK) == 0;
	snprintf(err, errlen, "%s: %s", entry, strerror(errno));
	return -1;
}

int
recycle(const struct recycling *r, char *err, size_t errlen)
{
	const char *pool = r->pool;
	char *entry = text_format("%s/" POOL_NEW "%s", pool, r->session);
	int rc = 1;

	if (pool_ours(pool) && pool_count(pool) < (size_t)r->slots && (mkdir(pool, 0777) == 0 || errno == EEXIST) &&
	    file_remove_tree(AT_FDCWD, entry) == 0 && mkdir(entry, 0777) == 0)
		rc = fill(r, pool, entry, err, errlen);
	free(entry);
	return rc;
}
