/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/base/fault.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/git/git_internal.h"
#include "proto/sys/file.h"
#include "proto/sys/watch.h"

/* Git LFS stores a file's content beside git's objects, named by its SHA-256, and commits a pointer:
 * https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md */

#define POINTER_MAX	1024
#define FIRST_LINE	"version https://git-lfs.github.com/spec/v1\n"
#define OBJECTS		"lfs/objects"
#define DIGITS		(SHA256_DIGEST_STRING_LENGTH - 1)
#define BYTES_MAX	(INT64_C(4) << 30)	/* the same limit as for one commit */
#define PIECE		(1 << 16)

bool
git_lfs_pointer(const char *text, size_t len, struct git_lfs_pointer *p)
{
	char buf[POINTER_MAX + 1], *oid, *size, *end;

	if (len > POINTER_MAX || len < strlen(FIRST_LINE) || memcmp(text, FIRST_LINE, strlen(FIRST_LINE)) != 0)
		return false;
	memcpy(buf, text, len);
	buf[len] = '\0';
	oid = strstr(buf, "\noid sha256:");
	size = strstr(buf, "\nsize ");
	if (oid == NULL || size == NULL)
		return false;
	oid += strlen("\noid sha256:");
	if (strspn(oid, "0123456789abcdef") != DIGITS || oid[DIGITS] != '\n')
		return false;
	snprintf(p->oid, sizeof(p->oid), "%.*s", DIGITS, oid);
	size += strlen("\nsize ");
	errno = 0;
	p->size = strtoimax(size, &end, 10);
	return errno == 0 && *size >= '0' && *size <= '9' && *end == '\n' && p->size >= 0;
}

/* Reads fd to its end, and copies it to `to' if that is not -1.  0; 1: it does not match the pointer; -1 with errno. */
static int
digest(int fd, int to, const struct git_lfs_pointer *p)
{
	char sum[SHA256_DIGEST_STRING_LENGTH], *buf = malloc(PIECE);
	int64_t size = 0;
	ssize_t n = -1;
	SHA2_CTX ctx;

	SHA256Init(&ctx);
	while (buf != NULL && size <= p->size && (n = read(fd, buf, PIECE)) > 0) {
		SHA256Update(&ctx, (const uint8_t *)buf, (size_t)n);
		size += n;
		if (watch_asked())
			errno = EINTR;
		if (watch_asked() || (to != -1 && file_write_all(to, buf, (size_t)n) == -1)) {
			n = -1;
			break;
		}
	}
	free(buf);
	SHA256End(&ctx, sum);
	if (n == -1)
		return -1;
	return size == p->size && strcmp(sum, p->oid) == 0 ? 0 : 1;
}

int
git_lfs_is(int dirfd, const char *name, const struct git_lfs_pointer *p)
{
	struct stat st;
	int fd = file_open(dirfd, name, O_RDONLY, 0), rc = 1;

	if (fd == -1)
		return errno == ENOENT || errno == ELOOP || errno == ENOTDIR ? 1 : -1;
	if (fstat(fd, &st) == -1)
		rc = -1;
	else if (S_ISREG(st.st_mode) && st.st_size == p->size && git_too_large(&st) == NULL)
		rc = digest(fd, -1, p);
	close(fd);
	return rc;
}

struct taking {
	const struct git_repo *repo;
	int	 from;		/* lfs/objects of the agent's git directory */
	int64_t	 bytes;
	size_t	 n;
	char	*err;
	size_t	 errlen;
};

/* Makes the directories as git-lfs does; dir ends with the two levels below lfs/objects. */
static int
open_store(const char *lfs, const char *dir)
{
	char *path = text_format("%s", dir);
	size_t least = strlen(lfs);
	int fd = -1;

	for (char *p = path + least; p != NULL; p = strchr(p + 1, '/')) {
		char was = *p;

		*p = '\0';
		if (mkdir(path, 0777) == -1 && errno != EEXIST)
			break;
		*p = was;
	}
	if (strcmp(path, dir) == 0 && (mkdir(path, 0777) == 0 || errno == EEXIST))
		fd = file_find_dir(AT_FDCWD, dir);
	free(path);
	return fd;
}

