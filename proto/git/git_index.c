/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/mman.h>

#include <errno.h>
#include <fcntl.h>
#include <sha.h>
#include <sha2.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/git/git_internal.h"
#include "proto/sys/file.h"

/* The format is in gitformat-index(5). */

#define FLAG_VALID	0x8000u
#define FLAG_EXTENDED	0x4000u
#define EXT_SKIP	0x4000u
#define EXT_INTENT	0x2000u

struct reader {
	const unsigned char	*p, *end, *begin;
	unsigned		 version;
	size_t			 rawlen;	/* bytes of an object id */
};

static unsigned
be32(const unsigned char *p)
{
	return (unsigned)p[0] << 24 | (unsigned)p[1] << 16 | (unsigned)p[2] << 8 | p[3];
}

static unsigned
be16(const unsigned char *p)
{
	return (unsigned)p[0] << 8 | p[1];
}

/* Version 4: how many bytes of the previous path to remove before appending. */
static int
strip_length(struct reader *r, size_t *len)
{
	size_t v;

	if (r->p >= r->end)
		return -1;
	v = *r->p & 127;
	while (*r->p++ & 128) {
		if (r->p >= r->end || v > 1u << 20)
			return -1;
		v = ((v + 1) << 7) + (*r->p & 127);
	}
	*len = v;
	return 0;
}

static int
read_path(struct reader *r, const unsigned char *start, struct index_entry *e)
{
	const unsigned char *nul;
	size_t keep = 0, strip, len;

	if (r->version == 4) {
		keep = strlen(e->path);
		if (strip_length(r, &strip) == -1 || strip > keep)
			return -1;
		keep -= strip;
	}
	nul = memchr(r->p, '\0', (size_t)(r->end - r->p));
	if (nul == NULL)
		return -1;
	len = (size_t)(nul - r->p);
	if (keep + len >= sizeof(e->path))
		return -1;
	memcpy(e->path + keep, r->p, len + 1);
	r->p = nul + 1;
	if (r->version != 4) {
		len = (size_t)(nul - start);
		len = (len + 8) & ~(size_t)7;	/* 1 to 8 NULs */
		if (len > (size_t)(r->end - start))
			return -1;
		r->p = start + len;
	}
	return 0;
}

static int
read_entry(struct reader *r, struct index_entry *e)
{
	static const char hex[] = "0123456789abcdef";
	const unsigned char *start = r->p;
	unsigned flags, extended = 0;
	size_t i;

	if ((size_t)(r->end - r->p) < 40 + r->rawlen + 4)
		return -1;
	e->at = (size_t)(start - r->begin);
	e->ctime = be32(start);
	e->mtime = be32(start + 8);
	e->mtime_ns = be32(start + 12);
	e->ino = be32(start + 20);
	e->mode = be32(start + 24);
	e->size = be32(start + 36);
	for (i = 0; i < r->rawlen; i++) {
		e->oid[2 * i] = hex[start[40 + i] >> 4];
		e->oid[2 * i + 1] = hex[start[40 + i] & 15];
	}
	e->oid[2 * i] = '\0';
	r->p += 40 + r->rawlen;
	flags = be16(r->p);
	r->p += 2;
	if (flags & FLAG_EXTENDED) {
		extended = be16(r->p);
		r->p += 2;
	}
	e->stage = flags >> 12 & 3;
	e->assume_valid = (flags & FLAG_VALID) != 0;
	e->skip_worktree = (extended & EXT_SKIP) != 0;
	e->intent_to_add = (extended & EXT_INTENT) != 0;
	return read_path(r, start, e);
}

static int
walk(struct reader *r, void (*fn)(const struct index_entry *, void *), void *arg)
{
	struct index_entry *e;
	unsigned count;
	int rc = 0;

	if (r->end - r->p < 12 || memcmp(r->p, "DIRC", 4) != 0)
		return -1;
	r->version = be32(r->p + 4);
	count = be32(r->p + 8);
	r->p += 12;
	if (r->version < 2 || r->version > 4)
		return -1;
	if ((e = calloc(1, sizeof(*e))) == NULL)
		return -1;
	for (; rc == 0 && count > 0; count--)
		if ((rc = read_entry(r, e)) == 0)
			fn(e, arg);
	free(e);
	return rc;
}

