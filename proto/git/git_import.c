/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/stat.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/base/fault.h"
#include "proto/base/text.h"
#include "proto/git/git_internal.h"
#include "proto/sys/dir.h"
#include "proto/sys/file.h"

#define UNPACK_LIMIT	100	/* with fewer objects they become loose; with more they stay a pack */
#define STORE_DEPTH	3

/* A link could lead out, and a FIFO could block for ever. */
static int
check_store(int parent, const char *name, int depth, char *err, size_t errlen)
{
	struct dirent *e;
	struct stat st;
	DIR *d = dir_open(parent, name);
	int rc = 0;

	if (d == NULL)
		return git_fail_errno(err, errlen, "object directory %s", name);
	while (rc == 0 && (e = dir_next(d)) != NULL) {
		if (file_stat(dirfd(d), e->d_name, &st) == -1)
			rc = git_fail_errno(err, errlen, "%s", e->d_name);
		else if (S_ISDIR(st.st_mode) && depth < STORE_DEPTH)
			rc = check_store(dirfd(d), e->d_name, depth + 1, err, errlen);
		else if (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode))
			rc = git_fail(err, errlen, "the session's object directory contains something other than a file: %s", e->d_name);
	}
	dir_close(d);
	return rc;
}

int
git_store_check(const char *objects, char *err, size_t errlen)
{
	return check_store(AT_FDCWD, objects, 0, err, errlen);
}

/* Only what git_private_make wrote may be there: an agent must not be able to add stores to read from. */
static int
check_alternates(const struct git *g, const char *from, char *err, size_t errlen)
{
	char *path = text_format("%s/info", from), buf[4200];
	int fd, rc;

	fd = file_open_dir(AT_FDCWD, path);
	free(path);
	if (fd == -1)
		return errno == ENOENT ? 0 :
		    git_fail_errno(err, errlen, "%s/info", from);
	rc = git_small_read(fd, "alternates", true, buf, sizeof(buf));
	if (rc == -1 && errno == ENOENT)
		rc = 0;
	else if (rc == -1 || strcmp(buf, g->repo->objects) != 0)
		rc = git_fail(err, errlen, "the session's objects/info/alternates was changed; "
		    "nothing is imported from it");
	close(fd);
	return rc;
}

/* 0; 1: the pack is empty; -1. */
static int
read_header(struct git_child *pack, int fd, char header[12], char *err, size_t errlen)
{
	size_t have = 0;
	ssize_t n;

	while (have < 12) {
		n = git_read(pack, fd, header + have, 12 - have, err, errlen);
		if (n <= 0)
			return n == 0 ? 1 : -1;
		have += (size_t)n;
	}
	return memcmp(header, "PACK", 4) == 0 ? 0 : 1;
}

/* Copies a pack from a pipe into the repository; its header was already read.  git's messages about it are of
 * no use, only a transient fault is. */
static int
unpack(const struct git *to, const char header[12], int in, const char *commit, char *err, size_t errlen)
{
	char arg[64], why[GIT_ERR];
	const char *loose[] = { "unpack-objects", "-q", "--strict", arg, NULL };
	const char *index[] = { "index-pack", "--stdin", "--strict", "--fix-thin", arg, NULL };
	uint32_t version, count;
	struct git_child p;

	memcpy(&version, header + 4, 4);
	memcpy(&count, header + 8, 4);
	snprintf(arg, sizeof(arg), "--pack_header=%u,%u", ntohl(version), ntohl(count));
	if (git_start(&p, to, ntohl(count) < UNPACK_LIMIT ? loose : index, in, -1, err, errlen) == -1)
		return -1;
	if (git_finish(&p, why, sizeof(why)) == 0)
		return 0;
	if (fault_code() != 0)
		return git_fail_as(fault_code(), err, errlen, "commit %s: its objects are not imported: %s",
		    commit, why);
	return git_fail(err, errlen, "commit %s: its objects are refused by git's strict check", commit);
}

