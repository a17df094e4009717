/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>

#include "proto/sys/dir.h"
#include "proto/sys/file.h"

DIR *
dir_take(int fd)
{
	DIR *d = fd == -1 ? NULL : fdopendir(fd);

	if (d == NULL)
		file_close(fd);
	return d;
}

DIR *
dir_open(int dirfd, const char *name)
{
	return dir_take(file_open_dir(dirfd, name));
}

struct dirent *
dir_next(DIR *d)
{
	struct dirent *e;

	do
		errno = 0;
	while (d != NULL && (e = readdir(d)) != NULL &&
	    (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0));
	return d == NULL ? NULL : e;
}

void
dir_close(DIR *d)
{
	int error = errno;

	if (d != NULL)
		closedir(d);
	errno = error;
}
