/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/pidfd.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/base/clock.h"
#include "proto/sys/cgroup.h"
#include "proto/sys/child.h"
#include "proto/sys/dir.h"
#include "proto/sys/file.h"

#define GIVE_UP		(5 * CLOCK_S)
#define ANCESTORS_MAX	64

struct wanted {
	char	 variable[160];		/* SESSION_ID=... */
	char	 directory[PATH_MAX + 16]; /* SESSION_DIR=..., "" = not checked */
	char	 worktree[PATH_MAX];	/* "" = not checked */
	pid_t	 spared[ANCESTORS_MAX];	/* this process and its ancestors */
	size_t	 nspared;
};

/* An environment may be megabytes long: it is compared while it is read. */
static bool
environment_has(int procfd, const char *variable)
{
	size_t len = strlen(variable), matched = 0;
	bool matching = true, found = false;
	char buf[4096];
	ssize_t n, i;
	int fd;

	fd = file_open_path(procfd, "environ", O_RDONLY);
	if (fd == -1)
		return false;
	while (!found && (n = read(fd, buf, sizeof(buf))) > 0)
		for (i = 0; i < n && !found; i++) {
			if (buf[i] == '\0') {
				found = matching && matched == len;
				matching = true;
				matched = 0;
			} else if (matching && matched < len && buf[i] == variable[matched])
				matched++;
			else
				matching = false;
		}
	close(fd);
	return found;
}

/* A person's shell in the worktree has a terminal; an agent's leftover processes were started without one. */
static bool
has_terminal(int procfd)
{
	struct proc_stat st;

	return proc_stat(procfd, "stat", &st) == 0 && st.terminal != 0;
}

static void
spare_ancestors(struct wanted *w)
{
	struct proc_stat st = { .parent = getpid() };

	do
		w->spared[w->nspared++] = st.parent;
	while (w->nspared < ANCESTORS_MAX && proc_stat_of(st.parent, &st) == 0 && st.parent > 0);
}

static bool
is_wanted(const struct wanted *w, int procfd)
{
	struct stat st;

	return fstat(procfd, &st) == 0 && st.st_uid == geteuid() &&
	    ((environment_has(procfd, w->variable) &&
	    (w->directory[0] == '\0' || environment_has(procfd, w->directory))) ||
	    (proc_link_under(procfd, "cwd", w->worktree) && !has_terminal(procfd)));
}

/* 1 = killed, 0 = left alone or gone.  The descriptors are opened before the checks, so another process with
 * the same id can't be hit. */
static int
kill_if_wanted(const struct wanted *w, int proc, const char *name)
{
	pid_t pid = (pid_t)strtol(name, NULL, 10);
	struct pollfd pfd = { .events = POLLIN };
	int procfd, killed = 0;
	size_t i;

	for (i = 0; i < w->nspared; i++)
		if (w->spared[i] == pid)
			return 0;
	procfd = file_find_dir(proc, name);
	if (procfd == -1)
		return 0;
	if (is_wanted(w, procfd)) {
		pfd.fd = pidfd_open(pid, 0);
		if (pfd.fd == -1) {
			killed = errno == ENOSYS && kill(pid, SIGKILL) == 0;
		} else {
			if (is_wanted(w, procfd) && pidfd_send_signal(pfd.fd, SIGKILL, NULL, 0) == 0) {
				killed = 1;
				poll(&pfd, 1, 1000);
			}
			close(pfd.fd);
		}
	}
	close(procfd);
	return killed;
}

static int
kill_groups(const char *session_id, const char *dir, bool crashed)
{
	int fd = file_open_dir(AT_FDCWD, dir), n = 0;
	struct cgroup_place place;
	char prefix[NAME_MAX];

	if (fd == -1)
		return 0;
	if (cgroup_prefix(session_id, fd, prefix, sizeof(prefix)) == 0 &&
	    cgroup_here(&place, NULL, 0) == 0)
		n = cgroup_end_all(crashed ? place.mount : place.own, prefix);
	close(fd);
	return n;
}

int
proc_kill_session(const char *session_id, const char *dir, const char *worktree, bool crashed)
{
	int64_t give_up = clock_now() + GIVE_UP;
	struct wanted w = { .nspared = 0 };
	int total, found, groups;
	struct dirent *d;
	char real[PATH_MAX];
	DIR *proc;

	groups = total = dir != NULL ? kill_groups(session_id, dir, crashed) : 0;
	/* two sessions made by hand may have the same id */
	if (dir != NULL && realpath(dir, real) != NULL)
		snprintf(w.directory, sizeof(w.directory), "SESSION_DIR=%s", real);
	snprintf(w.variable, sizeof(w.variable), "SESSION_ID=%s", session_id);
	/* as /proc shows it; a removed directory is compared by its given name */
	if (worktree != NULL && realpath(worktree, w.worktree) == NULL)
		snprintf(w.worktree, sizeof(w.worktree), "%s", worktree);
	spare_ancestors(&w);
	proc = opendir("/proc");
	if (proc == NULL)
		return -1;
	/* repeat until a whole pass finds none: they may fork meanwhile */
	do {
		found = 0;
		rewinddir(proc);
		while ((d = dir_next(proc)) != NULL)
			if (d->d_name[0] >= '1' && d->d_name[0] <= '9')
				found += kill_if_wanted(&w, dirfd(proc), d->d_name);
		total += found;
	} while (found > 0 && clock_now() < give_up);
	dir_close(proc);
	return groups == -1 || found > 0 ? -1 : total;
}
