/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "proto/sys/file.h"

static int
open_regular(int dirfd, const char *name, struct stat *st)
{
	int fd;

	fd = file_open(dirfd, name, O_RDONLY, 0);
	if (fd == -1) {
		if (errno == ENXIO)	/* a socket */
			errno = EINVAL;
		return -1;
	}
	if (fstat(fd, st) == 0) {
		if (S_ISREG(st->st_mode))
			return fd;
		errno = EINVAL;
	}
	close(fd);
	return -1;
}

int
file_blank(int dirfd, const char *name)
{
	struct stat st;
	char first;
	ssize_t n;
	int fd;

	if ((fd = open_regular(dirfd, name, &st)) == -1)
		return -1;
	n = read(fd, &first, 1);
	close(fd);
	return n == -1 ? -1 : n == 0 || first == '\0';
}

static int
read_whole(int fd, size_t expected, size_t max, char **buf, size_t *len)
{
	size_t size = expected + 1, got = 0;
	char *p, *bigger;
	ssize_t n;

	if (expected > max) {
		errno = EFBIG;
		return -1;
	}
	if ((p = malloc(size + 1)) == NULL)
		return -1;
	/* ask for one byte more than expected: the file may have grown, or be in /proc */
	while ((n = read(fd, p + got, size - got)) != 0) {
		if (n == -1) {
			if (errno == EINTR)
				continue;
			goto fail;
		}
		got += (size_t)n;
		if (got > max) {
			errno = EFBIG;
			goto fail;
		}
		if (got < size)
			continue;
		if ((bigger = realloc(p, size * 2 + 1)) == NULL)
			goto fail;
		p = bigger;
		size *= 2;
	}
	p[got] = '\0';
	*buf = p;
	*len = got;
	return 0;
fail:
	free(p);
	return -1;
}

static int
read_file(int dirfd, const char *name, size_t max, bool closed, char **buf, size_t *len)
{
	bool leased = false;
	struct stat st;
	int fd, saved, result = -1;

	fd = open_regular(dirfd, name, &st);
	if (fd == -1)
		return -1;
	if (closed) {
		/* a writer that comes while we read causes a signal; use one that is ignored by default */
		leased = fcntl(fd, F_SETSIG, SIGURG) == 0 && fcntl(fd, F_SETLEASE, F_RDLCK) == 0;
		if (!leased && errno == EAGAIN) {
			errno = EBUSY;
			goto out;
		}
		if (fstat(fd, &st) == -1)
			goto out;
	}
	result = read_whole(fd, st.st_size > (off_t)max ? max + 1 : (size_t)st.st_size, max, buf,
	    len);
out:
	saved = errno;
	if (leased)
		fcntl(fd, F_SETLEASE, F_UNLCK);
	close(fd);
	errno = saved;
	return result;
}

int
file_read(int dirfd, const char *name, size_t max, char **buf, size_t *len)
{
	return read_file(dirfd, name, max, false, buf, len);
}

int
file_read_closed(int dirfd, const char *name, size_t max, char **buf, size_t *len)
{
	return read_file(dirfd, name, max, true, buf, len);
}

int
file_read_tail(int dirfd, const char *name, size_t max, char **buf, size_t *len)
{
	struct stat st;
	ssize_t n;
	int fd = open_regular(dirfd, name, &st);

	if (fd == -1)
		return -1;
	if ((*buf = malloc(max + 1)) == NULL || (n = pread(fd, *buf, max, (size_t)st.st_size > max ? st.st_size - (off_t)max : 0)) == -1) {
		free(*buf);
		return file_close(fd);
	}
	(*buf)[n] = '\0';
	*len = (size_t)n;
	close(fd);
	return 0;
}

static int
copy_bytes(int in, int out)
{
	char buf[16384];
	bool by_kernel = true;
	ssize_t n;

	for (;;) {
		if (by_kernel) {
			n = copy_file_range(in, NULL, out, NULL, 1 << 30, 0);
			if (n > 0)
				continue;
			/* 0 may mean "not on this file system": read tells whether it is the end */
			by_kernel = false;
		}
		n = read(in, buf, sizeof(buf));
		if (n == 0)
			return 0;
		if (n == -1) {
			if (errno == EINTR)
				continue;
			return -1;
		}
		if (file_write_all(out, buf, (size_t)n) == -1)
			return -1;
	}
}

int
file_copy(const char *from, const char *to, bool link_ok)
{
	struct timespec times[2];
	struct stat st;
	int in, out, result = -1;

	in = open_regular(AT_FDCWD, from, &st);
	if (in == -1)
		return -1;
	if (link_ok && linkat(AT_FDCWD, from, AT_FDCWD, to, 0) == 0) {
		close(in);
		return 0;
	}
	out = file_open(AT_FDCWD, to, O_WRONLY | O_CREAT | O_EXCL, 0600);
	if (out != -1) {
		times[0] = st.st_atim;
		times[1] = st.st_mtim;
		if (copy_bytes(in, out) == 0 && fchmod(out, st.st_mode & 07777) == 0 &&
		    futimens(out, times) == 0)
			result = 0;
		if (result == -1)
			file_close(out);
		else
			result = close(out);
		if (result == -1)
			file_unmake(AT_FDCWD, to);
	}
	file_close(in);
	return result;
}
