/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/stat.h>
#include <sys/xattr.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "orchestrator/session/scrub.h"
#include "proto/base/clock.h"
#include "proto/base/text.h"
#include "proto/git/git.h"
#include "proto/sys/dir.h"
#include "proto/sys/file.h"

#define DEPTH_MAX	64	/* depth of directories not in the index */
#define FILE_MAX	(1 << 30)	/* a larger file may be sparse, and is quicker to make again than to read */
#define PATH_LONG	2000	/* anything deeper is removed */
#define ODD_ATTRIBUTES	(STATX_ATTR_IMMUTABLE | STATX_ATTR_APPEND | STATX_ATTR_MOUNT_ROOT | \
			    STATX_ATTR_VERITY)

struct tracked {
	const char	*path;
	unsigned	 mode;		/* mode in git */
};

struct sieve {
	struct tracked	*v;		/* sorted in git's order */
	size_t		 n;
	const char	*top;
	bool		 keep;
	uid_t		 uid;
	gid_t		 gid;
	unsigned	 mask, setgid;
	int64_t		 now;		/* seconds */
	char		 at[PATH_MAX];	/* what could not be removed */
};

/* The first entry that is not before path. */
static size_t
lower_bound(const struct sieve *s, const char *path)
{
	size_t low = 0, high = s->n, mid;

	while (low < high) {
		mid = low + (high - low) / 2;
		if (strcmp(s->v[mid].path, path) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* The mode of path in the index, 040000 when there are entries below it, else 0. */
static unsigned
tracked_mode(const struct sieve *s, const char *path)
{
	char below[PATH_MAX];
	size_t i = lower_bound(s, path);

	if (i < s->n && strcmp(s->v[i].path, path) == 0)
		return s->v[i].mode;
	if ((size_t)snprintf(below, sizeof(below), "%s/", path) >= sizeof(below))
		return 0;
	i = lower_bound(s, below);
	return i < s->n && strncmp(s->v[i].path, below, strlen(below)) == 0 ? S_IFDIR : 0;
}

/* Ignores the system's security label.  The directories above were already checked. */
static bool
has_attributes(const struct sieve *s, const char *path)
{
	char full[PATH_MAX], list[1024];
	ssize_t n, i;

	if ((size_t)snprintf(full, sizeof(full), "%s/%s", s->top, path) >= sizeof(full))
		return true;
	if ((n = llistxattr(full, list, sizeof(list))) == -1)
		return errno != ENOTSUP;
	for (i = 0; i < n; i += (ssize_t)strlen(list + i) + 1)
		if (strcmp(list + i, "security.selinux") != 0)
			return true;
	return false;
}

/* Is it as git makes it? */
static bool
as_made(const struct sieve *s, int dirfd, const char *name, const char *path, unsigned mode)
{
	struct statx st;
	unsigned want;

	if (statx(dirfd, name, AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, &st) == -1 ||
	    (st.stx_attributes & ODD_ATTRIBUTES) != 0 || st.stx_uid != s->uid ||
	    st.stx_gid != s->gid)
		return false;
	if (mode == S_IFDIR)
		want = S_IFDIR | s->setgid | (0777 & ~s->mask);
	else if (mode == (S_IFREG | 0644) || mode == (S_IFREG | 0755))
		want = S_IFREG | ((mode & 0100 ? 0777 : 0666) & ~s->mask);
	else
		return false;	/* links and submodules are quickly remade */
	if (st.stx_mode != want || (mode != S_IFDIR && (st.stx_nlink != 1 ||
	    st.stx_mtime.tv_sec > s->now || st.stx_size > FILE_MAX)))
		return false;
	return !has_attributes(s, path);
}

static int scrub_dir(struct sieve *, int dirfd, const char *name, const char *path, int beside);

static int
drop(struct sieve *s, int dirfd, const char *name, const char *path)
{
	if (file_remove_tree(dirfd, name) == 0)
		return 0;
	strlcpy(s->at, path, sizeof(s->at));
	return -1;
}

/* beside: depth below an untracked path. */
static int
scrub_one(struct sieve *s, int dirfd, const char *name, const char *path, int beside)
{
	unsigned mode = beside > 0 ? 0 : tracked_mode(s, path);
	struct stat st;

	if (mode != 0) {
		if (!as_made(s, dirfd, name, path, mode))
			return drop(s, dirfd, name, path);
		return mode == S_IFDIR ? scrub_dir(s, dirfd, name, path, 0) : 0;
	}
	if (!s->keep || beside >= DEPTH_MAX || strcmp(name, ".git") == 0 ||
	    strcmp(name, ".gitignore") == 0 || strcmp(name, ".gitattributes") == 0 ||
	    file_stat(dirfd, name, &st) == -1 || st.st_mtime > s->now)	/* make(1) would never rebuild it */
		return drop(s, dirfd, name, path);
	if (S_ISREG(st.st_mode) || S_ISLNK(st.st_mode))
		return 0;
	if (!S_ISDIR(st.st_mode) || (st.st_mode & 0700) != 0700)
		return drop(s, dirfd, name, path);
	return scrub_dir(s, dirfd, name, path, beside + 1);
}

static int
scrub_dir(struct sieve *s, int dirfd, const char *name, const char *path, int beside)
{
	char below[PATH_MAX];
	struct dirent *e;
	int fd, rc = 0;
	DIR *d;

	if ((d = dir_take(fd = file_open_dir(dirfd, name))) == NULL) {
		strlcpy(s->at, path, sizeof(s->at));
		return -1;
	}
	while (rc == 0 && (e = dir_next(d)) != NULL) {
		if (strlen(path) > PATH_LONG || (size_t)snprintf(below, sizeof(below), "%s%s%s", path, path[0] == '\0' ? "" : "/",
		    e->d_name) >= sizeof(below))
			rc = drop(s, fd, e->d_name, path);
		else
			rc = scrub_one(s, fd, e->d_name, below, beside);
	}
	if (rc == 0 && errno != 0) {
		strlcpy(s->at, path, sizeof(s->at));
		rc = -1;
	}
	dir_close(d);
	return rc;
}

/* Parses "100644 <object> 0<tab>path" entries; the paths stay in out. */
static int
read_index(struct sieve *s, char *out, size_t len)
{
	size_t size = 0;
	char *p, *tab;

	for (p = out; p < out + len; p += strlen(p) + 1) {
		if (s->n == size) {
			size = size == 0 ? 1024 : size * 2;
			if ((s->v = reallocarray(s->v, size, sizeof(*s->v))) == NULL)
				return -1;
		}
		if ((tab = strchr(p, '\t')) == NULL)
			return -1;
		s->v[s->n].mode = (unsigned)strtoul(p, NULL, 8);
		s->v[s->n++].path = tab + 1;
	}
	return 0;
}

/* Group and setgid come from the directory that contains the worktrees. */
static int
look_above(struct sieve *s, const char *worktree)
{
	char *above = text_format("%s/../../..", worktree);
	struct stat st;
	int rc = stat(above, &st);

	free(above);
	if (rc == -1)
		return -1;
	s->uid = geteuid();
	s->setgid = st.st_mode & S_ISGID;
	s->gid = s->setgid != 0 ? st.st_gid : getegid();
	umask(s->mask = umask(0));
	s->now = clock_wall() / 1000;
	return 0;
}

/* Checks lines "MODE OID STAGE<tab>PATH", each ended by a NUL. */
static bool
names_attributes(const char *lines, size_t len)
{
	const char *p, *name;

	for (p = lines; p != NULL && p < lines + len; p += strlen(p) + 1) {
		if ((name = strrchr(p, '/')) == NULL && (name = strchr(p, '\t')) == NULL)
			continue;
		if (strcmp(name + 1, ".gitattributes") == 0)
			return true;
	}
	return false;
}

int
scrub(const struct git *g, bool keep, bool *attributes, char *err, size_t errlen)
{
	static const char *const argv[] = { "ls-files", "-z", "-s", NULL };
	struct sieve s = { .top = g->worktree, .keep = keep };
	char *out = NULL;
	size_t len = 0;
	int rc = -1;

	if (git_run(g, argv, NULL, 0, &out, &len, NULL, err, errlen) == -1)
		return -1;
	*attributes = names_attributes(out, len);
	if (out != NULL && read_index(&s, out, len) == 0 && look_above(&s, g->worktree) == 0 &&
	    as_made(&s, AT_FDCWD, g->worktree, "", S_IFDIR))
		rc = scrub_dir(&s, AT_FDCWD, g->worktree, "", 0);
	if (rc == -1)
		snprintf(err, errlen, "%s: %s%swas changed after it was made", g->worktree, s.at,
		    s.at[0] != '\0' ? " " : "");
	free(s.v);
	free(out);
	return rc;
}
