/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/stat.h>

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "orchestrator/cli/doctor.h"
#include "proto/base/text.h"
#include "proto/sys/cgroup.h"
#include "proto/sys/child.h"
#include "proto/sys/file.h"
#include "proto/sys/fs.h"
#include "proto/sys/watch.h"

#define GIT_MAJOR	2
#define GIT_MINOR	38

void
doctor_git(struct report *r)
{
	static const char *const argv[] = { "git", "version", NULL };
	const struct child_spec spec = { .argv = argv, .in = -1, .out = -1, .err = -1 };
	char *out = NULL, *errout = NULL;
	const struct child_io io = { .max = 4096, .out = &out, .errout = &errout };
	int major = 0, minor = 0, status;

	status = child_run(&spec, &io);
	if (status != 0 || out == NULL ||
	    sscanf(out, "git version %9d.%9d", &major, &minor) != 2)
		report_add(r, "git", HEALTH_BAD, "cannot be run; install git");
	else if (major < GIT_MAJOR || (major == GIT_MAJOR && minor < GIT_MINOR))
		report_add(r, "git", HEALTH_BAD, "%d.%d is too old; install %d.%d or later", major,
		    minor, GIT_MAJOR, GIT_MINOR);
	else
		report_add(r, "git", HEALTH_GOOD, "%d.%d", major, minor);
	free(out);
	free(errout);
}

void
doctor_file_system(struct report *r, const char *name, const char *path)
{
	bool remote;
	const char *type = fs_name(path, &remote);

	if (type == NULL)
		report_add(r, name, HEALTH_BAD, "%s: %s", path, strerror(errno));
	else if (remote)
		report_add(r, name, HEALTH_BAD, "%s is on %s, which does not deliver events from other machines or has no "
		    "reliable locks; use a local file system", path, type);
	else if (*type == '\0')
		report_add(r, name, HEALTH_NOTE, "%s is on a file system of unknown type; it must "
		    "be local and deliver inotify events", path);
	else
		report_add(r, name, HEALTH_GOOD, "%s is on %s", path, type);
}

static void
probe_lock(struct report *r, int fd)
{
	struct flock fl = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	if (fcntl(fd, F_SETLK, &fl) == 0)
		report_add(r, "locks", HEALTH_GOOD, "POSIX record locks work");
	else
		report_add(r, "locks", HEALTH_BAD, "POSIX record locks do not work here: %s; use "
		    "another file system", strerror(errno));
}

static void
probe_lease(struct report *r, int dirfd)
{
	int fd = file_open_path(dirfd, DOCTOR_PROBE, O_RDONLY);

	if (fd != -1 && fcntl(fd, F_SETLEASE, F_RDLCK) == 0)
		report_add(r, "leases", HEALTH_GOOD, "read leases work");
	else
		report_add(r, "leases", HEALTH_NOTE, "read leases do not work here (%s): an answer "
		    "that is still being written when a worker starts may be read too early",
		    strerror(errno));
	if (fd != -1)
		close(fd);
}

void
doctor_home(struct report *r, const char *home)
{
	int dirfd, fd;

	if (file_make_dirs(home) == -1 || (dirfd = file_open_dir(AT_FDCWD, home)) == -1) {
		report_add(r, "state", HEALTH_BAD, "%s: %s; make it writable, or set "
		    "ORCHESTRATOR_HOME to a directory that is", home, strerror(errno));
		return;
	}
	fd = file_open(dirfd, DOCTOR_PROBE, O_RDWR | O_CREAT | O_TRUNC, 0600);
	if (fd == -1)
		report_add(r, "state", HEALTH_BAD, "%s: %s; make it writable, or set "
		    "ORCHESTRATOR_HOME to a directory that is", home, strerror(errno));
	else {
		report_add(r, "state", HEALTH_GOOD, "%s is writable%s", home,
		    getenv("ORCHESTRATOR_HOME") != NULL ? " (ORCHESTRATOR_HOME)" : "");
		doctor_file_system(r, "state-fs", home);
		probe_lock(r, fd);
		close(fd);	/* a lease requires that no process has the file open for writing */
		probe_lease(r, dirfd);
		unlinkat(dirfd, DOCTOR_PROBE, 0);
	}
	close(dirfd);
}

static long
read_number(const char *path)
{
	FILE *f = fopen(path, "re");
	long n = -1;

	if (f == NULL)
		return -1;
	if (fscanf(f, "%18ld", &n) != 1)
		n = -1;
	fclose(f);
	return n;
}

