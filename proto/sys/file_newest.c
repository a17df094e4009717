/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/stat.h>

#include <fcntl.h>
#include <string.h>

#include "proto/base/clock.h"
#include "proto/sys/dir.h"
#include "proto/sys/file.h"

#define DEPTH_MAX	64	/* deeper levels are ignored: each level holds a descriptor */
#define ENTRIES_MAX	2000000

struct newest {
	int64_t	 at;
	long	 left;
};

static void
take(struct newest *n, const struct stat *st)
{
	int64_t at = (int64_t)st->st_ctim.tv_sec * 1000 + st->st_ctim.tv_nsec / CLOCK_MS;

	if (at > n->at)
		n->at = at;
}

/* Examines the directory fd, and closes it. */
static void
walk(struct newest *n, int fd, int depth)
{
	struct dirent *d;
	struct stat st;
	DIR *dir = dir_take(fd);
	int below;

	while (n->left > 0 && (d = dir_next(dir)) != NULL) {
		if (file_stat(dirfd(dir), d->d_name, &st) == -1)
			continue;
		n->left--;
		take(n, &st);
		if (S_ISDIR(st.st_mode) && depth < DEPTH_MAX &&
		    (below = file_open_dir(dirfd(dir), d->d_name)) != -1)
			walk(n, below, depth + 1);
	}
	dir_close(dir);
}

int64_t
file_newest(const char *path)
{
	struct newest n = { .left = ENTRIES_MAX };
	int fd = file_open_dir(AT_FDCWD, path);
	struct stat st;

	if (fd == -1)
		return 0;
	if (fstat(fd, &st) == 0)
		take(&n, &st);
	walk(&n, fd, 1);
	return n.at;
}
