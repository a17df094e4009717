/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/mman.h>

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "file.h"
#include "git_internal.h"

/* The format is in gitformat-index(5). */

#define FLAG_VALID	0x8000u
#define FLAG_EXTENDED	0x4000u
#define EXT_SKIP	0x4000u
#define EXT_INTENT	0x2000u

struct reader {
	const unsigned char	*p, *end;
	unsigned		 version;
	size_t			 rawlen;	/* of an object id */
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

/* Version 4: how many bytes of the former path go, then what is appended. */
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
	r.p = map;
	/* git replaces an index by rename: what is mapped never shrinks */
	r.end = r.p + st->st_size;
	if ((rc = walk(&r, fn, arg)) == -1)
		git_fail(err, errlen, "%s: not an index that can be understood", file);
	munmap(map, (size_t)st->st_size);
	return rc;
}
