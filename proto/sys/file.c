/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/random.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "proto/sys/file.h"

/* A name and the open directory that contains it. */
struct place {
	int		 fd;
	bool		 opened;	/* we must close fd */
	const char	*base;
};

static int
place_open(struct place *p, int dirfd, const char *name)
{
	const char *slash = strrchr(name, '/');
	bool below = false;
	char dir[PATH_MAX];

	p->base = slash == NULL ? name : slash + 1;
	p->fd = dirfd;
	p->opened = slash != NULL || dirfd == AT_FDCWD;
	if (p->base[0] == '\0' || strcmp(p->base, ".") == 0 || strcmp(p->base, "..") == 0) {
		errno = EINVAL;
		return -1;
	}
	if (!p->opened)
		return 0;
	if (slash == NULL)
		snprintf(dir, sizeof(dir), ".");
	else if (snprintf(dir, sizeof(dir), "%.*s/", (int)(slash - name), name) >= PATH_MAX) {
		errno = ENAMETOOLONG;
		return -1;
	} else if (dirfd != AT_FDCWD) {
		dir[slash - name] = '\0';
		below = true;
	}
	p->fd = below ? file_open_dir(dirfd, dir) : file_find_dir(dirfd, dir);
	return p->fd == -1 ? -1 : 0;
}

static void
place_close(struct place *p)
{
	if (p->opened)
		file_close(p->fd);
}

int
file_unmake(int dirfd, const char *name)
{
	int error = errno;

	unlinkat(dirfd, name, 0);
	errno = error;
	return -1;
}

int
file_sync_dir(int dirfd)
{
	return fsync(dirfd);
}

/* Writes a temporary file beside base; tmp gets its name. */
static int
temporary(const struct place *p, char tmp[NAME_MAX + 1], const void *buf, size_t len,
    enum file_flags flags)
{
	uint64_t unique;
	int fd;

	if (strlen(p->base) > NAME_MAX) {
		errno = ENAMETOOLONG;
		return -1;
	}
	do {
		if (getrandom(&unique, sizeof(unique), 0) != sizeof(unique))
			return -1;
		snprintf(tmp, NAME_MAX + 1, ".%.200s.%016llx", p->base, (unsigned long long)unique);
		fd = file_open(p->fd, tmp, O_WRONLY | O_CREAT | O_EXCL, 0644);
	} while (fd == -1 && errno == EEXIST);
	if (fd == -1)
		return -1;
	if (file_write_all(fd, buf, len) == 0 && (!(flags & (FILE_SYNC | FILE_DATA)) || fsync(fd) == 0)) {
		/* some file systems report errors only at close */
		if (close(fd) == 0)
			return 0;
	} else
		file_close(fd);
	return file_unmake(p->fd, tmp);
}

/* Writes the file under a temporary name and gives it its own: by a link, unless over a file that exists. */
static int
put(int dirfd, const char *name, const void *buf, size_t len, enum file_flags flags, bool over)
{
	char tmp[NAME_MAX + 1];
	struct place p;
	int result = -1;

	if (place_open(&p, dirfd, name) == -1)
		return -1;
	if (temporary(&p, tmp, buf, len, flags) == 0) {
		result = over ? renameat(p.fd, tmp, p.fd, p.base) : linkat(p.fd, tmp, p.fd, p.base, 0);
		if (!over || result == -1)
			file_unmake(p.fd, tmp);
		if (result == 0 && (flags & FILE_SYNC))
			result = fsync(p.fd);
	}
	place_close(&p);
	return result;
}

int
file_replace(int dirfd, const char *name, const void *buf, size_t len, enum file_flags flags)
{
	return put(dirfd, name, buf, len, flags, true);
}

int
file_create(int dirfd, const char *name, const void *buf, size_t len, enum file_flags flags)
{
	return put(dirfd, name, buf, len, flags, false);
}

int
file_quarantine(int dirfd, const char *name)
{
	char aside[NAME_MAX + 1];
	struct place p;
	int i, result = -1;

	if (place_open(&p, dirfd, name) == -1)
		return -1;
	for (i = 0; i < 1000; i++) {
		if (i == 0)
			snprintf(aside, sizeof(aside), "%.230s.refused", p.base);
		else
			snprintf(aside, sizeof(aside), "%.230s.refused.%d", p.base, i);
		result = renameat2(p.fd, p.base, p.fd, aside, RENAME_NOREPLACE);
		if (result == 0 || errno != EEXIST)
			break;
	}
	place_close(&p);
	return result;
}

