/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROTO_CHILD_H
#define PROTO_CHILD_H

/*
 * Child processes: the only user of fork(2) and exec(3).
 *
 * A child gets a clean world: default signals, empty mask, descriptors 0-2
 * and nothing else but one that is handed to it, a known directory.  That it could not be started is the
 * parent's error, with errno and the name of the step that failed.
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
	bool		 group;		/* a process group of its own, which is what is ended */
	bool		 die_with_parent; /* PDEATHSIG SIGKILL */
	bool		 held;		/* SIGTERM, SIGINT and SIGHUP wait until child_hold asks for them */
	int		(*enter)(const void *);	/* by system calls alone, before exec; -1 = it is not run */
	const void	*enter_arg;
	bool		 handed;	/* the descriptor hand is CHILD_HANDED there */
	int		 hand;
	bool		 grouped;	/* in the control group cgroup (cgroup.h), where it may be */
	int		 cgroup;
};

/* Returns the pid, or -1 with errno and *step ("chdir", "exec", ...) set. */
pid_t child_start(const struct child_spec *, const char **step);

/* Runs fn(arg) in a forked copy of this process, which then _exits with its
 * result; watch descriptors are closed in it, signals unblocked.  The copy holds
 * all other descriptors: while it lives, the event that tells of this process's
 * end (lock.h) is late. */
pid_t child_call(int (*fn)(void *), void *arg);

/*
 * Runs until the child has ended, feeding in (NULL = /dev/null) and capturing at
 * most max bytes of standard output into *out (malloced, NUL terminated; out
 * NULL = /dev/null).  Standard error goes to *errout likewise, its first 4 KiB;
 * NULL = inherited.  in, out and err of the spec are not looked at.  Returns the
 * wait status, or -1 with errno (E2BIG: over max); *out is NULL then.  What the
 * child's descendants write after its end is not waited for.
 */
struct child_io {
	const void	*in;
	size_t		 inlen;
	size_t		 max;
	char		**out;
	size_t		*outlen;
	char		**errout;
	int64_t		 timeout_ms;	/* 0 = none; ETIMEDOUT, the child is ended */
	int64_t		 grace_ms;	/* between SIGTERM and SIGKILL; 0 = SIGKILL at once */
	bool		 stoppable;	/* EINTR, the child is ended, as soon as watch_asked says so */
};
int child_run(const struct child_spec *, const struct child_io *);

/* The same for who reads and writes itself; deadlines are those of clock.h, 0 = none. */
struct child_wait {
	int64_t		 deadline;
	int64_t		 grace_ms;
	bool		 stoppable;
	bool		 group;		/* the child was started with that */
};
/* Waits until something is the matter with one of fds: 0, or -1 with ETIMEDOUT or EINTR. */
int child_poll(struct pollfd *, size_t n, const struct child_wait *);
/* Waits for the child's end: its wait status, or -1 with errno; it has been ended then. */
int child_finish(pid_t, const struct child_wait *);
/* Ends it, however far it has come. */
void child_end(pid_t, const struct child_wait *);

/* The program that argv[0] names by PATH of env, as child_start looks for it: 0 with its path in
 * buf, or -1 with errno. */
int child_find(const char *file, const char *const *env, char *buf, size_t len);

/* 0 if wait status is "exited 0". Otherwise a text such as "exit status 2" or
 * "killed by signal 9 (Killed)" is put into buf. */
int child_status_text(int status, char *buf, size_t len);

/*
 * For the first process of a pid namespace, whose end is the end of all: runs argv in a
 * session of its own on descriptors 0-2 and reaps what comes its way.  Asked to stop it asks all
 * in the namespace with SIGTERM, and ends after the whole process group of argv, else with argv.
 * The wait status; -1 with errno and *step as child_start.
 */
int child_hold(const char *const *argv, const char **step);
/* Asks that process to stop, which is, or will be, the only child of outer; it is waited for a
 * moment if it is not there yet.  A child that is asked before child_hold began, .held, is asked then. */
void child_hold_ask(pid_t outer);

/* Makes this process the program argv, which keeps descriptors 0-2 and all that are
 * not close-on-exec.  Returns only when it can't, with errno. */
void child_become(const char *const *argv);

/* Makes this process the subreaper of its descendants. */
int proc_adopt(void);
/* Sends sig to every descendant of this process; to those of the process group (0 = none) at
 * once, also to one that is being forked. Returns how many there are. */
int proc_signal(int sig, pid_t group);
/* Sends sig to the children of parent. Returns how many there are. */
int proc_signal_below(int sig, pid_t parent);
/* SIGKILLs and reaps every descendant until none is left, except `spare` (0 = none);
 * returns how many were killed, -1 if some would not go within 5 s. */
int proc_kill(pid_t spare);
/* Kills every process of this user, whatever its parent, that has
 * SESSION_ID=<id> (and SESSION_DIR=<dir>, NULL = any) in its environment or its working directory under worktree
 * (NULL = not asked) and no controlling terminal, or is in a control group of the session in dir (cgroup.h):
 * below the group of this process, or when crashed, its worker having been killed, wherever one may be, which
 * takes longer.  Never this process or its ancestors.  Returns the number; -1: some would not go within 5 s. */
int proc_kill_session(const char *session_id, const char *dir, const char *worktree, bool crashed);
/*
 * Has any process of this user but this one its working or root directory, its program, an open
 * file or a mapping at or under dir?  Also when that can't be told.  With the same seen (zero at
 * first) a second time: any process that was not there the first time?  One that was, and had
 * nothing of it, can come to it only by its name, as it can at any later time.
 */
#define TREE_SEEN_MAX	256	/* others are looked at again */
struct proc_seen {
	size_t	 n;
	pid_t	 pid[TREE_SEEN_MAX];
	int	 fd[TREE_SEEN_MAX];	/* of its directory in /proc */
};
bool proc_in_use(const char *dir, struct proc_seen *seen);
void proc_seen_release(struct proc_seen *seen);
/* Which processes have their working directory at or under dir: "17 (bash), 18 (vi)". Returns how many. */
size_t proc_inside(const char *dir, char *who, size_t len);

#endif
