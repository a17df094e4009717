/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/base/text.h"
#include "proto/git/git_internal.h"
#include "proto/sys/file.h"

#define REF_FILE_MAX	4096
#define PACKED_REFS_MAX	(64u << 20)

bool
git_hex_valid(const char *s, size_t hexlen)
{
	return strlen(s) == hexlen && strspn(s, "0123456789abcdef") == hexlen;
}

bool
git_oid_valid(const struct git_repo *r, const char *oid)
{
	return oid != NULL && git_hex_valid(oid, r->hexlen);
}

/* The rules of git-check-ref-format(1), for full names only. */
bool
git_ref_valid(const char *ref)
{
	const unsigned char *p;
	size_t len = strlen(ref);

	if (strncmp(ref, "refs/", 5) != 0 || len > 255 || strchr(ref + 5, '/') == NULL)
		return false;
	if (ref[len - 1] == '/' || ref[len - 1] == '.')
		return false;
	if (strstr(ref, "..") != NULL || strstr(ref, "@{") != NULL || strstr(ref, "//") != NULL ||
	    strstr(ref, "/.") != NULL || strstr(ref, "/-") != NULL || strstr(ref, ".lock/") != NULL)
		return false;
	if (len >= 5 && strcmp(ref + len - 5, ".lock") == 0)
		return false;
	for (p = (const unsigned char *)ref; *p != '\0'; p++)
		if (*p < 0x21 || *p == 0x7f || strchr("~^:?*[\\", *p) != NULL)
			return false;
	return true;
}

/* Reads a whole regular file of at most max bytes. */
static int
slurp(int dirfd, const char *path, bool distrust, size_t max, struct text *t)
{
	struct stat st;
	char buf[8192];
	ssize_t n;
	int fd;

	if ((fd = distrust ? file_open_beneath(dirfd, path) :
	    file_open_path(dirfd, path, O_RDONLY | O_NONBLOCK)) == -1)
		return -1;
	if (fstat(fd, &st) == -1 || !S_ISREG(st.st_mode)) {
		close(fd);
		errno = EINVAL;
		return -1;
	}
	while ((n = read(fd, buf, sizeof(buf))) > 0) {
		if (t->len + (size_t)n > max) {
			errno = EFBIG;
			n = -1;
			break;
		}
		text_add(t, buf, (size_t)n);
	}
	file_close(fd);
	if (n == -1)
		return -1;
	text_add(t, "", 0);
	return 0;
}

int
git_small_read(int dirfd, const char *path, bool distrust, char *buf, size_t len)
{
	struct text t = { 0 };
	int rc = -1;

	if (slurp(dirfd, path, distrust, REF_FILE_MAX, &t) == 0) {
		if (t.buf == NULL)
			buf[0] = '\0', rc = 0;
		else {
			t.len = text_trim(t.buf, t.len);
			if (strlen(t.buf) != t.len || t.len >= len)
				errno = EINVAL;
			else {
				memcpy(buf, t.buf, t.len + 1);
				rc = 0;
			}
		}
	}
	text_free(&t);
	return rc;
}

static int
packed_lookup(int dirfd, const char *ref, size_t hexlen, bool distrust, char *oid)
{
	struct text t = { 0 };
	char *line, *next;
	int rc = 1;

	if (slurp(dirfd, "packed-refs", distrust, PACKED_REFS_MAX, &t) == -1) {
		text_free(&t);
		return errno == ENOENT ? 1 : -1;
	}
	for (line = t.buf; line != NULL && *line != '\0'; line = next) {
		if ((next = strchr(line, '\n')) != NULL)
			*next++ = '\0';
		if (strlen(line) <= hexlen || line[hexlen] != ' ' ||
		    strcmp(line + hexlen + 1, ref) != 0)
			continue;
		line[hexlen] = '\0';
		if (git_hex_valid(line, hexlen)) {
			memcpy(oid, line, hexlen + 1);
			rc = 0;
		} else {
			errno = EINVAL;
			rc = -1;
		}
		break;
	}
	text_free(&t);
	return rc;
}

