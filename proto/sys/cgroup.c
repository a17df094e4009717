/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/base/clock.h"
#include "proto/sys/cgroup.h"
#include "proto/sys/dir.h"
#include "proto/sys/file.h"

#define GIVE_UP		(5 * CLOCK_S)
#define DEPTH_MAX	64

static bool
is_populated(int events)
{
	char buf[256];
	ssize_t n = pread(events, buf, sizeof(buf) - 1, 0);

	buf[n > 0 ? n : 0] = '\0';
	return strstr(buf, "populated 1") != NULL;
}

/* The file reports a change only after it was read. */
static bool
await_end(int events)
{
	int64_t give_up = clock_now() + GIVE_UP, left;
	struct pollfd pfd = { .fd = events, .events = POLLPRI };

	while (is_populated(events)) {
		if ((left = (give_up - clock_now()) / CLOCK_MS) <= 0)
			return false;
		poll(&pfd, 1, (int)left);
	}
	return true;
}

/* At least one: there may be more in groups made below it. */
static int
count(int dir)
{
	char buf[4096];
	int fd = file_open_path(dir, "cgroup.procs", O_RDONLY), lines = 0;
	ssize_t n, i;

	while (fd != -1 && (n = read(fd, buf, sizeof(buf))) > 0)
		for (i = 0; i < n; i++)
			lines += buf[i] == '\n';
	file_close(fd);
	return lines > 0 ? lines : 1;
}

/* Calls visit for each directory below top, and descends into those for which it returns false. */
static void
walk(int top, int depth, bool (*visit)(void *, int, const char *), void *arg)
{
	struct dirent *e;
	DIR *d = NULL;
	int fd;

	if (depth == DEPTH_MAX)
		file_close(top);
	else
		d = dir_take(top);
	while ((e = dir_next(d)) != NULL)
		if (e->d_type == DT_DIR && !visit(arg, dirfd(d), e->d_name)) {
			fd = file_open_dir(dirfd(d), e->d_name);
			walk(fd, depth + 1, visit, arg);
		}
	dir_close(d);
}

static bool
remove_below(void *arg, int parent, const char *name)
{
	int *depth = arg;

	if (unlinkat(parent, name, AT_REMOVEDIR) == 0 || ++*depth > DEPTH_MAX)
		return true;
	walk(file_open_dir(parent, name), 0, remove_below, depth);
	--*depth;
	(void)unlinkat(parent, name, AT_REMOVEDIR);
	return true;
}

/* The kernel refuses to remove a group with processes. */
static void
remove_group(int parent, const char *name)
{
	int depth = 0;

	(void)remove_below(&depth, parent, name);
}

/* Opens the files for killing it while descriptors are available. */
static int
open_controls(struct cgroup *g)
{
	g->events = file_open_path(g->fd, "cgroup.events", O_RDONLY);
	g->kill = g->events == -1 ? -1 : file_open_path(g->fd, "cgroup.kill", O_WRONLY);
	return g->kill == -1 ? -1 : 0;
}

static void
close_group(struct cgroup *g)
{
	const int fds[] = { g->events, g->kill, g->fd, g->parent };

	for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++)
		file_close(fds[i]);
	g->parent = g->fd = g->events = g->kill = -1;
}

/* Returns the number of processes; -1: some are left. */
static int
end_group(const struct cgroup *g)
{
	int n = 0;

	if (is_populated(g->events)) {
		n = count(g->fd);
		(void)!write(g->kill, "1", 1);
		if (!await_end(g->events))
			n = -1;
	}
	remove_group(g->parent, g->name);
	return n;
}

pid_t
cgroup_maker(const char *name)
{
	const char *dot = strrchr(name, '.');
	long pid;
	char *end;

	if (strncmp(name, CGROUP_NAME, strlen(CGROUP_NAME)) != 0 || dot == NULL || dot[1] < '1' ||
	    dot[1] > '9')
		return 0;
	pid = strtol(dot + 1, &end, 10);
	return *end == '\0' && pid <= INT_MAX ? (pid_t)pid : 0;
}

