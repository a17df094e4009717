/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "proto/sys/dir.h"
#include "proto/sys/file.h"

/*
 * A directory deeper than this is first moved to the top: a tree that is a
 * million levels deep must cost neither descriptors nor stack.
 */
#define DEPTH_MAX	32

int
file_open_owned(int dirfd, const char *name)
{
	char path[64];
	struct stat st;
	int fd, handle;

	fd = file_open_dir(dirfd, name);
	if (fd == -1 && errno == EACCES) {
		/* chmod through a handle: the name could have become a link */
		handle = file_open(dirfd, name, O_PATH | O_DIRECTORY, 0);
		if (handle == -1)
			return -1;
		snprintf(path, sizeof(path), "/proc/self/fd/%d", handle);
		if (chmod(path, 0700) == 0)
			fd = file_open_dir(dirfd, name);
		close(handle);
		errno = EACCES;
	}
	if (fd != -1 && fstat(fd, &st) == 0 && (st.st_mode & 0700) != 0700)
		(void)fchmod(fd, (st.st_mode & 07777) | 0700);	/* if this matters, a later call fails */
	return fd;
}

static int remove_entry(int dirfd, const char *name, int topfd, int depth);

/* Empties the directory fd, and closes it. */
static int
remove_entries(int fd, int topfd, int depth)
{
	struct dirent *entry;
	bool found;
	DIR *dir;
	int result = 0;

	if ((dir = dir_take(fd)) == NULL)
		return -1;
	/* repeat until nothing is found: subtrees are moved to the top meanwhile */
	do {
		found = false;
		rewinddir(dir);
		while ((entry = dir_next(dir)) != NULL) {
			found = true;
			result = remove_entry(fd, entry->d_name, topfd == -1 ? fd : topfd, depth);
			if (result == -1)
				break;
		}
		if (entry == NULL && errno != 0)
			result = -1;
	} while (found && result == 0);
	dir_close(dir);
	return result;
}

static int
remove_entry(int dirfd, const char *name, int topfd, int depth)
{
	int fd;

	if (unlinkat(dirfd, name, 0) == 0 || errno == ENOENT)
		return 0;
	if (errno != EISDIR && errno != EPERM)
		return -1;
	if (unlinkat(dirfd, name, AT_REMOVEDIR) == 0 || errno == ENOENT)
		return 0;
	if (errno != ENOTEMPTY && errno != EEXIST && errno != EACCES) {
		if (errno == ENOTDIR)	/* a file after all, which may not be removed */
			errno = EPERM;
		return -1;
	}
	fd = file_open_owned(dirfd, name);
	if (fd == -1)
		return errno == ENOENT ? 0 : -1;
	if (depth >= DEPTH_MAX) {
		close(fd);
		return file_raise(dirfd, name, topfd);
	}
	if (remove_entries(fd, topfd, depth + 1) == -1)
		return -1;
	return unlinkat(dirfd, name, AT_REMOVEDIR) == 0 || errno == ENOENT ? 0 : -1;
}

int
file_remove_tree(int dirfd, const char *name)
{
	return remove_entry(dirfd, name, -1, 0);
}
