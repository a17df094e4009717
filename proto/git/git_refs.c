/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <err.h>
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

#define DEPTH_MAX	32
#define REFS_MAX	100000
#define PACKED_MAX	(64u << 20)

struct lister {
	struct git_refs	*refs;
	size_t		 hexlen;
	bool		 distrust;
	const char	*branch;	/* NULL: all; else only those visible to a session (inherited) */
	int		 error;
};

void
git_refs_free(struct git_refs *refs)
{
	for (size_t i = 0; i < refs->n; i++)
		free(refs->v[i].name);
	free(refs->v);
	*refs = (struct git_refs){ 0 };
}

/* Is the reference visible to a session: tags, and one branch, local and remote? */
static bool
inherited(const char *name, const char *branch)
{
	size_t n = strlen(name), len = strlen(branch);

	if (strncmp(name, "refs/tags/", 10) == 0)
		return true;
	if (len == 0 || n < len + 11 || strcmp(name + n - len, branch) != 0)
		return false;
	return (strncmp(name, "refs/heads/", 11) == 0 && n == len + 11) ||
	    (strncmp(name, "refs/remotes/", 13) == 0 && name[n - len - 1] == '/');
}

static void
add(struct lister *l, const char *name, const char *oid)
{
	struct git_refs *r = l->refs;

	if (r->n >= REFS_MAX) {
		l->error = EFBIG;
		return;
	}
	if ((r->v = reallocarray(r->v, r->n + 1, sizeof(*r->v))) == NULL ||
	    (r->v[r->n].name = strdup(name)) == NULL)
		errx(1, "out of memory");
	strlcpy(r->v[r->n++].oid, oid, OID_MAX);
}

/* Lists files below dirfd, which is closed.  Skips files without an object id. */
static void
loose(struct lister *l, int dirfd, const char *prefix, int depth)
{
	char name[512], oid[OID_MAX + 8];
	struct dirent *e;
	DIR *d = dir_take(dirfd);
	int sub;

	if (d == NULL && fault_passes(errno))
		l->error = errno;
	while (l->error == 0 && (e = dir_next(d)) != NULL) {
		if (e->d_name[0] == '.' || (size_t)snprintf(name, sizeof(name), "%s%s", prefix, e->d_name) >=
		    sizeof(name) - 1)
			continue;
		if ((sub = file_open_dir(dirfd, e->d_name)) != -1) {
			strlcat(name, "/", sizeof(name));
			if (depth < DEPTH_MAX)
				loose(l, sub, name, depth + 1);
			else
				close(sub);
		} else if (fault_passes(errno))
			l->error = errno;
		else if ((l->branch == NULL || inherited(name, l->branch)) &&
		    git_small_read(dirfd, e->d_name, l->distrust, oid, sizeof(oid)) == 0 && git_hex_valid(oid, l->hexlen))
			add(l, name, oid);
	}
	dir_close(d);
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(((const struct git_ref *)a)->name, ((const struct git_ref *)b)->name);
}

static bool
has(const struct git_refs *refs, size_t n, const char *name)
{
	const struct git_ref key = { .name = (char *)(uintptr_t)name };

	return n > 0 && bsearch(&key, refs->v, n, sizeof(*refs->v), by_name) != NULL;
}

/* The next line of a packed-refs file: returns the name of its reference, with its id before that; NULL for any
 * other line.  *next is the start of the following line. */
static char *
packed_name(char *line, size_t hexlen, char **next)
{
	size_t n = strcspn(line, "\n");

	*next = line + n + (line[n] == '\n');
	line[n] = '\0';
	if (n <= hexlen || line[hexlen] != ' ' || strspn(line, "0123456789abcdef") != hexlen)
		return NULL;
	line[hexlen] = '\0';
	return line + hexlen + 1;
}

