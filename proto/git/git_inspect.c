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

#include "proto/base/fault.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/git/git_internal.h"
#include "proto/sys/dir.h"
#include "proto/sys/file.h"
#include "proto/sys/watch.h"

#define DEPTH_MAX	200		/* depth of directories; each level holds a descriptor */
#define ENTRIES_MAX	2000000		/* entries of a worktree */
#define NAMED_MAX	100		/* number of remembered names */
#define RULES_MAX	(1 << 20)	/* bytes of a .gitignore, .gitattributes or .mailmap */
#define FILE_MAX	(INT64_C(1) << 30)
#define SPARSE_MIN	(INT64_C(64) << 20)	/* smaller files are read quickly, and file systems may compress them */
#define SPARSE		8		/* size is more than this many times the blocks used */
#define LINK_MAX	4096		/* bytes of a .git file */
#define CAPABILITY	"security.capability"
#define LOOK		1024		/* entries between checks for a request to stop */

struct walk {
	struct git_odd	*odd;
	const char	*top;
	size_t		 entries;
	bool		 clear;		/* remove what git must not open, and make closed directories accessible */
	bool		 root;
	char		*err;
	size_t		 errlen;
};

const char *
git_too_large(const struct stat *st)
{
	if (!S_ISREG(st->st_mode))
		return NULL;
	if (st->st_size > FILE_MAX)
		return "larger than 1 GiB";
	return st->st_size > SPARSE_MIN && (int64_t)st->st_blocks * 512 < st->st_size / SPARSE ?
	    "a sparse file" : NULL;
}

static const char *
kind_of(const struct stat *st)
{
	return S_ISFIFO(st->st_mode) ? "a named pipe" : S_ISSOCK(st->st_mode) ? "a socket" :
	    S_ISCHR(st->st_mode) || S_ISBLK(st->st_mode) ? "a device" : "a dangling link";
}

static bool
is_plain(const struct stat *st)
{
	return S_ISREG(st->st_mode) || S_ISDIR(st->st_mode) || S_ISLNK(st->st_mode);
}

/* Names of files that git reads rules from, in each directory that it visits. */
static bool
has_rules(const char *name)
{
	return strcmp(name, ".gitignore") == 0 || strcmp(name, ".gitattributes") == 0 ||
	    strcmp(name, ".mailmap") == 0;
}

static void
remember(struct strings *names, const char *path)
{
	if (names->n < NAMED_MAX)
		strings_add(names, path);
}

/* Refuses the path by name, or moves it out of git's way: a regular file is kept under another name. */
static int
blocks(struct walk *w, int dirfd, const char *name, const char *path, const struct stat *st, const char *kind)
{
	char aside[NAME_MAX + 1];

	if (!w->clear)
		return git_fail_as(FAULT_WORK, w->err, w->errlen, "%s is %s, which git must not read: remove it", path, kind);
	snprintf(aside, sizeof(aside), "%.200s.refused", name);
	(void)fchmod(dirfd, 0700);	/* the process that closed the directory is gone */
	if ((!S_ISREG(st->st_mode) || file_shift(dirfd, name, dirfd, aside) == -1) &&
	    unlinkat(dirfd, name, 0) == -1)
		return git_fail_errno(w->err, w->errlen, "%s/%s", w->top, path);
	log_warnx("%s/%s was %s that git would read: %s", w->top, path, kind,
	    S_ISREG(st->st_mode) ? "renamed" : "removed");
	return 0;
}

/* As root: bits set here would apply to any user who runs the file outside. */
static int
unprivilege(struct walk *w, int dirfd, const char *name, const char *path, const struct stat *st)
{
	bool bits = (st->st_mode & (S_ISUID | S_ISGID)) != 0;
	int fd, rc = 0;

	if (!bits && (st->st_mode & 0111) == 0)
		return 0;
	if ((fd = file_open(dirfd, name, O_RDONLY, 0)) == -1 ||
	    (bits && fchmod(fd, st->st_mode & 01777) == -1) ||
	    (fgetxattr(fd, CAPABILITY, NULL, 0) != -1 && fremovexattr(fd, CAPABILITY) == -1))
		rc = git_fail_errno(w->err, w->errlen, "%s/%s", w->top, path);
	file_close(fd);
	return rc;
}

