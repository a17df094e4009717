/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "child.h"

static bool
is_under(const char *path, const char *dir)
{
	size_t len = strlen(dir);

	return strncmp(path, dir, len) == 0 && (path[len] == '\0' || path[len] == '/' ||
	    path[len] == ' ' || path[len] == '\n');
}

static bool
link_under(int dirfd, const char *name, const char *dir)
{
	char path[PATH_MAX];
	ssize_t n = readlinkat(dirfd, name, path, sizeof(path) - 1);

	if (n <= 0)
		return false;
	path[n] = '\0';
	return is_under(path, dir);
}

/* A file stays mapped when its descriptor is closed. */
static bool
maps_under(int procfd, const char *dir)
{
	char *line = NULL, *path;
	bool found = false;
	size_t size = 0;
	FILE *fp = NULL;
	int fd;

	if ((fd = openat(procfd, "maps", O_RDONLY | O_CLOEXEC)) == -1)
		return false;
	if ((fp = fdopen(fd, "r")) == NULL)
		close(fd);
	while (fp != NULL && !found && getline(&line, &size, fp) != -1)
		found = (path = strchr(line, '/')) != NULL && is_under(path, dir);
	if (fp != NULL)
		fclose(fp);
	free(line);
	return found;
}

static bool
files_under(int procfd, const char *dir)
{
	bool found = false;
	struct dirent *e;
	DIR *d = NULL;
	int fd;

	if ((fd = openat(procfd, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC)) == -1)
		return false;
	if ((d = fdopendir(fd)) == NULL)
		close(fd);
	while (d != NULL && !found && (e = readdir(d)) != NULL)
		found = link_under(dirfd(d), e->d_name, dir);
	if (d != NULL)
		closedir(d);
	return found;
}

static bool
process_uses(int proc, const char *name, const char *dir)
{
	static const char *const links[] = { "cwd", "root", "exe" };
	bool found = false;
	struct stat st;
	int procfd;

	if ((procfd = openat(proc, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) == -1)
		return false;
	if (fstat(procfd, &st) == 0 && (st.st_uid == geteuid() || geteuid() == 0)) {
		for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++)
			found = found || link_under(procfd, links[i], dir);
		found = found || files_under(procfd, dir) || maps_under(procfd, dir);
	}
	close(procfd);
	return found;
}

bool
tree_in_use(const char *dir)
{
	char real[PATH_MAX], self[32];
	bool found = false;
	struct dirent *e;
	DIR *proc;

	snprintf(self, sizeof(self), "%ld", (long)getpid());
	if (realpath(dir, real) == NULL || (proc = opendir("/proc")) == NULL)
		return true;
	while (!found && (e = readdir(proc)) != NULL)
		if (e->d_name[0] >= '1' && e->d_name[0] <= '9' && strcmp(e->d_name, self) != 0)
			found = process_uses(dirfd(proc), e->d_name, real);
	closedir(proc);
	return found;
}

static void
add_name(int procfd, const char *pid, char *who, size_t len)
{
	char name[32] = "?", one[80];
	ssize_t n = -1;
	int fd;

	if ((fd = openat(procfd, "comm", O_RDONLY | O_CLOEXEC)) != -1) {
		if ((n = read(fd, name, sizeof(name) - 1)) > 0)
			name[n - (name[n - 1] == '\n')] = '\0';
		close(fd);
	}
	snprintf(one, sizeof(one), "%s%.20s (%s)", who[0] == '\0' ? "" : ", ", pid, name);
	strlcat(who, one, len);
}

size_t
tree_inside(const char *dir, char *who, size_t len)
{
	char real[PATH_MAX];
	struct dirent *e;
	size_t n = 0;
	DIR *proc;
	int procfd;

	who[0] = '\0';
	if (realpath(dir, real) == NULL || (proc = opendir("/proc")) == NULL)
		return 0;
	while ((e = readdir(proc)) != NULL) {
		if (e->d_name[0] < '1' || e->d_name[0] > '9')
			continue;
		procfd = openat(dirfd(proc), e->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (procfd == -1)
			continue;
		if (link_under(procfd, "cwd", real)) {
			add_name(procfd, e->d_name, who, len);
			n++;
		}
		close(procfd);
	}
	closedir(proc);
	return n;
}