static int
read_packed(int dirfd, bool distrust, char **buf)
{
	int fd = distrust ? file_open_beneath(dirfd, ".") : file_dup(dirfd, 0), rc;
	size_t len;

	*buf = NULL;
	if (fd == -1)
		return -1;
	rc = file_read(fd, "packed-refs", PACKED_MAX, buf, &len);
	file_close(fd);
	return rc == -1 && !fault_passes(errno) && errno != EFBIG ? 0 : rc;
}

int
git_refs_list(int dirfd, const char *prefix, size_t hexlen, bool distrust, struct git_refs *refs, char *err,
    size_t errlen)
{
	struct lister l = { .refs = refs, .hexlen = hexlen, .distrust = distrust };
	char *dir = text_format("%.*s", (int)strlen(prefix) - 1, prefix), *buf, *line, *next, *name;
	size_t n;

	*refs = (struct git_refs){ 0 };
	loose(&l, distrust ? file_open_beneath(dirfd, dir) : file_find_dir(dirfd, dir), prefix, 0);
	free(dir);
	n = refs->n;
	if (n > 0)
		qsort(refs->v, n, sizeof(*refs->v), by_name);
	if (l.error == 0 && read_packed(dirfd, distrust, &buf) == -1)
		l.error = errno;
	else if (l.error == 0) {
		for (line = buf; line != NULL && *line != '\0' && l.error == 0; line = next)
			if ((name = packed_name(line, hexlen, &next)) != NULL &&
			    strncmp(name, prefix, strlen(prefix)) == 0 && !has(refs, n, name))
				add(&l, name, line);
		free(buf);
	}
	if (l.error == 0)
		return 0;
	git_refs_free(refs);
	return git_fail_as(l.error, err, errlen, "%s: %s", prefix, l.error == EFBIG ? "too many references" : strerror(l.error));
}

/* Keeps the lines of packed-refs that a session sees and no loose reference overrides, each with the line of
 * its peeled tag.  Without loose references the header line stays valid. */
static void
keep_packed(const struct lister *l, char *buf, struct text *t)
{
	char *line, *next, *name;
	bool kept = false;

	for (line = buf; *line != '\0'; line = next) {
		if ((name = packed_name(line, l->hexlen, &next)) != NULL) {
			kept = git_ref_valid(name) && inherited(name, l->branch) && !has(l->refs, l->refs->n, name);
			if (kept)
				text_printf(t, "%s %s\n", line, name);
		} else if ((*line == '^' && kept) || (*line == '#' && line == buf && l->refs->n == 0))
			text_printf(t, "%s\n", line);
	}
}

char *
git_refs_inherited(const struct git_repo *r, const char *branch, char *err, size_t errlen)
{
	static const char *const dirs[] = { "refs/heads/", "refs/remotes/", "refs/tags/" };
	struct git_refs refs = { 0 };
	struct lister l = { .refs = &refs, .hexlen = r->hexlen, .branch = branch != NULL ? branch : "" };
	struct text t = { 0 };
	char *buf = NULL;
	int dirfd = file_find_dir(AT_FDCWD, r->common);

	if (dirfd == -1)
		l.error = errno;
	for (size_t i = 0; i < 3 && l.error == 0; i++)
		loose(&l, file_find_dir(dirfd, dirs[i]), dirs[i], 0);
	if (refs.n > 0)
		qsort(refs.v, refs.n, sizeof(*refs.v), by_name);
	if (l.error == 0 && read_packed(dirfd, false, &buf) == -1)
		l.error = errno;
	text_puts(&t, "");
	if (buf != NULL)
		keep_packed(&l, buf, &t);
	for (size_t i = 0; i < refs.n; i++)
		if (git_ref_valid(refs.v[i].name))
			text_printf(&t, "%s %s\n", refs.v[i].oid, refs.v[i].name);
	free(buf);
	git_refs_free(&refs);
	file_close(dirfd);
	if (l.error == 0)
		return t.buf;
	text_free(&t);
	git_fail_as(l.error, err, errlen, "%s: its references can't be read: %s", r->common, strerror(l.error));
	return NULL;
}
