/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "proto/base/clock.h"
#include "proto/sys/child.h"
#include "proto/sys/dir.h"
#include "proto/sys/file.h"

#define GIVE_UP		(5 * CLOCK_S)

struct pids {
	pid_t	*pid;
	size_t	 n, size;
};

static bool
pids_has(const struct pids *p, pid_t pid)
{
	size_t i;

	for (i = 0; i < p->n; i++)
		if (p->pid[i] == pid)
			return true;
	return false;
}

static void
pids_add(struct pids *p, pid_t pid)
{
	if (p->n == p->size) {
		p->size = p->size == 0 ? 16 : p->size * 2;
		p->pid = reallocarray(p->pid, p->size, sizeof(*p->pid));
		if (p->pid == NULL)
			err(1, NULL);
	}
	p->pid[p->n++] = pid;
}

static pid_t
parse_pid(const char *s)
{
	char *end;
	long pid;

	pid = s[0] >= '1' && s[0] <= '9' ? strtol(s, &end, 10) : 0;
	return pid > 0 && pid <= INT_MAX && *end == '\0' ? (pid_t)pid : 0;
}

int
proc_stat(int dirfd, const char *path, struct proc_stat *st)
{
	char buf[512], *p;
	long parent;
	ssize_t n;
	int fd;

	if ((fd = file_open_path(dirfd, path, O_RDONLY)) == -1)
		return -1;
	n = read(fd, buf, sizeof(buf) - 1);
	close(fd);
	if (n <= 0)
		return -1;
	buf[n] = '\0';
	/* pid (name) state parent group session terminal: only the name may contain blanks and parentheses */
	p = strrchr(buf, ')');
	if (p == NULL || sscanf(p, ") %c %ld %*d %*d %ld", &st->state, &parent, &st->terminal) != 3)
		return -1;
	st->parent = (pid_t)parent;
	return 0;
}

int
proc_stat_of(pid_t pid, struct proc_stat *st)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%ld/stat", (long)pid);
	return proc_stat(AT_FDCWD, path, st);
}

/* Appends the children of one thread; -1 when the kernel has no such file. */
static int
children_of_thread(const char *path, struct pids *out)
{
	long pid;
	FILE *fp;

	fp = fopen(path, "re");
	if (fp == NULL)
		return errno == ENOENT ? -1 : 0;
	while (fscanf(fp, "%ld", &pid) == 1)
		pids_add(out, (pid_t)pid);
	fclose(fp);
	return 0;
}

static int
children_of(pid_t pid, struct pids *out)
{
	char path[64 + NAME_MAX];
	struct dirent *d;
	int result = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%ld/task", (long)pid);
	dir = opendir(path);	/* if that fails the process is gone, and its children are found at their new parent */
	while ((d = dir_next(dir)) != NULL) {
		if (parse_pid(d->d_name) == 0)
			continue;
		snprintf(path, sizeof(path), "/proc/%ld/task/%s/children", (long)pid, d->d_name);
		if (children_of_thread(path, out) == -1 && pid == getpid())
			result = -1;
	}
	dir_close(dir);
	return result;
}

/* The same for a kernel without CONFIG_PROC_CHILDREN. */
static void
children_by_scan(pid_t parent, struct pids *out)
{
	struct proc_stat st;
	struct dirent *d;
	pid_t pid;
	DIR *dir = opendir("/proc");

	while ((d = dir_next(dir)) != NULL)
		if ((pid = parse_pid(d->d_name)) != 0 &&
		    proc_stat_of(pid, &st) == 0 && st.parent == parent)
			pids_add(out, pid);
	dir_close(dir);
}

/* All descendants except spare and its descendants, parents before children. */
static void
descendants(struct pids *out, pid_t spare)
{
	bool scan = false;
	pid_t from = getpid();
	size_t i, next, kept;

	out->n = 0;
	for (next = 0;; from = out->pid[next++]) {
		kept = out->n;
		if (!scan && children_of(from, out) == -1) {
			scan = true;
			out->n = kept;
		}
		if (scan)
			children_by_scan(from, out);
		for (i = kept; i < out->n; i++)
			if (out->pid[i] != spare)
				out->pid[kept++] = out->pid[i];
		out->n = kept;
		if (next == out->n)
			break;
	}
}

int
proc_adopt(void)
{
	return prctl(PR_SET_CHILD_SUBREAPER, 1);
}

int
proc_signal(int sig, pid_t group)
{
	bool grouped = group != 0 && kill(-group, sig) == 0;
	struct pids all = { 0 };
	size_t i;
	int n = 0;

	descendants(&all, 0);
	for (i = 0; i < all.n; i++)
		if ((grouped && getpgid(all.pid[i]) == group) || kill(all.pid[i], sig) == 0)
			n++;
	free(all.pid);
	return n;
}

int
proc_signal_below(int sig, pid_t parent)
{
	struct pids all = { 0 };
	size_t i;
	int n = 0;

	if (children_of(parent, &all) == -1 || all.n == 0)
		children_by_scan(parent, &all);
	for (i = 0; i < all.n; i++)
		n += kill(all.pid[i], sig) == 0;
	free(all.pid);
	return n;
}

/* Waits briefly for a process to end, whatever its parent. */
static void
await_end(pid_t pid)
{
	struct timespec pause = { .tv_nsec = CLOCK_MS };
	struct pollfd pfd = { .events = POLLIN };

	pfd.fd = pidfd_open(pid, 0);
	if (pfd.fd == -1) {
		if (errno != ESRCH)
			nanosleep(&pause, NULL);
		return;
	}
	poll(&pfd, 1, 20);
	close(pfd.fd);
}

int
proc_kill(pid_t spare)
{
	int64_t give_up = clock_now() + GIVE_UP;
	struct pids all = { 0 }, killed = { 0 };
	struct proc_stat st;
	size_t i;
	int n;

	for (descendants(&all, spare); all.n > 0; descendants(&all, spare)) {
		/* stop them from the top, so that none forks or reaps while we read the rest */
		for (i = 0; i < all.n; i++)
			kill(all.pid[i], SIGSTOP);
		descendants(&all, spare);
		for (i = 0; i < all.n; i++) {
			if (proc_stat_of(all.pid[i], &st) == 0 && st.state != 'Z' &&
			    kill(all.pid[i], SIGKILL) == 0 && !pids_has(&killed, all.pid[i]))
				pids_add(&killed, all.pid[i]);
		}
		/* by pid: waitpid(-1) could take spare's status */
		for (i = 0; i < all.n; i++)
			if (waitpid(all.pid[i], NULL, WNOHANG) == 0)
				await_end(all.pid[i]);
		if (clock_now() > give_up)
			break;
	}
	n = all.n > 0 ? -1 : (int)killed.n;
	free(all.pid);
	free(killed.pid);
	return n;
}