static int
copy_objects(const struct git *from, const struct git *to, const char *base, const char *commit,
    char *err, size_t errlen)
{
	/* Files that speed up reading can't be trusted: an agent wrote them. */
	const char *argv[] = { "-c", "core.commitGraph=false", "-c", "core.multiPackIndex=false",
		"-c", "pack.useBitmaps=false", "-c", "pack.threads=1", "pack-objects", "-q",
		"--revs", "--thin", "--delta-base-offset", "--stdout", NULL };
	char revs[2 * OID_MAX + 8], header[12], why[GIT_ERR];
	struct git_child pack;
	int in[2], out[2], n, rc;

	n = snprintf(revs, sizeof(revs), "%s\n^%s\n", commit, base);
	if (file_pipe(in) == -1)
		return git_fail_errno(err, errlen, "pipe");
	if (file_pipe(out) == -1) {
		close(in[0]);
		close(in[1]);
		return git_fail_errno(err, errlen, "pipe");
	}
	(void)file_write_all(in[1], revs, (size_t)n);	/* it always fits into a pipe */
	close(in[1]);
	rc = git_start(&pack, from, argv, in[0], out[1], err, errlen);
	close(in[0]);
	close(out[1]);
	if (rc == -1) {
		close(out[0]);
		return -1;
	}
	if ((rc = read_header(&pack, out[0], header, err, errlen)) == 0)
		rc = unpack(to, header, out[0], commit, err, errlen);
	close(out[0]);
	if (rc == -1) {
		git_end(&pack);
		return -1;
	}
	fault_set(0);
	if (git_finish(&pack, why, sizeof(why)) == -1 || rc == 1)
		rc = git_fail_as(fault_code(), err, errlen, "commit %s: cannot be read from the session's "
		    "objects", commit);
	return rc;
}

/* Completeness must hold in the repository alone.  base bounds the walk only if it is an ancestor. */
static int
check_history(const struct git *g, const char *base, const char *commit, bool *descends, char *err, size_t errlen)
{
	char not_base[OID_MAX + 2], *out = NULL;
	const char *argv[] = { "rev-list", "--objects", "--boundary", "--no-object-names", commit,
		not_base, "--", NULL };

	snprintf(not_base, sizeof(not_base), "^%s", base);
	if (git_run(g, argv, NULL, 0, &out, NULL, NULL, err, errlen) == -1)
		return -1;
	not_base[0] = '-';
	*descends = false;
	for (const char *p = out; p != NULL && !*descends; p = strchr(p, '\n')) {
		p += *p == '\n';
		*descends = strncmp(p, not_base, strlen(not_base)) == 0;
	}
	free(out);
	return 0;
}

static int
check_gitlinks(const struct git *g, const char *base, const char *commit, char *err, size_t errlen)
{
	struct git_change *c;
	size_t i, n;
	int rc = 0;

	if (git_diff(g, base, commit, &c, &n, err, errlen) == -1)
		return -1;
	for (i = 0; i < n && rc == 0; i++)
		if (c[i].new_mode == 0160000 && c[i].old_mode != 0160000)
			rc = git_fail_as(FAULT_WORK, err, errlen, "nested git repository at %s: remove "
			    "its .git, or add it to .gitignore", c[i].path);
	git_changes_free(c, n);
	return rc;
}

int
git_import_any(const struct git *g, const char *from, const char *base, const char *commit, bool *descends,
    char *err, size_t errlen)
{
	struct git src = *g, dst = *g;
	char *objects;
	int rc;

	if (!git_oid_valid(g->repo, base) || !git_oid_valid(g->repo, commit))
		return git_fail(err, errlen, "%s: not a full object id", commit);
	*descends = strcmp(base, commit) == 0;
	if (*descends)
		return 0;
	objects = text_format("%s", from);
	src.objects = objects;
	src.alternates = g->repo->objects;
	src.worktree = src.index = NULL;
	dst.objects = g->repo->objects;
	dst.alternates = NULL;
	dst.worktree = dst.index = NULL;
	rc = check_alternates(g, from, err, errlen);
	if (rc == 0)
		rc = git_store_check(from, err, errlen);
	if (rc == 0)
		rc = copy_objects(&src, &dst, base, commit, err, errlen);
	if (rc == 0)
		rc = check_history(&dst, base, commit, descends, err, errlen);
	free(objects);
	return rc;
}

int
git_import(const struct git *g, const char *from, const char *base, const char *merged,
    const char *commit, char *err, size_t errlen)
{
	struct git dst = *g;
	bool descends;

	if (git_import_any(g, from, base, commit, &descends, err, errlen) == -1)
		return -1;
	if (!descends)
		return git_fail_as(FAULT_WORK, err, errlen, "commit %.12s does not descend from %.12s, which the work is "
		    "based on: git rebase %.12s, or git reset --soft %.12s and commit again", commit, base, base, base);
	dst.objects = g->repo->objects;
	dst.alternates = NULL;
	dst.worktree = dst.index = NULL;
	return strcmp(base, commit) == 0 ? 0 : check_gitlinks(&dst, merged != NULL ? merged : base, commit, err, errlen);
}
