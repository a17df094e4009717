/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROTO_SANDBOX_H
#define PROTO_SANDBOX_H

/*
 * Confinement of what runs agent-written code.  A struct sandbox is a
 * description: everything is readable and nothing writable, except for the
 * listed paths; of two nested paths the deeper one counts.  It is enforced by bubblewrap (mount, pid and ipc
 * namespaces) or by Landlock.
 *
 *	struct sandbox sb = { .network = true, .tmp = "/private/tmp" };
 *	sandbox_add(&sb, "/user/tree", SANDBOX_WRITE); reads the disk
 *	sandbox_settle(&sb);					pure
 *	sandbox_bwrap(&sb, dir, &argv);				unless Landlock does it alone
 *	sandbox_walls_make(&walls, &sb, kind, scoped, err, len);
 *	sandbox_free(&sb);
 *
 * Landlock grants a directory with everything below.  A read-only directory
 * inside a writable one splits the grant: then nothing can be created in the directories between them.  It can
 * neither hide a path nor protect a single file in a writable directory, and does not close sockets in the file
 * system.
 */

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "proto/base/strings.h"

enum sandbox_kind { SANDBOX_NONE, SANDBOX_LANDLOCK, SANDBOX_BWRAP, SANDBOX_KINDS };
/* HIDE: nothing is visible, and bubblewrap puts a directory of the run's own there; EMPTY: the same, but
 * nothing can be created there; TMP: the run's scratch directory. */
enum sandbox_access { SANDBOX_READ, SANDBOX_WRITE, SANDBOX_HIDE, SANDBOX_EMPTY, SANDBOX_TMP };

struct sandbox_path {
	char		*path;		/* absolute, without links */
	enum sandbox_access access;
	bool		 dir;
	char		*from;		/* what bubblewrap mounts there; NULL = the path itself */
};
struct sandbox {
	struct sandbox_path *v;
	size_t		 n;
	const char	*tmp;		/* replaces /tmp and /var/tmp under bubblewrap; NULL = they stay visible */
	bool		 network;
};

/* Adds a path as it is on disk now, with links followed; skips a missing one.  Of two entries for one path the
 * later counts. */
void sandbox_add(struct sandbox *, const char *path, enum sandbox_access);
/* For bubblewrap only: mounts from at path, which must exist. */
void sandbox_bind(struct sandbox *, const char *from, const char *path, enum sandbox_access);
/* Sorts parents before children, keeps one entry per path, and drops entries that change nothing. */
void sandbox_settle(struct sandbox *);
void sandbox_free(struct sandbox *);
/* The access to a path, from the nearest entry at or above it. */
enum sandbox_access sandbox_access_of(const struct sandbox *, const char *path);
/* Is path below dir, or equal to dir?  Compares names only. */
bool sandbox_below(const char *path, const char *dir);

/* Appends the command line up to and including "--"; dir is the working directory.  The following command
 * becomes the first process of its pid namespace (child_hold). */
void sandbox_bwrap(const struct sandbox *, const char *dir, struct strings *argv);
/* A ruleset descriptor, close-on-exec; -1 with the reason in err.  reading also closes devices and terminals;
 * otherwise only writing is restricted. */
int sandbox_landlock(const struct sandbox *, bool reading, char *err, size_t errlen);
/* The version of the kernel's Landlock, 0 = none; version 2 is the minimum here. */
int sandbox_landlock_abi(void);
#define SANDBOX_SCOPES_ABI	6	/* from this version on it can scope signals and abstract sockets */
/* A ruleset that closes no file and forbids mounts: a process under it can't signal, trace or read the memory
 * of processes outside, nor reach their abstract sockets.  Before SANDBOX_SCOPES_ABI it can signal and connect,
 * but not mount.  -1 with errno. */
int sandbox_landlock_domain(void);
/* Allows writing to the open file fd under the ruleset.  0 or -1. */
int sandbox_landlock_file(int ruleset, int fd);
/*
 * The system calls that runs are denied (sandbox_seccomp.c), as a kernel program that stays valid
 * until the next call; NULL with errno.  The other returns a descriptor for bubblewrap; -1 with
 * errno.
 */
#define SANDBOX_FILTER_ALONE	1u	/* no namespace hides other processes */
#define SANDBOX_FILTER_OFFLINE	2u	/* no network */
struct sock_fprog;
bool sandbox_filter_works(void);
const struct sock_fprog *sandbox_filter(unsigned when);
int sandbox_filter_pipe(unsigned when);

/*
 * What a confined child enters before exec (child_spec.enter), for kinds other than
 * SANDBOX_NONE.  With bubblewrap this is a Landlock domain, if scoped, and the filter is handed
 * to bubblewrap as CHILD_HANDED.
 */
struct sandbox_walls {
	int		 ruleset;	/* -1 = none */
	int		 filter_fd;	/* for bubblewrap; -1 = none */
	const struct sock_fprog *filter;
	bool		 alone;		/* there is no other confinement: root loses capabilities, too */
};
#define SANDBOX_NO_WALLS	(struct sandbox_walls){ .ruleset = -1, .filter_fd = -1 }
/* 0, or -1 with the reason in err. */
int sandbox_walls_make(struct sandbox_walls *, const struct sandbox *, enum sandbox_kind, bool scoped,
    char *err, size_t errlen);
void sandbox_walls_close(struct sandbox_walls *);
/* Uses only system calls; can't be undone.  0 or -1.  walls is a struct sandbox_walls. */
int sandbox_enter(const void *walls);

/*
 * Which kind works here.  sandbox_probe_start runs bubblewrap once, in parallel to the caller;
 * sandbox_probe_end waits for it and says in why, as a sentence, what was chosen and why not
 * something better.  A success is cached in the file cache (NULL = nowhere) until the next boot.
 *
 * layers is a command line to put before bubblewrap's for a trial of both (sandbox_layers; NULL
 * or empty = none).  After sandbox_probe_end, layered says whether they work together, and
 * unlayered why not; bubblewrap is then tried alone.
 */
struct sandbox_probe {
	pid_t	 pid;
	int	 fd;
	bool	 known;		/* from the cache */
	bool	 asked;		/* layers were given */
	bool	 layered;
	bool	 scoped;	/* works in a Landlock domain, too */
	char	 unlayered[160];
	char	*cache;
	char	 key[160];
};
void sandbox_probe_start(struct sandbox_probe *, const char *cache, const struct strings *layers);
enum sandbox_kind sandbox_probe_end(struct sandbox_probe *, char *why, size_t len);
/* After bubblewrap was found to work: does this command succeed inside?  If not, why says why. */
bool sandbox_probe_inside(const struct sandbox_probe *, const char *const *argv, char *why, size_t len);
/* The common start of bubblewrap's command lines. */
#define SANDBOX_BWRAP_PROGRAM	"bwrap"
void sandbox_bwrap_base(bool network, struct strings *argv);
const char *sandbox_kind_name(enum sandbox_kind);	/* "bubblewrap", "Landlock", "nothing" */

#endif