static int look_at(struct walk *, int dirfd, const char *name, const char *path, int depth, bool git);
static int look_into(struct walk *, int dirfd, const char *name, const char *path, int depth, bool git);

/* Opens the directory that .git points to, as a link or a file that names a directory; -1: none. */
static int
follow(int dirfd, const char *name)
{
	char *buf = NULL, *dir;
	size_t len;
	int fd = -1;

	if (file_read(dirfd, name, LINK_MAX, &buf, &len) == -1)
		return file_find_dir(dirfd, name);
	buf[text_trim(buf, len)] = '\0';
	if (strncmp(buf, "gitdir: ", 8) == 0) {
		dir = text_format("%s", buf + 8);
		fd = file_find_dir(dirfd, dir);
		free(dir);
	}
	free(buf);
	return fd;
}

/* A .git below the top: git reads it to find out whether it is a repository. */
static int
nested(struct walk *w, int dirfd, const char *name, const char *path, const struct stat *st, int depth)
{
	static const char *const read[] = { "HEAD", "commondir", "config", "config.worktree", "packed-refs", "refs" };
	struct walk there = *w;
	int fd, rc = 0;

	if (S_ISDIR(st->st_mode))
		return look_into(w, dirfd, name, path, depth, true);
	if ((!S_ISREG(st->st_mode) && !S_ISLNK(st->st_mode)) || (fd = follow(dirfd, name)) == -1)
		return 0;
	/* its target may belong to any user; once the link is gone nothing looks there */
	there.clear = there.root = false;
	for (size_t i = 0; rc == 0 && i < sizeof(read) / sizeof(read[0]); i++)
		rc = look_at(&there, fd, read[i], path, depth, true);
	close(fd);
	w->entries = there.entries;
	return rc == -1 && fault_code() == FAULT_WORK ? blocks(w, dirfd, name, path, st, "a link to something other than a "
	    "repository") : rc;
}

/* git: below a nested .git, where only files and directories are allowed. */
static int
look_at(struct walk *w, int dirfd, const char *name, const char *path, int depth, bool git)
{
	const char *large;
	struct stat st, to;

	if (file_stat(dirfd, name, &st) == -1)
		return errno == ENOENT ? 0 : git_fail_errno(w->err, w->errlen, "%s/%s", w->top, path);
	if (w->root && S_ISREG(st.st_mode) && unprivilege(w, dirfd, name, path, &st) == -1)
		return -1;
	if (!git && strcmp(name, ".git") == 0)
		return depth == 0 ? 0 : nested(w, dirfd, name, path, &st, depth + 1);
	if (git && S_ISLNK(st.st_mode) && fstatat(dirfd, name, &to, 0) == 0 && !is_plain(&to))
		return blocks(w, dirfd, name, path, &to, kind_of(&to));
	if (!is_plain(&st)) {
		if (git || has_rules(name))
			return blocks(w, dirfd, name, path, &st, kind_of(&st));
		remember(&w->odd->special, path);
	} else if (S_ISDIR(st.st_mode))
		return look_into(w, dirfd, name, path, depth + 1, git);
	else if ((large = git_too_large(&st)) != NULL || (S_ISREG(st.st_mode) && st.st_size > RULES_MAX)) {
		if (!git && has_rules(name))
			return blocks(w, dirfd, name, path, &st, "larger than 1 MiB");
		if (!git && large != NULL)
			remember(&w->odd->large, path);
	}
	return 0;
}

