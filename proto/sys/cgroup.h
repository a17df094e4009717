/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROTO_CGROUP_H
#define PROTO_CGROUP_H

/*
 * A control group (version 2) of its own for each run: every process started
 * from it stays in it, whatever session, process group, environment or parent it takes, and all of them can be killed
 * together, even after a crash.  No controller is enabled: a group only says which processes belong together.
 *
 *	cgroup_begin(&g, session, dirfd, NULL, 0);
 *	child_start with .grouped = g.fd != -1, .cgroup = g.fd
 *	cgroup_end(&g);			also when there is none
 *
 * Groups are optional: where none can be made or entered, the processes are
 * found by walking descendants (child.h), which is done in any case.  A group's name is
 * orchestrator-<session>.<device>-<inode of the session directory>.<pid of its
 * maker>; it is below the maker's own, and belongs to this user.  Reasons are
 * half a sentence, for doctor; why may be NULL.
 */

#include <limits.h>
#include <stddef.h>
#include <sys/types.h>

#define CGROUP_NAME	"orchestrator-"

struct cgroup_place {
	char	 mount[PATH_MAX];	/* where the hierarchy is mounted */
	char	 own[PATH_MAX];		/* directory of this process's group */
};
struct cgroup {
	int	 parent, fd;		/* directories; -1 = no group */
	int	 events, kill;		/* its files for events and for killing */
	char	 name[NAME_MAX + 1];
};
#define CGROUP_NONE	(struct cgroup){ .parent = -1, .fd = -1, .events = -1, .kill = -1 }

/* Pure.  Finds the place from the texts of /proc/self/mountinfo and /proc/self/cgroup; 0, or -1 with the reason. */
int cgroup_locate(const char *mountinfo, const char *self, struct cgroup_place *, char *why,
    size_t len);
/* The same for this process. */
int cgroup_here(struct cgroup_place *, char *why, size_t len);
/* The common prefix of the names of a session's groups; dirfd is the session directory.  0 or -1. */
int cgroup_prefix(const char *session, int dirfd, char *buf, size_t len);
/* Pure.  The maker's pid in the name of a group; 0: it is not the name of a group. */
pid_t cgroup_maker(const char *name);

/* Makes a group for the session below this process's group; 0, or -1 with the reason and *g empty. */
int cgroup_begin(struct cgroup *g, const char *session, int dirfd, char *why, size_t len);
/* The same with a prefix for the name, below the group with the directory own. */
int cgroup_make(struct cgroup *g, const char *own, const char *prefix, char *why, size_t len);
/* Kills all processes in the group, waits until they are gone, and removes it.  -1: some did not end within 5 s. */
int cgroup_end(struct cgroup *g);

/* Does this for every group of this user at or below the directory top whose name begins with prefix, except
 * for groups that contain this process.  Returns the number of processes; -1: some did not end. */
int cgroup_end_all(const char *top, const char *prefix);
/* Removes groups without processes whose maker is gone. */
void cgroup_sweep(const char *top);

#endif
