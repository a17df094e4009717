/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROTO_CHILD_H
#define PROTO_CHILD_H

/*
 * Child processes.  Nothing else uses fork(2) and exec(3).
 *
 * A child gets a clean environment: default signals, an empty mask, only descriptors 0-2 and one that is
 * handed to it, a known directory.  A failure to start it is the parent's error, with errno and the name
 * of the step that failed.
 */

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define CHILD_HANDED	3

struct child_spec {
	const char *const *argv;	/* argv[0] looked up in PATH of env (or of the parent) */
	const char *const *env;		/* complete environment, NULL = the parent's */
	const char	*dir;		/* working directory, NULL = the parent's */
	int		 in;		/* descriptors for 0, 1, 2; -1 = /dev/null */
	int		 out;
	int		 err;
	bool		 session;	/* setsid(2) */
	bool		 group;		/* gets its own process group, which is killed as a whole */
	bool		 die_with_parent; /* PDEATHSIG SIGKILL */
	bool		 held;		/* SIGTERM, SIGINT and SIGHUP stay blocked until child_hold waits for them */
	int		(*enter)(const void *);	/* called before exec, with system calls only; -1 = do not run the program */
	const void	*enter_arg;
	bool		 handed;	/* the descriptor hand becomes CHILD_HANDED in the child */
	int		 hand;
	bool		 grouped;	/* put into the control group cgroup (cgroup.h), where possible */
	int		 cgroup;
};

/* Returns the pid, or -1 with errno and *step ("chdir", "exec", ...) set. */
pid_t child_start(const struct child_spec *, const char **step);

/* Runs fn(arg) in a forked copy of this process, which then _exits with its result; watch descriptors are
 * closed in it, signals unblocked.  The copy holds all other descriptors, so the event for the end of this
 * process (lock.h) waits for the copy's end. */
pid_t child_call(int (*fn)(void *), void *arg);

/*
 * Runs until the child has ended, feeding in (NULL = /dev/null) and capturing at
 * most max bytes of standard output into *out (malloced, NUL terminated; out
 * NULL = /dev/null).  Standard error goes to *errout likewise, its first 4 KiB;
 * NULL = inherited.  in, out and err of the spec are ignored.  Returns the
 * wait status, or -1 with errno (E2BIG: over max); *out is NULL then.  Output
 * that the child's descendants write after its end is lost.
 */
struct child_io {
	const void	*in;
	size_t		 inlen;
	size_t		 max;
	char		**out;
	size_t		*outlen;
	char		**errout;
	int64_t		 timeout_ms;	/* 0 = none; after it the child is killed: ETIMEDOUT */
	int64_t		 grace_ms;	/* between SIGTERM and SIGKILL; 0 = SIGKILL immediately */
	bool		 stoppable;	/* kills the child as soon as watch_asked says so: EINTR */
};
int child_run(const struct child_spec *, const struct child_io *);

/* The same for a caller that reads and writes itself; deadlines are those of clock.h, 0 = none. */
struct child_wait {
	int64_t		 deadline;
	int64_t		 grace_ms;
	bool		 stoppable;
	bool		 group;		/* the child was started with .group */
};
/* Waits for an event on one of fds: 0, or -1 with ETIMEDOUT or EINTR. */
int child_poll(struct pollfd *, size_t n, const struct child_wait *);
/* Waits for the child to end: its wait status, or -1 with errno after killing it. */
int child_finish(pid_t, const struct child_wait *);
/* Kills the child, whatever it is doing. */
void child_end(pid_t, const struct child_wait *);

/* Finds the program argv[0] on PATH of env, as child_start does: 0 with its path in buf, or -1 with errno. */
int child_find(const char *file, const char *const *env, char *buf, size_t len);

/* 0 if wait status is "exited 0". Otherwise a text such as "exit status 2" or
 * "killed by signal 9 (Killed)" is put into buf. */
int child_status_text(int status, char *buf, size_t len);

/*
 * For the first process of a pid namespace, whose end kills all others: runs argv in its own
 * session on descriptors 0-2 and reaps children.  When asked to stop it sends SIGTERM to every
 * process in the namespace and ends after the whole process group of argv; otherwise it ends
 * with argv.  Returns the wait status; -1 with errno and *step as child_start does.
 */
int child_hold(const char *const *argv, const char **step);
/* Asks that process to stop.  It is the only child of outer, or soon will be; this waits a moment for it.  A
 * child started with .held that is asked before child_hold begins gets the request then. */
void child_hold_ask(pid_t outer);

/* Replaces this process with the program argv, which keeps descriptors 0-2 and all that are not close-on-exec.
 * Returns only on failure, with errno. */
void child_become(const char *const *argv);

/* From a process' file in /proc, or that of a pid; -1: it is gone. */
struct proc_stat {
	char	 state;		/* 'Z' = it has ended */
	pid_t	 parent;
	long	 terminal;	/* 0 = none */
};
int proc_stat(int dirfd, const char *path, struct proc_stat *);
int proc_stat_of(pid_t, struct proc_stat *);
/* Makes this process the subreaper of its descendants. */
int proc_adopt(void);
/* Sends sig to every descendant of this process, and to all of the process group together (0 = none), so that a
 * child being forked gets it too.  Returns the number of processes. */
int proc_signal(int sig, pid_t group);
/* Sends sig to the children of parent.  Returns their number. */
int proc_signal_below(int sig, pid_t parent);
/* SIGKILLs and reaps every descendant until none is left, except `spare` (0 = none).  Returns the number
 * killed, -1 if some did not end within 5 s. */
int proc_kill(pid_t spare);
/* Kills every process of this user, whatever its parent, that meets one of two conditions.  It has no
 * controlling terminal, and has SESSION_ID=<id> (and SESSION_DIR=<dir>, NULL = any) in its environment or its
 * working directory below worktree (NULL = not checked).  Or it is in a control group of the session in dir
 * (cgroup.h): below the group of this process, or, with crashed (the worker was killed), anywhere, which takes
 * longer.  Never kills this process or its ancestors.  Returns the number; -1: some did not end within 5 s. */
int proc_kill_session(const char *session_id, const char *dir, const char *worktree, bool crashed);
/*
 * Does any other process of this user have its working or root directory, its program, an open
 * file or a mapping at or below dir?  True also when this can't be determined.  With the same
 * seen (initially zero) a second time: is there any process that was not there the first time?
 * A process that was there and used nothing of dir can only reach it by name, as at any later
 * time.
 */
#define TREE_SEEN_MAX	256	/* further ones are checked again */
struct proc_seen {
	size_t	 n;
	pid_t	 pid[TREE_SEEN_MAX];
	int	 fd[TREE_SEEN_MAX];	/* descriptor of its directory in /proc */
};
/* Is the link in a directory of /proc to dir (as realpath gives it), or below it? */
bool proc_link_under(int dirfd, const char *name, const char *dir);
bool proc_in_use(const char *dir, struct proc_seen *seen);
void proc_seen_release(struct proc_seen *seen);
/* Names processes whose working directory is at or below dir: "17 (bash), 18 (vi)".  Returns their number. */
size_t proc_inside(const char *dir, char *who, size_t len);

#endif
