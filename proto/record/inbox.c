/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/base/id.h"
#include "proto/record/inbox.h"
#include "proto/session/caps.h"
#include "proto/session/layout.h"
#include "proto/sys/dir.h"
#include "proto/sys/file.h"

#define LISTED	1000	/* entries sorted at a time */

struct entry {
	struct timespec	 at;	/* time of arrival: the rename changes ctime */
	char		*name;
};

/* Opens dirfd/name as a directory, makes it first if make is set, and closes dirfd. */
static int
enter(int dirfd, const char *name, bool make)
{
	int fd = -1;

	if (!make || mkdirat(dirfd, name, 0700) == 0 || errno == EEXIST)
		fd = file_open_dir(dirfd, name);
	file_close(dirfd);
	return fd;
}

static int
open_parent(int sessionfd, const char *run, bool make)
{
	int fd;

	if (run[0] == '\0' || run[0] == '.' || strchr(run, '/') != NULL) {
		errno = EINVAL;
		return -1;
	}
	fd = file_dup(sessionfd, 3);
	if (fd != -1)
		fd = enter(fd, SESSION_DIR_INBOX, make);
	return fd;
}

int
inbox_make(int sessionfd, const char *run)
{
	int fd, result;

	/* the agent of a former run may have left a message for this one */
	fd = open_parent(sessionfd, run, true);
	if (fd == -1)
		return -1;
	result = file_remove_tree(fd, run);
	if (result == 0)
		result = mkdirat(fd, run, 0700);
	fd = result == 0 ? enter(fd, run, false) : file_close(fd);
	if (fd == -1)
		return -1;
	result = mkdirat(fd, "tmp", 0700) == 0 && mkdirat(fd, "new", 0700) == 0 ? 0 : -1;
	file_close(fd);
	return result;
}

bool
inbox_intact(int sessionfd, const char *run)
{
	static const char *const names[] = { ".", "tmp", "new" };
	int fd = open_parent(sessionfd, run, false);
	bool intact;
	struct stat st;

	if (fd != -1)
		fd = enter(fd, run, false);
	intact = fd != -1;
	for (size_t i = 0; intact && i < sizeof(names) / sizeof(names[0]); i++)
		intact = file_stat(fd, names[i], &st) == 0 && st.st_uid == geteuid() &&
		    (st.st_mode & (S_IFMT | 0777)) == (S_IFDIR | 0700);
	file_close(fd);
	return intact;
}

static int
write_message(int tmpfd, const char *id, const void *buf, size_t len)
{
	int fd, flags = O_WRONLY | O_CREAT | O_EXCL;

	fd = file_open(tmpfd, id, flags, 0600);
	/* ids are random, so an existing file is this message's, from an interrupted sender */
	if (fd == -1 && errno == EEXIST && unlinkat(tmpfd, id, 0) == 0)
		fd = file_open(tmpfd, id, flags, 0600);
	if (fd == -1)
		return -1;
	if (file_write_all(fd, buf, len) == 0 && fsync(fd) == 0)
		return close(fd);
	return file_close(fd);
}

int
inbox_post(const char *inbox, const char *id, const void *buf, size_t len)
{
	int dirfd, tmpfd = -1, newfd = -1, result = -1;

	if (!message_id_valid(id) || len > SESSION_MAX_MESSAGE) {
		errno = len > SESSION_MAX_MESSAGE ? EMSGSIZE : EINVAL;
		return -1;
	}
	dirfd = file_open_dir(AT_FDCWD, inbox);
	if (dirfd == -1)
		return -1;
	if ((tmpfd = file_open_dir(dirfd, "tmp")) != -1 &&
	    (newfd = file_open_dir(dirfd, "new")) != -1) {
		if (write_message(tmpfd, id, buf, len) == 0 &&
		    renameat(tmpfd, id, newfd, id) == 0)
			result = fsync(newfd);
		else
			file_unmake(tmpfd, id);
	}
	file_close(tmpfd);
	file_close(newfd);
	file_close(dirfd);
	return result;
}

