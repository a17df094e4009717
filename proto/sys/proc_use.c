/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/sys/child.h"
#include "proto/sys/dir.h"
#include "proto/sys/file.h"

static bool
is_under(const char *path, const char *dir)
{
	size_t len = strlen(dir);

	return len > 0 && strncmp(path, dir, len) == 0 &&
	    (path[len] == '\0' || path[len] == '/' || strcmp(path + len, " (deleted)") == 0);
}

static int
open_dir(int dirfd, const char *name)
{
	return file_find_dir(dirfd, name);
}

bool
proc_link_under(int dirfd, const char *name, const char *dir)
{
	char path[PATH_MAX];
	ssize_t n = readlinkat(dirfd, name, path, sizeof(path) - 1);

	if (n <= 0)
		return false;
	path[n] = '\0';
	return is_under(path, dir);
}

/* A file stays mapped after its descriptor is closed. */
static bool
maps_under(int procfd, const char *dir)
{
	char buf[5 * PATH_MAX], *line, *end, *path;
	bool found = false;
	size_t have = 0;
	ssize_t n;
	int fd;

	if ((fd = file_open_path(procfd, "maps", O_RDONLY)) == -1)
		return false;
	while (!found && (n = read(fd, buf + have, sizeof(buf) - 1 - have)) > 0) {
		have += (size_t)n;
		buf[have] = '\0';
		for (line = buf; !found && (end = strchr(line, '\n')) != NULL; line = end + 1) {
			*end = '\0';
			found = (path = strchr(line, '/')) != NULL && is_under(path, dir);
		}
		have -= (size_t)(line - buf);
		memmove(buf, line, have);
	}
	close(fd);
	return found;
}

static bool
files_under(int procfd, const char *dir)
{
	bool found = false;
	struct dirent *e;
	DIR *d = dir_take(open_dir(procfd, "fd"));

	while (!found && (e = dir_next(d)) != NULL)
		found = proc_link_under(dirfd(d), e->d_name, dir);
	dir_close(d);
	return found;
}

static bool process_uses(int procfd, const char *dir);

/* A process without a program is a kernel thread or has ended, unless only its first thread has. */
static bool
threads_use(int procfd, const char *dir)
{
	bool found = false;
	struct dirent *e;
	struct stat st;
	int thread;
	DIR *d;

	/* "." and "..", and one entry per thread */
	if (fstatat(procfd, "task", &st, 0) == -1 || st.st_nlink <= 3)
		return false;
	d = dir_take(open_dir(procfd, "task"));
	while (!found && (e = dir_next(d)) != NULL) {
		if ((thread = open_dir(dirfd(d), e->d_name)) == -1)
			continue;
		found = process_uses(thread, dir);
		close(thread);
	}
	dir_close(d);
	return found;
}

static bool
process_uses(int procfd, const char *dir)
{
	char exe[PATH_MAX];
	struct stat st;
	ssize_t n;

	if (fstat(procfd, &st) == -1 || (st.st_uid != geteuid() && geteuid() != 0))
		return false;
	n = readlinkat(procfd, "exe", exe, sizeof(exe) - 1);
	if (n == -1 && errno == ENOENT)
		return threads_use(procfd, dir);
	exe[n > 0 ? n : 0] = '\0';
	return is_under(exe, dir) || proc_link_under(procfd, "cwd", dir) ||
	    proc_link_under(procfd, "root", dir) || files_under(procfd, dir) || maps_under(procfd, dir);
}

/* Is it the process that was checked before?  The directory of the first process in /proc stops working when
 * another process gets its id. */
static bool
was_seen(const struct proc_seen *seen, pid_t pid)
{
	for (size_t i = 0; i < seen->n; i++)
		if (seen->pid[i] == pid)
			return faccessat(seen->fd[i], "stat", F_OK, 0) == 0;
	return false;
}

static bool
look_at(int proc, const char *name, const char *dir, struct proc_seen *seen, bool again)
{
	pid_t pid = (pid_t)strtol(name, NULL, 10);
	bool found;
	int fd;

	if (pid <= 0 || pid == getpid() || (again && was_seen(seen, pid)) ||
	    (fd = open_dir(proc, name)) == -1)
		return false;
	found = process_uses(fd, dir);
	if (again || seen->n == TREE_SEEN_MAX)
		close(fd);
	else {
		seen->pid[seen->n] = pid;
		seen->fd[seen->n++] = fd;
	}
	return found;
}

bool
proc_in_use(const char *dir, struct proc_seen *seen)
{
	bool found = false, again = seen->n > 0;
	char real[PATH_MAX];
	struct dirent *e;
	DIR *proc;

	if (realpath(dir, real) == NULL || (proc = opendir("/proc")) == NULL)
		return true;
	while (!found && (e = dir_next(proc)) != NULL)
		found = look_at(dirfd(proc), e->d_name, real, seen, again);
	dir_close(proc);
	return found;
}

void
proc_seen_release(struct proc_seen *seen)
{
	while (seen->n > 0)
		close(seen->fd[--seen->n]);
}

static void
add_name(int proc, const char *pid, char *who, size_t len)
{
	char path[64], name[32] = "?", one[80];
	ssize_t n = -1;
	int fd;

	snprintf(path, sizeof(path), "%.20s/comm", pid);
	if ((fd = file_open_path(proc, path, O_RDONLY)) != -1) {
		if ((n = read(fd, name, sizeof(name) - 1)) > 0)
			name[n - (name[n - 1] == '\n')] = '\0';
		close(fd);
	}
	snprintf(one, sizeof(one), "%s%.20s (%s)", who[0] == '\0' ? "" : ", ", pid, name);
	strlcat(who, one, len);
}

size_t
proc_inside(const char *dir, char *who, size_t len)
{
	char real[PATH_MAX], cwd[64];
	struct dirent *e;
	size_t n = 0;
	DIR *proc;

	who[0] = '\0';
	if (realpath(dir, real) == NULL || (proc = opendir("/proc")) == NULL)
		return 0;
	while ((e = dir_next(proc)) != NULL) {
		if (e->d_name[0] < '1' || e->d_name[0] > '9')
			continue;
		snprintf(cwd, sizeof(cwd), "%.20s/cwd", e->d_name);
		if (proc_link_under(dirfd(proc), cwd, real)) {
			add_name(dirfd(proc), e->d_name, who, len);
			n++;
		}
	}
	dir_close(proc);
	return n;
}