int
index_walk(const char *file, size_t hexlen, struct stat *st,
    void (*fn)(const struct index_entry *, void *), void *arg, char *err, size_t errlen)
{
	struct reader r = { .rawlen = hexlen / 2 };
	void *map;
	int fd, rc;

	memset(st, 0, sizeof(*st));
	if ((fd = file_open(AT_FDCWD, file, O_RDONLY, 0)) == -1)
		return errno == ENOENT ? 0 : git_fail_errno(err, errlen, "%s", file);
	if (fstat(fd, st) == -1 || !S_ISREG(st->st_mode) || st->st_size < 12 ||
	    (map = mmap(NULL, (size_t)st->st_size, PROT_READ, MAP_PRIVATE, fd, 0)) == MAP_FAILED) {
		close(fd);
		return git_fail(err, errlen, "%s: cannot be read", file);
	}
	close(fd);
	r.p = r.begin = map;
	/* git replaces an index by rename, so the mapped file never shrinks */
	r.end = r.p + st->st_size;
	if ((rc = walk(&r, fn, arg)) == -1)
		git_fail(err, errlen, "%s: not a valid index", file);
	munmap(map, (size_t)st->st_size);
	return rc;
}

#define STAT_LEN	40	/* times, device, inode, mode, owner, group, size */
#define STAT_MODE	24	/* offset of the mode, 4 bytes */

struct keeping {
	const struct git_change *c;
	size_t	 n, *at;	/* offset for each change, 0 = none */
	bool	 old;
};

static void
find_entry(const struct index_entry *e, void *arg)
{
	struct keeping *k = arg;
	const struct git_change *c = e->stage == 0 ? git_change_of(k->c, k->n, e->path) : NULL;

	if (c != NULL && c->status == 'M' && strcmp(k->old ? c->old_oid : c->new_oid, e->oid) == 0)
		k->at[c - k->c] = e->at;
}

static int
sign(int fd, size_t hexlen)
{
	unsigned char sum[SHA256_DIGEST_LENGTH];
	struct stat st;
	off_t len;
	void *map;

	if (fstat(fd, &st) == -1 || (len = st.st_size - (off_t)hexlen / 2) <= 0 ||
	    (map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0)) == MAP_FAILED)
		return -1;
	if (hexlen == 64) {
		SHA2_CTX ctx;

		SHA256Init(&ctx);
		SHA256Update(&ctx, map, (size_t)len);
		SHA256Final(sum, &ctx);
	} else {
		SHA1_CTX ctx;

		SHA1Init(&ctx);
		SHA1Update(&ctx, map, (size_t)len);
		SHA1Final(sum, &ctx);
	}
	munmap(map, (size_t)st.st_size);
	return pwrite(fd, sum, hexlen / 2, len) == (ssize_t)hexlen / 2 ? 0 : -1;
}

static int
copy_times(const char *from, const char *to, size_t hexlen, const size_t *old, const size_t *now, size_t n)
{
	const size_t after = STAT_MODE + 4;
	unsigned char buf[STAT_LEN];
	int in = file_open(AT_FDCWD, from, O_RDONLY, 0), out = file_open(AT_FDCWD, to, O_RDWR, 0), rc = 0;

	if (in == -1 || out == -1)
		rc = -1;
	for (size_t i = 0; rc == 0 && i < n; i++)
		if (old[i] != 0 && now[i] != 0 && (pread(in, buf, STAT_LEN, (off_t)old[i]) != STAT_LEN ||
		    pwrite(out, buf, STAT_MODE, (off_t)now[i]) != STAT_MODE ||
		    pwrite(out, buf + after, STAT_LEN - after, (off_t)(now[i] + after)) != (ssize_t)(STAT_LEN - after)))
			rc = -1;
	if (rc == 0)
		rc = sign(out, hexlen);
	file_close(in);
	file_close(out);
	return rc;
}

int
index_keep_times(const char *from, const char *to, size_t hexlen, const struct git_change *c, size_t n, char *err,
    size_t errlen)
{
	size_t *at = calloc(2 * n + 1, sizeof(*at));
	struct keeping old = { c, n, at, true }, new = { c, n, at != NULL ? at + n : NULL, false };
	struct stat st;
	int rc = at == NULL ? git_fail_errno(err, errlen, "%s", to) : 0;

	if (rc == 0)
		rc = index_walk(from, hexlen, &st, find_entry, &old, err, errlen);
	if (rc == 0)
		rc = index_walk(to, hexlen, &st, find_entry, &new, err, errlen);
	if (rc == 0 && copy_times(from, to, hexlen, old.at, new.at, n) == -1)
		rc = git_fail_errno(err, errlen, "%s", to);
	free(at);
	return rc;
}
