/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/base/text.h"
#include "proto/git/git.h"
#include "proto/sys/child.h"
#include "proto/sys/dir.h"
#include "proto/sys/file.h"

#define PROC_MAX	(128 * 1024)

/* Reads a file of /proc, whose strings end with NUL; -1 when it can't be read. */
static ssize_t
proc_read(int procfd, const char *name, char *buf, size_t size)
{
	size_t len = 0;
	ssize_t n = -1;
	int fd;

	if ((fd = file_open_path(procfd, name, O_RDONLY)) == -1)
		return -1;
	while (len < size - 1 && (n = read(fd, buf + len, size - 1 - len)) > 0)
		len += (size_t)n;
	close(fd);
	buf[len] = '\0';
	return n == -1 ? -1 : (ssize_t)len;
}

/* The value of a string with that prefix, such as git's directory; "" when there is none. */
static const char *
value_of(const char *buf, ssize_t len, const char *prefix)
{
	const char *p;

	for (p = buf; p < buf + len; p += strlen(p) + 1)
		if (strncmp(p, prefix, strlen(prefix)) == 0)
			return p + strlen(prefix);
	return "";
}

/* Is it a git that may be running in this repository? */
static bool
is_git_here(int procfd, const char *common, char *buf)
{
	struct proc_stat st;
	const char *dir;
	ssize_t n;
	size_t i;
	static const struct { const char *file, *prefix; } says[] = {
		{ "environ", "GIT_DIR=" }, { "cmdline", "--git-dir=" },
	};

	if (proc_read(procfd, "comm", buf, PROC_MAX) <= 0 || strncmp(buf, "git", 3) != 0)
		return false;
	for (i = 0; i < sizeof(says) / sizeof(says[0]); i++) {
		if ((n = proc_read(procfd, says[i].file, buf, PROC_MAX)) <= 0)
			continue;
		dir = value_of(buf, n, says[i].prefix);
		if (dir[0] == '/' && strncmp(dir, common, strlen(common)) != 0)
			return false;
	}
	/* a zombie holds nothing */
	return proc_stat(procfd, "stat", &st) == 0 && st.state != 'Z';
}

/* Is any git running in that repository?  True also when this can't be determined. */
static bool
git_works(const char *common)
{
	char *buf = malloc(PROC_MAX);
	bool found = buf == NULL;
	struct dirent *e;
	DIR *proc;
	int fd;

	if ((proc = opendir("/proc")) == NULL)
		found = true;
	while (!found && (e = dir_next(proc)) != NULL) {
		if (e->d_name[0] < '1' || e->d_name[0] > '9' ||
		    (fd = file_find_dir(dirfd(proc), e->d_name)) == -1)
			continue;
		found = is_git_here(fd, common, buf);
		close(fd);
	}
	dir_close(proc);
	free(buf);
	return found;
}

void
git_lock_left(const struct git_repo *r, const char *name)
{
	char *path = text_format("%s/%s.lock", r->common, name);
	struct proc_seen seen = { 0 };
	struct stat before, st;
	int saved = errno;

	if (lstat(path, &before) == 0 && S_ISREG(before.st_mode) && before.st_uid == geteuid() &&
	    !git_works(r->common) && !proc_in_use(path, &seen) && lstat(path, &st) == 0 &&
	    st.st_ino == before.st_ino && st.st_ctim.tv_sec == before.st_ctim.tv_sec &&
	    st.st_ctim.tv_nsec == before.st_ctim.tv_nsec)
		(void)unlink(path);
	proc_seen_release(&seen);
	errno = saved;
	free(path);
}

void
git_locks_left(const struct git_repo *r, const char *ref)
{
	git_lock_left(r, ref);
	git_lock_left(r, "HEAD");
	git_lock_left(r, "packed-refs");
}