int
git_ref_lookup(int dirfd, const char *ref, size_t hexlen, bool distrust, char *oid, char *err,
    size_t errlen)
{
	char buf[OID_MAX + 300];
	int rc, tries;

	oid[0] = '\0';
	/* A ref that is being packed appears in packed-refs first, and then stops being loose. */
	for (tries = 0; tries < 2; tries++) {
		if (git_small_read(dirfd, ref, distrust, buf, sizeof(buf)) == 0) {
			if (strncmp(buf, "ref:", 4) == 0)
				return git_fail(err, errlen, "%s: is a symbolic ref", ref);
			if (!git_hex_valid(buf, hexlen))
				return git_fail(err, errlen, "%s: holds no object id", ref);
			memcpy(oid, buf, hexlen + 1);
			return 0;
		}
		if (errno != ENOENT && errno != ENOTDIR && errno != EISDIR && errno != EINVAL)
			return git_fail_errno(err, errlen, "%s", ref);
		if ((rc = packed_lookup(dirfd, ref, hexlen, distrust, oid)) == 0)
			return 0;
		if (rc == -1)
			return git_fail_errno(err, errlen, "packed-refs");
	}
	return 1;
}

int
git_ref_read(const struct git_repo *r, const char *ref, char oid[OID_MAX], char *err, size_t errlen)
{
	int dirfd, rc;

	oid[0] = '\0';
	if (!git_ref_valid(ref))
		return git_fail(err, errlen, "\"%s\" is not a valid ref name", ref);
	if ((dirfd = file_find_dir(AT_FDCWD, r->common)) == -1)
		return git_fail_errno(err, errlen, "%s", r->common);
	rc = git_ref_lookup(dirfd, ref, r->hexlen, false, oid, err, errlen);
	close(dirfd);
	return rc == -1 ? -1 : 0;
}

int
git_branch_read(const struct git_repo *r, const char *branch, char oid[OID_MAX], char *err, size_t errlen)
{
	char *ref = text_format("refs/heads/%s", branch != NULL ? branch : "");
	int rc = git_ref_read(r, ref, oid, err, errlen);

	free(ref);
	return rc;
}

int
git_head_branch(const struct git_repo *r, char *ref, size_t len, char *err, size_t errlen)
{
	const char *dir = r->gitdir != NULL ? r->gitdir : r->common;
	char buf[512];
	int dirfd, rc;

	ref[0] = '\0';
	if ((dirfd = file_find_dir(AT_FDCWD, dir)) == -1)
		return git_fail_errno(err, errlen, "%s", dir);
	rc = git_small_read(dirfd, "HEAD", false, buf, sizeof(buf));
	close(dirfd);
	if (rc == -1)
		return git_fail_errno(err, errlen, "%s/HEAD", dir);
	if (strncmp(buf, "ref: ", 5) != 0)
		return 0;
	if (strlcpy(ref, buf + 5, len) >= len || !git_ref_valid(ref)) {
		ref[0] = '\0';
		return git_fail(err, errlen, "%s/HEAD: names no valid branch", dir);
	}
	return 0;
}

int
git_private_head(const struct git_repo *r, const char *dir, char oid[OID_MAX], char *err,
    size_t errlen)
{
	char buf[512];
	int dirfd, rc;

	oid[0] = '\0';
	if ((dirfd = file_open_dir(AT_FDCWD, dir)) == -1)
		return git_fail_errno(err, errlen, "%s", dir);
	rc = git_small_read(dirfd, "HEAD", true, buf, sizeof(buf));
	if (rc == -1)
		git_fail_errno(err, errlen, "%s/HEAD", dir);
	else if (git_oid_valid(r, buf))
		memcpy(oid, buf, r->hexlen + 1);
	else if (strncmp(buf, "ref: ", 5) != 0 || !git_ref_valid(buf + 5))
		rc = git_fail(err, errlen, "%s/HEAD: neither a branch nor an object id", dir);
	else if ((rc = git_ref_lookup(dirfd, buf + 5, r->hexlen, true, oid, err, errlen)) == 1)
		rc = git_fail(err, errlen, "%s: no commit on %s", dir, buf + 5);
	close(dirfd);
	return rc;
}

int
git_private_stash(const struct git_repo *r, const char *dir, char oid[OID_MAX], char *err, size_t errlen)
{
	int dirfd = file_open_dir(AT_FDCWD, dir), rc;

	oid[0] = '\0';
	if (dirfd == -1)
		return git_fail_errno(err, errlen, "%s", dir);
	if ((rc = git_ref_lookup(dirfd, "refs/stash", r->hexlen, true, oid, err, errlen)) == 1)
		oid[0] = '\0';
	close(dirfd);
	return rc == -1 ? -1 : 0;
}
