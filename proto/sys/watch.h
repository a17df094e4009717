/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROTO_WATCH_H
#define PROTO_WATCH_H

/*
 * The only place where a program sleeps: file events (through
 * libinotifytools, which no other file uses), signals, descriptors, and timers.
 * There is no periodic work.
 *
 *	watch_open() at single-threaded start;
 *	watch_dir(path) for each directory: then scan it (watch, then scan);
 *	for (;;) { watch_next(&ev); ... }
 *
 * Events are hints.  WATCH_RESCAN (queue overflow, a lost watch) means:
 * scan everything again.  Signals are blocked from watch_open on and arrive as
 * events; child.h restores them in children.
 */

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

enum watch_kind { WATCH_FILE, WATCH_GONE, WATCH_RESCAN, WATCH_SIGNAL, WATCH_FD, WATCH_TIMER };

struct watch_event {
	enum watch_kind	 kind;
	int		 fd;		/* FD: the descriptor */
	const struct watch_timer *timer;	/* TIMER: it has fired, and its function has been called */
	char		 name[256];	/* FILE: entry in the directory, "" for itself */
	int		 signo;
	short		 revents;	/* FD: POLLIN, POLLHUP, ... */
};

/* Blocks SIGTERM, SIGINT, SIGHUP, SIGCHLD, ignores SIGPIPE and SIGIO, opens the
 * signalfd and the inotify instance (close-on-exec).  0 or -1; EMFILE means
 * that no instance is left: the caller may continue with watch_degraded() true.  watch_next then reports WATCH_RESCAN
 * every second; one warning is logged. */
int watch_open(void);
void watch_close(void);
/* After watch_open(): blocks another signal, which then arrives as an event, too.  0 or -1. */
int watch_signal(int);
/* For a program that continues without the watch: restores the signals; a pending signal that was not read then
 * takes its usual effect. */
void watch_leave(void);
bool watch_degraded(void);

/*
 * Watches a directory for entries that appear, are closed after writing, moved
 * in, or removed, and for its own end (WATCH_GONE).  content = true adds every
 * modification of a file in it.  Returns 0 or -1; links are not followed.
 * When no watch is left watch_degraded() becomes true, and nothing is reported.
 *
 * watch_next calls the watch's function, if it has one, and then reports the event: once, however
 * many watches the directory has.  The caller must not move the watch until watch_undir, which
 * the function may call for its own watch; watch_undir of an unused watch does nothing.
 * After WATCH_GONE a watch stays in use and reports nothing; a moved directory
 * still reports events.  A directory is not gone for the kernel as long as any
 * process has it open: a caller with a descriptor of it must watch its parent too,
 * or check st_nlink.
 */
struct watch {
	void		(*fire)(void *, const struct watch_event *);
	void		*arg;
	int		 wd;		/* of the kernel; 0 = not in use, or degraded */
	struct watch	*next;		/* of the same directory */
};
int watch_dir(struct watch *, const char *path, bool content);
void watch_undir(struct watch *);
/* For a directory that is watched without content: begins or ends the reports of modifications, to all its watches.
 * A caller that ends them at a report, and begins them when it has read the file, is woken once however often it grows. */
void watch_modified(const struct watch *, const char *path, bool on);

/* Adds or removes a descriptor that is watched for reading. */
int watch_fd(int fd);
/* The same for writing. */
int watch_fd_out(int fd);
void watch_unfd(int fd);

/*
 * Arms the timer for CLOCK_MONOTONIC ns (clock.h), 0 disarms.  watch_next disarms it, calls its
 * function, if it has one, and reports WATCH_TIMER.  The caller must not move it while it is
 * armed.
 */
struct watch_timer {
	void		(*fire)(void *);
	void		*arg;
	int64_t		 deadline;
	struct watch_timer *next;	/* the next armed timer */
};
void watch_timer(struct watch_timer *, int64_t deadline);

/* Blocks until something happens; 0, or -1 when the wait itself fails.  Pending library events are always
 * delivered before it sleeps. */
int watch_next(struct watch_event *);

/*
 * For a wait elsewhere (child.h) that must end when the program must stop.  The descriptor is
 * readable when there are signals or file events that watch_asked has not seen; -1: the watch is
 * not open, and signals take their usual effect.  The events stay for watch_next.
 */
int watch_hint(void);
/* Must the wait end?  The function registered with watch_ask decides; without one, true when a signal is pending. */
bool watch_asked(void);
void watch_ask(bool (*)(void *), void *arg);

#endif