static int
count(struct walk *w, const char *path, int depth)
{
	if (++w->entries % LOOK == 0 && watch_asked())
		return git_fail_as(EINTR, w->err, w->errlen, "%s: interrupted", w->top);
	if (w->entries > ENTRIES_MAX)
		return git_fail_as(FAULT_WORK, w->err, w->errlen, "there are more than %d files and "
		    "directories: remove those that are not needed", ENTRIES_MAX);
	if (depth > DEPTH_MAX)
		return git_fail_as(FAULT_WORK, w->err, w->errlen, "%.64s/... is more than %d directories "
		    "deep: remove it", path, DEPTH_MAX);
	return 0;
}

static int
look_into(struct walk *w, int dirfd, const char *name, const char *path, int depth, bool git)
{
	char *below;
	struct dirent *e;
	int fd, rc = 0;
	DIR *d;

	fd = w->clear ? file_open_owned(dirfd, name) : file_open_dir(dirfd, name);
	if ((d = dir_take(fd)) == NULL)		/* a directory closed to us is closed to our git */
		return errno == EACCES ? 0 : git_fail_errno(w->err, w->errlen, "%s/%s", w->top, path);
	while (rc == 0 && (e = dir_next(d)) != NULL) {
		below = text_format("%s%s%s", path, path[0] != '\0' ? "/" : "", e->d_name);
		if ((rc = count(w, below, depth)) == 0)
			rc = look_at(w, fd, e->d_name, below, depth, git);
		free(below);
	}
	dir_close(d);
	return rc;
}

int
git_inspect(const char *worktree, bool clear, struct git_odd *odd, char *err, size_t errlen)
{
	struct walk w = { .odd = odd, .top = worktree, .clear = clear, .root = geteuid() == 0,
		.err = err, .errlen = errlen };
	int rc;

	memset(odd, 0, sizeof(*odd));
	rc = look_into(&w, AT_FDCWD, worktree, "", 0, false);
	odd->entries = w.entries;
	/* a caller that saves work saves as much as it can */
	if (rc == -1 && clear && fault_code() == FAULT_WORK)
		rc = 0;
	return rc;
}

int
git_clear(const struct git *g, char *err, size_t errlen)
{
	struct git_odd odd;
	int rc = git_inspect(g->worktree, true, &odd, err, errlen);

	git_odd_free(&odd);
	return rc;
}

void
git_odd_free(struct git_odd *odd)
{
	strings_free(&odd->special);
	strings_free(&odd->large);
}

struct nesting {
	const char	*top;
	struct strings	*found;
	char		 dir[4096];	/* the directory checked last */
};

static bool
has_git(const char *top, const char *dir, size_t n, bool *is_dir)
{
	char *path = text_format("%s/%.*s", top, (int)n, dir), *dot = text_format("%s/.git", path);
	struct stat st;
	bool has;

	*is_dir = lstat(path, &st) == 0 && S_ISDIR(st.st_mode);
	has = *is_dir && lstat(dot, &st) == 0;
	free(dot);
	free(path);
	return has;
}

/* Checks the directories above one file. */
static void
note_nested(const struct index_entry *e, void *arg)
{
	struct nesting *k = arg;
	const char *last = strrchr(e->path, '/'), *slash;
	size_t n = last != NULL ? (size_t)(last - e->path) : 0;
	bool is_dir = true;
	char *path;

	if (n == 0 || (strncmp(k->dir, e->path, n) == 0 && k->dir[n] == '\0'))
		return;
	snprintf(k->dir, sizeof(k->dir), "%.*s", (int)n, e->path);
	for (slash = strchr(e->path, '/'); slash != NULL && is_dir; slash = strchr(slash + 1, '/')) {
		if (!has_git(k->top, e->path, (size_t)(slash - e->path), &is_dir))
			continue;
		path = text_format("%.*s/.git", (int)(slash - e->path), e->path);
		strings_add(k->found, path);
		free(path);
	}
}

int
git_nested(const struct git *g, struct strings *found, char *err, size_t errlen)
{
	struct nesting k = { .top = g->worktree, .found = found };
	struct stat st;

	return index_walk(g->index, g->repo->hexlen, &st, note_nested, &k, err, errlen);
}
