/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROTO_SANDBOX_H
#define PROTO_SANDBOX_H

/*
 * Confinement of what runs agent-written code.  A struct sandbox is a
 * description: everything is readable, nothing writable, but for the paths that
 * say otherwise; of two paths, one below the other, the deeper counts.  It is
 * put into effect by bubblewrap (mount, pid and ipc namespaces) or by Landlock.
 *
 *	struct sandbox sb = { .network = true, .tmp = "/private/tmp" };
 *	sandbox_add(&sb, "/user/tree", SANDBOX_WRITE);	looks at the disk
 *	sandbox_settle(&sb);					pure
 *	sandbox_bwrap(&sb, dir, &argv);				unless Landlock does it alone
 *	sandbox_walls_make(&walls, &sb, kind, scoped, err, len);
 *	sandbox_free(&sb);
 *
 * Landlock grants a directory with all that is below.  A directory that is not
 * to be written in one that is splits the grant: then nothing can be made in
 * the directories between.  It can neither hide a path nor protect a single
 * file in a writable directory, and shuts no socket of the file system.
 */

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "proto/base/strings.h"

enum sandbox_kind { SANDBOX_NONE, SANDBOX_LANDLOCK, SANDBOX_BWRAP, SANDBOX_KINDS };
/* HIDE: nothing is there, and with bubblewrap a directory of the run's own; EMPTY: the same, and nothing can be made
 * there; TMP: the run's scratch. */
enum sandbox_access { SANDBOX_READ, SANDBOX_WRITE, SANDBOX_HIDE, SANDBOX_EMPTY, SANDBOX_TMP };

struct sandbox_path {
	char		*path;		/* absolute, without links */
	enum sandbox_access access;
	bool		 dir;
	char		*from;		/* what bubblewrap mounts there; NULL = what is there */
};
struct sandbox {
	struct sandbox_path *v;
	size_t		 n;
	const char	*tmp;		/* with bubblewrap in the place of /tmp and /var/tmp; NULL = they are as they are */
	bool		 network;
};

/* Adds a path as it is on disk now, links followed; one that is not there is passed
 * over.  Of two entries for one path the later counts. */
void sandbox_add(struct sandbox *, const char *path, enum sandbox_access);
/* For bubblewrap alone: what is at from is mounted at path, which must be there. */
void sandbox_bind(struct sandbox *, const char *from, const char *path, enum sandbox_access);
/* Parents before children, one entry a path, none that says what holds anyway. */
void sandbox_settle(struct sandbox *);
void sandbox_free(struct sandbox *);
/* What holds for a path, by the nearest entry above it. */
enum sandbox_access sandbox_access_of(const struct sandbox *, const char *path);
/* Is path below dir, or dir itself?  By their names. */
bool sandbox_below(const char *path, const char *dir);

/* Appends the command line up to and with "--"; dir is the working directory.  What follows
 * is the first process of its pid namespace (child_hold). */
void sandbox_bwrap(const struct sandbox *, const char *dir, struct strings *argv);
/* A ruleset, close-on-exec; -1 with the reason in err.  reading = devices and terminals are closed,
 * too; else only writing is looked at. */
int sandbox_landlock(const struct sandbox *, bool reading, char *err, size_t errlen);
/* The version of the kernel's Landlock, 0 = none; from 2 on it is of use here. */
int sandbox_landlock_abi(void);
#define SANDBOX_SCOPES_ABI	6	/* from here on it scopes signals and abstract sockets */
/* A ruleset that closes no file and forbids no mount: what is under it can neither signal, trace
 * or read the memory of a process outside, nor reach its abstract sockets.  Before
 * SANDBOX_SCOPES_ABI it can signal and connect, but no longer mount.  -1 with errno. */
int sandbox_landlock_domain(void);
/* The file that fd has open may be written under the ruleset. 0 or -1. */
int sandbox_landlock_file(int ruleset, int fd);
/*
 * The system calls that no run makes (sandbox_seccomp.c), as a program for the kernel, which is to be
 * had until the next call.  NULL with errno.  bubblewrap reads it from a descriptor; -1 with errno.
 */
#define SANDBOX_FILTER_ALONE	1u	/* no namespace hides other processes */
#define SANDBOX_FILTER_OFFLINE	2u	/* no network */
struct sock_fprog;
bool sandbox_filter_works(void);
const struct sock_fprog *sandbox_filter(unsigned when);
int sandbox_filter_pipe(unsigned when);

/*
 * What a child enters before it becomes what is confined (child_spec.enter), for the kinds that
 * are not SANDBOX_NONE.  With bubblewrap that is a domain of Landlock, if scoped, and the
 * filter goes to bubblewrap as CHILD_HANDED.
 */
struct sandbox_walls {
	int		 ruleset;	/* -1 = none */
	int		 filter_fd;	/* for bubblewrap; -1 = none */
	const struct sock_fprog *filter;
	bool		 alone;		/* there is nothing else: root loses capabilities, too */
};
#define SANDBOX_NO_WALLS	(struct sandbox_walls){ .ruleset = -1, .filter_fd = -1 }
/* 0, or -1 with the reason in err. */
int sandbox_walls_make(struct sandbox_walls *, const struct sandbox *, enum sandbox_kind, bool scoped,
    char *err, size_t errlen);
void sandbox_walls_close(struct sandbox_walls *);
/* By system calls alone, with no way back: 0 or -1.  walls is a struct sandbox_walls. */
int sandbox_enter(const void *walls);

/*
 * Which of them works here.  sandbox_probe_start runs bubblewrap once, beside
 * whatever the caller does meanwhile; sandbox_probe_end waits for it and says in
 * why, a sentence, what was chosen and why not the better one.  That it works is
 * kept in the file cache (NULL = nowhere) until the machine is started again.
 *
 * layers is a command line to go before bubblewrap's, in a trial of both (sandbox_layers; NULL or
 * empty = none): after sandbox_probe_end, layered says whether they work together, and unlayered
 * why not; bubblewrap alone is tried then.
 */
struct sandbox_probe {
	pid_t	 pid;
	int	 fd;
	bool	 known;		/* from the cache */
	bool	 asked;		/* there are layers */
	bool	 layered;
	bool	 scoped;	/* in a domain of Landlock, too */
	char	 unlayered[160];
	char	*cache;
	char	 key[160];
};
void sandbox_probe_start(struct sandbox_probe *, const char *cache, const struct strings *layers);
enum sandbox_kind sandbox_probe_end(struct sandbox_probe *, char *why, size_t len);
/* After it said that bubblewrap works: does this command succeed inside?  Else why not. */
bool sandbox_probe_inside(const struct sandbox_probe *, const char *const *argv, char *why, size_t len);
/* What the command lines of bubblewrap begin with. */
#define SANDBOX_BWRAP_PROGRAM	"bwrap"
void sandbox_bwrap_base(bool network, struct strings *argv);
const char *sandbox_kind_name(enum sandbox_kind);	/* "bubblewrap", "Landlock", "nothing" */

#endif