static int
copy_into(struct taking *t, int fd, const char *dir, const struct git_lfs_pointer *p)
{
	char *temporary = text_format(".%s.%ld", p->oid, (long)getpid());
	int dirfd, out = -1, rc = -1;

	dirfd = open_store(t->repo->lfs, dir);
	if (dirfd != -1) {
		(void)unlinkat(dirfd, temporary, 0);
		out = file_open(dirfd, temporary, O_WRONLY | O_CREAT | O_EXCL, 0444);
	}
	if (out != -1) {
		rc = digest(fd, out, p);
		close(out);
		if (rc == 0)
			rc = file_rename_over(dirfd, temporary, p->oid, FILE_SYNC);
		if (rc != 0)
			(void)unlinkat(dirfd, temporary, 0);
	}
	if (rc == -1)
		git_fail_errno(t->err, t->errlen, "%s/%s", dir, p->oid);
	if (rc == 1)
		log_warnx("Git LFS object %s has the wrong content and is left out", p->oid);
	file_close(dirfd);
	free(temporary);
	return rc == -1 ? -1 : 0;
}

static int
take(struct taking *t, const struct git_lfs_pointer *p)
{
	char *dir = text_format("%s/objects/%.2s/%.2s", t->repo->lfs, p->oid, p->oid + 2);
	char *to = text_format("%s/%s", dir, p->oid), *from = text_format("%.2s/%.2s", p->oid, p->oid + 2);
	int below = -1, fd = -1, rc = 0;
	struct stat st;

	if (access(to, F_OK) == -1 && (below = file_open_beneath(t->from, from)) != -1 &&
	    (fd = file_open(below, p->oid, O_RDONLY, 0)) != -1 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
		t->bytes += st.st_size;
		if (git_too_large(&st) != NULL || t->bytes > BYTES_MAX)
			rc = git_fail_as(FAULT_WORK, t->err, t->errlen, "the Git LFS object %s is %s: remove its file "
			    "from the commits", p->oid, git_too_large(&st) != NULL ? git_too_large(&st) :
			    "too much (new objects would hold more than 4 GiB)");
		else if ((rc = copy_into(t, fd, dir, p)) == 0)
			t->n++;
	}
	file_close(fd);
	file_close(below);
	free(dir);
	free(from);
	free(to);
	return rc;
}

int
git_lfs_take(const struct git *g, const char *from, const char *base, const char *commit, char *err, size_t errlen)
{
	char not_base[OID_MAX + 1], *ids = NULL, *out = NULL;
	const char *list[] = { "rev-list", "--objects", "--no-object-names", "--filter=combine:blob:limit=1025+"
		"object:type=blob", "--filter-provided-objects", commit, not_base, "--", NULL };
	static const char *const show[] = { "cat-file", "--batch", NULL };
	struct taking t = { .repo = g->repo, .from = -1, .err = err, .errlen = errlen };
	struct git_lfs_pointer pointer;
	struct git own = *g;
	struct git_blob b;
	size_t idlen = 0, len = 0;
	const char *p;
	int fd = file_open_dir(AT_FDCWD, from), rc;

	if (fd != -1) {
		t.from = file_open_beneath(fd, OBJECTS);
		close(fd);
	}
	if (t.from == -1)
		return 0;	/* the agent has not used LFS */
	own.worktree = own.index = NULL;
	snprintf(not_base, sizeof(not_base), "^%s", base);
	rc = git_run(&own, list, NULL, 0, &ids, &idlen, NULL, err, errlen);
	if (rc == 0 && idlen > 0)
		rc = git_run(&own, show, ids, idlen, &out, &len, NULL, err, errlen);
	p = out;
	while (rc == 0 && git_blob_next(&p, out + len, &b) == 0)
		if (b.text != NULL && git_lfs_pointer(b.text, b.len, &pointer))
			rc = take(&t, &pointer);
	free(ids);
	free(out);
	close(t.from);
	return rc;
}