bool
inbox_holds(const char *inbox, const char *id)
{
	bool holds = false;
	int dirfd, newfd;

	dirfd = file_open_dir(AT_FDCWD, inbox);
	if (dirfd == -1)
		return false;
	newfd = enter(dirfd, "new", false);
	if (newfd != -1) {
		holds = file_exists(newfd, id);
		close(newfd);
	}
	return holds;
}

static int
by_arrival(const void *va, const void *vb)
{
	const struct entry *a = va, *b = vb;

	if (a->at.tv_sec != b->at.tv_sec)
		return a->at.tv_sec < b->at.tv_sec ? -1 : 1;
	if (a->at.tv_nsec != b->at.tv_nsec)
		return a->at.tv_nsec < b->at.tv_nsec ? -1 : 1;
	return strcmp(a->name, b->name);
}

/* Lists at most LISTED entries of fd, oldest first; the number or -1. */
static int
list(int fd, struct entry **entries)
{
	struct entry *all = NULL, *bigger;
	struct dirent *d;
	struct stat st;
	DIR *dir;
	int n = 0;

	if ((dir = dir_open(fd, ".")) == NULL)
		return -1;
	while (n < LISTED && (d = dir_next(dir)) != NULL) {
		if (file_stat(fd, d->d_name, &st) == -1)
			continue;
		if (n % 16 == 0) {
			bigger = reallocarray(all, (size_t)n + 16, sizeof(*all));
			if (bigger == NULL)
				break;
			all = bigger;
		}
		all[n].at = st.st_ctim;
		all[n].name = strdup(d->d_name);
		if (all[n].name == NULL)
			break;
		n++;
	}
	dir_close(dir);
	if (n > 1)
		qsort(all, (size_t)n, sizeof(*all), by_arrival);
	*entries = all;
	return n;
}

/* Why the file cannot be a message, or NULL when a later try may read it. */
static const char *
reason(int error)
{
	switch (error) {
	case ELOOP:
		return "a link";
	case EINVAL:
		return "not a regular file";
	case EFBIG:
		return "too long";
	case EACCES:
		return "not readable";
	default:
		return NULL;
	}
}

static int
handle(int fd, const char *name, inbox_fn fn, void *arg)
{
	bool named = message_id_valid(name);
	const char *problem;
	char why[512], *buf;
	size_t len;
	int result;

	if (named && file_read(fd, name, SESSION_MAX_MESSAGE, &buf, &len) == 0) {
		result = fn(arg, name, buf, len, NULL);
		free(buf);
		if (result == 0 && unlinkat(fd, name, 0) == -1 && errno != ENOENT)
			return -1;
		return result == -1 ? -1 : 0;
	}
	if (named && errno == ENOENT)
		return 0;
	problem = named ? reason(errno) : "not the name of a message";
	if (problem == NULL)
		return -1;
	snprintf(why, sizeof(why), "%s: %s", name, problem);
	/* logged before it is removed: if logging fails it is found again */
	if (fn(arg, named ? name : "", NULL, 0, why) == -1)
		return -1;
	return file_remove_tree(fd, name);
}

int
inbox_drain(int sessionfd, const char *run, inbox_fn fn, void *arg)
{
	struct entry *entries = NULL;
	int fd, i, n, handled = 0, saved;
	bool stopped = false;

	fd = open_parent(sessionfd, run, false);
	if (fd != -1)
		fd = enter(fd, run, false);
	if (fd != -1)
		fd = enter(fd, "new", false);
	if (fd == -1)
		return -1;
	n = list(fd, &entries);
	for (i = 0; i < n && handled < INBOX_BATCH && !stopped; i++) {
		if (handle(fd, entries[i].name, fn, arg) == -1)
			stopped = true;
		else
			handled++;
	}
	saved = errno;
	for (i = 0; i < n; i++)
		free(entries[i].name);
	free(entries);
	close(fd);
	errno = saved;
	return n == -1 || stopped ? -1 : handled;
}