int
cgroup_prefix(const char *session, int dirfd, char *buf, size_t len)
{
	struct stat st;

	if (fstat(dirfd, &st) == -1)
		return -1;
	snprintf(buf, len, CGROUP_NAME "%s.%llx-%llx.", session, (unsigned long long)st.st_dev,
	    (unsigned long long)st.st_ino);
	return 0;
}

int
cgroup_make(struct cgroup *g, const char *own, const char *prefix, char *why, size_t len)
{
	bool made;

	*g = CGROUP_NONE;
	snprintf(g->name, sizeof(g->name), "%s%ld", prefix, (long)getpid());
	g->parent = file_open_dir(AT_FDCWD, own);
	made = g->parent != -1 && (mkdirat(g->parent, g->name, 0755) == 0 || errno == EEXIST);
	if (made && (g->fd = file_open_dir(g->parent, g->name)) != -1 && open_controls(g) == 0)
		return 0;
	if (why != NULL && errno == ENOENT && g->fd != -1)
		snprintf(why, len, "cgroups in %s have no cgroup.kill (Linux 5.14)", own);
	else if (why != NULL)
		snprintf(why, len, "no cgroup can be made in %s: %s", own, strerror(errno));
	if (made)
		(void)unlinkat(g->parent, g->name, AT_REMOVEDIR);
	close_group(g);
	return -1;
}

int
cgroup_begin(struct cgroup *g, const char *session, int dirfd, char *why, size_t len)
{
	struct cgroup_place place;
	char prefix[NAME_MAX];

	*g = CGROUP_NONE;
	if (cgroup_here(&place, why, len) == -1 ||
	    cgroup_prefix(session, dirfd, prefix, sizeof(prefix)) == -1)
		return -1;
	return cgroup_make(g, place.own, prefix, why, len);
}

int
cgroup_end(struct cgroup *g)
{
	int n;

	if (g->fd == -1)
		return 0;
	n = end_group(g);
	close_group(g);
	return n == -1 ? -1 : 0;
}

struct search {
	const char	*prefix;
	char		 own[PATH_MAX];	/* this process's group, which must be left alone */
	int		 found;
	bool		 left;		/* some did not end */
};

/* Is this process in the group, or in one below it? */
static bool
is_around(const struct search *s, const char *name)
{
	size_t len = strlen(name);
	const char *p = s->own;

	while ((p = strstr(p, name)) != NULL) {
		if (p > s->own && p[-1] == '/' && (p[len] == '/' || p[len] == '\0'))
			return true;
		p += len;
	}
	return false;
}

static bool
is_ours(int parent, const char *name)
{
	struct stat st;

	return file_stat(parent, name, &st) == 0 && st.st_uid == geteuid();
}

static bool
end_if_named(void *arg, int parent, const char *name)
{
	struct search *s = arg;
	struct cgroup g = CGROUP_NONE;
	int n;

	if (cgroup_maker(name) == 0 || is_around(s, name))
		return false;
	/* groups below another session's group end with that group */
	if (strncmp(name, s->prefix, strlen(s->prefix)) != 0 || !is_ours(parent, name))
		return true;
	strlcpy(g.name, name, sizeof(g.name));
	g.parent = file_dup(parent, 0);
	g.fd = file_open_dir(parent, name);
	if (g.parent == -1 || g.fd == -1 || open_controls(&g) == -1)
		n = errno == ENOENT || errno == ENODEV ? 0 : -1;
	else
		n = end_group(&g);
	close_group(&g);
	if (n == -1)
		s->left = true;
	else
		s->found += n;
	return true;
}

static bool
remove_if_left(void *arg, int parent, const char *name)
{
	pid_t maker = cgroup_maker(name);

	(void)arg;
	if (maker != 0 && kill(maker, 0) == -1 && errno == ESRCH && is_ours(parent, name))
		remove_group(parent, name);
	return false;
}

int
cgroup_end_all(const char *top, const char *prefix)
{
	struct search s = { .prefix = prefix };
	struct cgroup_place place;

	if (cgroup_here(&place, NULL, 0) == 0)
		memcpy(s.own, place.own, sizeof(s.own));
	walk(file_open_dir(AT_FDCWD, top), 0, end_if_named, &s);
	return s.left ? -1 : s.found;
}

void
cgroup_sweep(const char *top)
{
	walk(file_open_dir(AT_FDCWD, top), 0, remove_if_left, NULL);
}