static long
count_inotify(const char *pid)
{
	char *path = text_format("/proc/%s/fd", pid), target[64];
	const struct dirent *e;
	long n = 0;
	ssize_t len;
	DIR *d;

	if ((d = opendir(path)) != NULL) {
		while ((e = readdir(d)) != NULL) {
			len = readlinkat(dirfd(d), e->d_name, target, sizeof(target) - 1);
			target[len > 0 ? len : 0] = '\0';
			n += strcmp(target, "anon_inode:inotify") == 0;
		}
		closedir(d);
	}
	free(path);
	return n;
}

/* Instances held by this user's processes, as far as visible. */
static long
inotify_in_use(void)
{
	const struct dirent *e;
	struct stat st;
	long n = 0;
	DIR *d;

	if ((d = opendir("/proc")) == NULL)
		return 0;
	while ((e = readdir(d)) != NULL)
		if (isdigit((unsigned char)e->d_name[0]) &&
		    fstatat(dirfd(d), e->d_name, &st, 0) == 0 && st.st_uid == getuid())
			n += count_inotify(e->d_name);
	closedir(d);
	return n;
}

void
doctor_inotify(struct report *r)
{
	long limit = read_number("/proc/sys/fs/inotify/max_user_instances");
	long watches = read_number("/proc/sys/fs/inotify/max_user_watches");
	long used = inotify_in_use(), fit;
	bool works = watch_open() == 0;

	watch_leave();
	if (limit < 0) {
		report_add(r, "inotify", works ? HEALTH_NOTE : HEALTH_BAD,
		    "the limits cannot be read%s", works ? "" : ", and no instance can be made");
		return;
	}
	/* An instance for each worker, and one for execute; watches for a worker's directories, and for execute's. */
	fit = limit - used - 1;
	if (watches >= 0 && watches / 8 < fit)
		fit = watches / 8;
	if (fit < 0)
		fit = 0;
	report_add(r, "inotify", !works || fit < 1 ? HEALTH_BAD : fit < 16 ? HEALTH_NOTE : HEALTH_GOOD,
	    "%ld more sessions fit at a time (%ld of %ld instances in use, %ld watches); to raise: "
	    "sysctl fs.inotify.max_user_instances=1024", fit, used, limit, watches);
}

void
doctor_proc(struct report *r)
{
	char *path = text_format("/proc/self/task/%ld/children", (long)getpid());
	int fd = file_open_path(AT_FDCWD, path, O_RDONLY);

	if (fd != -1) {
		report_add(r, "processes", HEALTH_GOOD, "/proc shows the children of a process");
		close(fd);
	} else
		report_add(r, "processes", HEALTH_BAD, "%s: %s; mount /proc, with a kernel that has CONFIG_PROC_CHILDREN: "
		    "leftover processes of agents are found there", path,
		    strerror(errno));
	free(path);
}

/* Does a process started in the group appear in it? */
static bool
is_born_in(const struct cgroup *g)
{
	static const char *const argv[] = { "cat", "/proc/self/cgroup", NULL };
	const struct child_spec spec = { .argv = argv, .in = -1, .out = -1, .err = -1,
		.grouped = true, .cgroup = g->fd };
	char *out = NULL, *errout = NULL;
	const struct child_io io = { .max = 1 << 20, .out = &out, .errout = &errout };
	bool there = child_run(&spec, &io) == 0 && strstr(out, g->name) != NULL;

	free(out);
	free(errout);
	return there;
}

void
doctor_cgroup(struct report *r)
{
	struct cgroup g = CGROUP_NONE;
	struct cgroup_place place;
	char why[1024];

	if (cgroup_here(&place, why, sizeof(why)) == 0 &&
	    cgroup_make(&g, place.own, CGROUP_NAME "doctor.", why, sizeof(why)) == 0 &&
	    !is_born_in(&g))
		snprintf(why, sizeof(why), "no process can be started in a cgroup of %.900s", place.own);
	else if (g.fd != -1) {
		report_add(r, "cgroup", HEALTH_GOOD, "each run has its own cgroup below %s; "
		    "ending it ends all leftover processes of the run, also after a crash", place.own);
		(void)cgroup_end(&g);
		return;
	}
	(void)cgroup_end(&g);
	report_add(r, "cgroup", HEALTH_NOTE, "no cgroup per run (%s); leftover processes are found "
	    "through the process tree instead; systemd-run --user --scope COMMAND may provide one", why);
}