static bool
same_directory(int a, int b)
{
	struct stat x, y;

	return fstat(a, &x) == 0 && fstat(b, &y) == 0 && x.st_dev == y.st_dev &&
	    x.st_ino == y.st_ino;
}

static int
move(int fromfd, const char *from, int tofd, const char *to, unsigned flags, bool sync)
{
	struct place a, b;
	int result, saved;

	if (place_open(&a, fromfd, from) == -1)
		return -1;
	if (place_open(&b, tofd, to) == -1) {
		place_close(&a);
		return -1;
	}
	result = renameat2(a.fd, a.base, b.fd, b.base, flags);
	if (result == 0 && sync && (fsync(b.fd) == -1 ||
	    (!same_directory(a.fd, b.fd) && fsync(a.fd) == -1))) {
		saved = errno;
		renameat2(b.fd, b.base, a.fd, a.base, flags);
		errno = saved;
		result = -1;
	}
	place_close(&b);
	place_close(&a);
	return result;
}

int
file_move(int fromfd, const char *from, int tofd, const char *to)
{
	return move(fromfd, from, tofd, to, RENAME_NOREPLACE, true);
}

int
file_shift(int fromfd, const char *from, int tofd, const char *to)
{
	return move(fromfd, from, tofd, to, RENAME_NOREPLACE, false);
}

int
file_swap(int fd, const char *name, int otherfd, const char *other)
{
	return move(fd, name, otherfd, other, RENAME_EXCHANGE, false);
}

int
file_rename_over(int dirfd, const char *from, const char *to, enum file_flags flags)
{
	struct place p;
	int fd, result;

	if (flags & (FILE_SYNC | FILE_DATA)) {
		fd = file_open(dirfd, from, O_RDONLY, 0);
		if (fd == -1)
			return -1;
		result = fsync(fd);
		close(fd);
		if (result == -1)
			return -1;
	}
	if (place_open(&p, dirfd, to) == -1)
		return -1;
	result = renameat(dirfd, from, p.fd, p.base);
	if (result == 0 && (flags & FILE_SYNC))
		result = fsync(p.fd);
	place_close(&p);
	return result;
}

int
file_raise(int dirfd, const char *name, int topfd)
{
	char aside[32];
	uint64_t unique;

	if (getrandom(&unique, sizeof(unique), 0) != sizeof(unique))
		return -1;
	snprintf(aside, sizeof(aside), ".raised.%016llx", (unsigned long long)unique);
	return renameat2(dirfd, name, topfd, aside, RENAME_NOREPLACE);
}

int
file_make_dirs(const char *path)
{
	char dir[PATH_MAX];
	struct stat st;
	char *p;

	if (path[0] != '/') {
		errno = EINVAL;
		return -1;
	}
	if ((size_t)snprintf(dir, sizeof(dir), "%s", path) >= sizeof(dir)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	for (p = dir + 1;; p++) {
		if (*p != '/' && *p != '\0')
			continue;
		*p = '\0';
		/* check first: an existing parent may be read-only or not ours */
		if (stat(dir, &st) == -1 && mkdir(dir, 0700) == -1 && errno != EEXIST)
			return -1;
		if (path[p - dir] == '\0')
			break;
		*p = '/';
	}
	if (stat(dir, &st) == -1)
		return -1;
	if (!S_ISDIR(st.st_mode)) {
		errno = ENOTDIR;
		return -1;
	}
	return 0;
}

int
file_make_dir(int dirfd, const char *name, mode_t mode)
{
	struct stat st;

	if (mkdirat(dirfd, name, mode) == 0)
		return 0;
	if (errno != EEXIST || file_stat(dirfd, name, &st) == -1)
		return -1;
	if (S_ISDIR(st.st_mode))
		return 0;
	errno = ENOTDIR;
	return -1;
}

int
file_ours(int fd)
{
	struct stat st;
	int error = 0;

	if (fstat(fd, &st) == -1)
		error = errno;
	else if (!S_ISREG(st.st_mode))
		error = EINVAL;
	else if (st.st_nlink > 1)
		error = EMLINK;
	if (error == 0)
		return 0;
	close(fd);
	errno = error;
	return -1;
}
