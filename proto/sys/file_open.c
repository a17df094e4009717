/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <linux/openat2.h>

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "proto/sys/file.h"

#ifndef MFD_NOEXEC_SEAL		/* newer than the headers that must be enough to compile this */
#define MFD_NOEXEC_SEAL	0x0008U
#endif

int
file_open(int dirfd, const char *name, int flags, mode_t mode)
{
	return openat(dirfd, name, flags | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, mode);
}

int
file_open_dir(int dirfd, const char *name)
{
	return file_open(dirfd, name, O_RDONLY | O_DIRECTORY, 0);
}

int
file_open_beneath(int dirfd, const char *path)
{
	struct open_how how = { .flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS };

	return (int)syscall(SYS_openat2, dirfd, path, &how, sizeof(how));
}

int
file_open_path(int dirfd, const char *path, int flags)
{
	return openat(dirfd, path, flags | O_NOCTTY | O_CLOEXEC, 0666);
}

int
file_find_dir(int dirfd, const char *path)
{
	return file_open_path(dirfd, path, O_RDONLY | O_DIRECTORY);
}

int
file_pipe(int fds[2])
{
	return pipe2(fds, O_CLOEXEC);
}

int
file_memory(size_t size)
{
	int fd = memfd_create("memory", MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL);

	if (fd == -1 && errno == EINVAL)	/* before Linux 6.3 */
		fd = memfd_create("memory", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (fd != -1 && (ftruncate(fd, (off_t)size) == -1 ||
	    fcntl(fd, F_ADD_SEALS, F_SEAL_GROW | F_SEAL_SHRINK) == -1))
		return file_close(fd);
	return fd;
}

int
file_input(const void *buf, size_t len)
{
	int fd = file_memory(len);

	if (fd != -1 && (file_write_all(fd, buf, len) == -1 || lseek(fd, 0, SEEK_SET) == -1))
		return file_close(fd);
	return fd;
}

int
file_dup(int fd, int least)
{
	return fcntl(fd, F_DUPFD_CLOEXEC, least);
}

int
file_close(int fd)
{
	int error = errno;

	if (fd != -1)
		close(fd);
	errno = error;
	return -1;
}

int
file_stat(int dirfd, const char *name, struct stat *st)
{
	return fstatat(dirfd, name, st, AT_SYMLINK_NOFOLLOW);
}

bool
file_same(int fd, int dirfd, const char *name)
{
	struct stat a, b;

	return fstat(fd, &a) == 0 && file_stat(dirfd, name, &b) == 0 && a.st_dev == b.st_dev &&
	    a.st_ino == b.st_ino;
}

bool
file_exists(int dirfd, const char *name)
{
	return faccessat(dirfd, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}
