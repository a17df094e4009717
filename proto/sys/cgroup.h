/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROTO_CGROUP_H
#define PROTO_CGROUP_H

/*
 * A control group (version 2) of its own for each run: whatever is started in
 * it is born in it, whatever session, process group, environment or parent it
 * takes, and all of it is ended at once, also by who comes after a crash.  No
 * controller is enabled: a group says only what belongs together.
 *
 *	cgroup_begin(&g, session, dirfd, NULL, 0);
 *	child_start with .grouped = g.fd != -1, .cgroup = g.fd
 *	cgroup_end(&g);			also when there is none
 *
 * It is never a condition: where none can be made or entered, the tree is found
 * by walking descendants (child.h), which is done in any case.  A group's name is
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
	char	 own[PATH_MAX];		/* the directory of this process's group */
};
struct cgroup {
	int	 parent, fd;		/* directories; -1 = there is no group */
	int	 events, kill;		/* what it tells by, and is ended by */
	char	 name[NAME_MAX + 1];
};
#define CGROUP_NONE	(struct cgroup){ .parent = -1, .fd = -1, .events = -1, .kill = -1 }

/* Pure: from the texts of /proc/self/mountinfo and /proc/self/cgroup; 0, or -1 with the reason. */
int cgroup_locate(const char *mountinfo, const char *self, struct cgroup_place *, char *why,
    size_t len);
/* The same, of this process. */
int cgroup_here(struct cgroup_place *, char *why, size_t len);
/* What the names of a session's groups begin with; dirfd is its directory.  0 or -1. */
int cgroup_prefix(const char *session, int dirfd, char *buf, size_t len);
/* Pure: the maker's pid in a name; 0: it is no name of a group. */
pid_t cgroup_maker(const char *name);

/* A group of the session below that of this process; 0, or -1 with the reason, and *g is none. */
int cgroup_begin(struct cgroup *g, const char *session, int dirfd, char *why, size_t len);
/* The same with a prefix of names below the group whose directory is own. */
int cgroup_make(struct cgroup *g, const char *own, const char *prefix, char *why, size_t len);
/* Kills all that is in it, waits until it is gone, and removes it.  -1: some would not go
 * within 5 s. */
int cgroup_end(struct cgroup *g);

/* Does so with every group of this user at or below the directory top whose name begins with
 * prefix, but one that this process is in.  How many processes there were; -1: some would not go. */
int cgroup_end_all(const char *top, const char *prefix);
/* Removes groups of which the maker is gone and in which nothing lives. */
void cgroup_sweep(const char *top);

#endif
