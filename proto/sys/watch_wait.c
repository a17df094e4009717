/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/epoll.h>
#include <sys/signalfd.h>

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "proto/base/clock.h"
#include "proto/base/log.h"
#include "proto/sys/watch.h"
#include "proto/sys/watch_internal.h"

#define BATCH		64	/* file events in a row before signals get a turn */
#define FAILED_READS	1000	/* reads of signals that failed, in a row */
#define RESCAN_PERIOD	CLOCK_S	/* degraded */

enum { POLL_SIGNAL, POLL_FILE, POLL_FDS };	/* the first entries of poll */

/* There is one set of signals, and one instance of the library, per process. */
static struct {
	bool		 open, degraded;
	int		 signals, failed;	/* number of reads */
	struct pollfd	*poll;
	size_t		 npoll, poll_size;
	size_t		 ready;		/* poll entries before this index were reported */
	struct watch_timer *timers;	/* armed timers, the earliest first */
	int64_t		 rescan;	/* degraded: when */
	bool		 buffered;	/* the library, or its descriptor, may have events */
	int		 batch;
	int		 hint;		/* an epoll instance that reports new events once */
	bool		(*ask)(void *);
	void		*ask_arg;
	sigset_t	 before;	/* the mask */
	sigset_t	 set;		/* signals that arrive as events */
} w = { .signals = -1, .hint = -1 };

static int
poll_add(int fd, short events)
{
	struct pollfd *bigger;

	if (w.npoll == w.poll_size) {
		bigger = reallocarray(w.poll, w.poll_size + 8, sizeof(*w.poll));
		if (bigger == NULL)
			return -1;
		w.poll = bigger;
		w.poll_size += 8;
	}
	w.poll[w.npoll++] = (struct pollfd){ .fd = fd, .events = events };
	return 0;
}

static int
open_signals(void)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN };

	sigemptyset(&w.set);
	sigaddset(&w.set, SIGTERM);
	sigaddset(&w.set, SIGINT);
	sigaddset(&w.set, SIGHUP);
	sigaddset(&w.set, SIGCHLD);
	if (sigprocmask(SIG_BLOCK, &w.set, &w.before) == -1 || sigaction(SIGPIPE, &ignore, NULL) == -1 ||
	    sigaction(SIGIO, &ignore, NULL) == -1)
		return -1;
	w.signals = signalfd(-1, &w.set, SFD_CLOEXEC | SFD_NONBLOCK);
	return w.signals == -1 ? -1 : 0;
}

int
watch_signal(int signo)
{
	sigaddset(&w.set, signo);
	return sigprocmask(SIG_BLOCK, &w.set, NULL) == -1 || signalfd(w.signals, &w.set, 0) == -1 ? -1 : 0;
}

void
watch_degrade(const char *why, const char *remedy)
{
	if (w.degraded)
		return;
	w.degraded = true;
	w.rescan = clock_now() + RESCAN_PERIOD;
	log_warnx("%s: files are checked once a second; raise it with: %s", why, remedy);
}

int
watch_open(void)
{
	int files, saved = 0;

	if (w.open) {
		errno = EALREADY;
		return -1;
	}
	w.open = true;
	files = watch_files_open();
	if (files == -1) {
		saved = errno;
		if (saved == EMFILE)
			watch_degrade("no inotify instance, or no watch, is left for this user",
			    "sysctl fs.inotify.max_user_instances=1024 fs.inotify.max_user_watches=524288");
	}
	if ((saved != 0 && saved != EMFILE) || open_signals() == -1 || poll_add(w.signals, POLLIN) == -1 ||
	    poll_add(files, POLLIN) == -1) {
		if (saved == 0 || saved == EMFILE)
			saved = errno;
		watch_close();
		errno = saved;
		return -1;
	}
	w.ready = w.npoll;
	errno = saved;
	return saved == 0 ? 0 : -1;
}

void
watch_close(void)
{
	if (!w.open)
		return;
	watch_files_close();
	if (w.hint != -1)
		close(w.hint);
	free(w.poll);
	if (w.signals != -1)
		close(w.signals);
	memset(&w, 0, sizeof(w));
	w.signals = w.hint = -1;
}

void
watch_leave(void)
{
	sigset_t before = w.before;
	bool blocked = w.signals != -1;

	watch_close();
	(void)fflush(stdout);	/* a signal may end us here */
	if (blocked)
		(void)sigprocmask(SIG_SETMASK, &before, NULL);
}

bool
watch_degraded(void)
{
	return w.degraded;
}

int
watch_fd(int fd)
{
	return poll_add(fd, POLLIN);
}

int
watch_fd_out(int fd)
{
	return poll_add(fd, POLLOUT);
}

void
watch_unfd(int fd)
{
	size_t i;

	for (i = POLL_FDS; i < w.npoll; i++) {
		if (w.poll[i].fd != fd)
			continue;
		w.npoll--;
		memmove(w.poll + i, w.poll + i + 1, (w.npoll - i) * sizeof(*w.poll));
		if (w.ready > i)
			w.ready--;
		return;
	}
}

void
watch_timer(struct watch_timer *t, int64_t deadline)
{
	struct watch_timer **p = &w.timers;

	while (*p != NULL && *p != t)
		p = &(*p)->next;
	if (*p == t)
		*p = t->next;
	if (deadline == 0)
		return;
	for (p = &w.timers; *p != NULL && (*p)->deadline <= deadline;)
		p = &(*p)->next;
	t->deadline = deadline;
	t->next = *p;
	*p = t;
}

static bool
next_file(struct watch_event *ev)
{
	int found;

	if (!w.buffered || w.batch == 0)
		return false;
	found = watch_files_next(ev, &w.batch);
	if (found == 0)
		w.buffered = false;
	return found == 1;
}

static bool
next_signal(struct watch_event *ev)
{
	struct signalfd_siginfo info;

	if (read(w.signals, &info, sizeof(info)) != (ssize_t)sizeof(info)) {
		w.failed += errno != EAGAIN && errno != EINTR;
		return false;
	}
	w.failed = 0;
	ev->kind = WATCH_SIGNAL;
	ev->signo = (int)info.ssi_signo;
	return true;
}

/* Reports the results of the last ppoll: all signals first, then each descriptor once. */
static bool
next_ready(struct watch_event *ev)
{
	struct pollfd *p;

	for (; w.ready < w.npoll; w.ready++) {
		p = &w.poll[w.ready];
		if (p->revents == 0)
			continue;
		if (w.ready == POLL_SIGNAL) {
			if (next_signal(ev))
				return true;
		} else if (w.ready == POLL_FILE) {
			w.buffered = true;
		} else {
			ev->kind = WATCH_FD;
			ev->fd = p->fd;
			ev->revents = p->revents;
			w.ready++;
			return true;
		}
	}
	return false;
}

static bool
next_timer(struct watch_event *ev)
{
	struct watch_timer *t = w.timers;

	if (t != NULL && t->deadline <= clock_now()) {
		w.timers = t->next;
		ev->kind = WATCH_TIMER;
		ev->timer = t;
		if (t->fire != NULL)
			t->fire(t->arg);
		return true;
	}
	if (w.degraded && w.rescan <= clock_now()) {
		w.rescan = clock_now() + RESCAN_PERIOD;
		ev->kind = WATCH_RESCAN;
		return true;
	}
	return false;
}

static int
wait_ready(bool sleep)
{
	int64_t nearest = w.degraded ? w.rescan : 0, left;
	struct timespec ts = { 0 }, *timeout = NULL;

	if (w.timers != NULL && (nearest == 0 || w.timers->deadline < nearest))
		nearest = w.timers->deadline;
	if (!sleep || nearest != 0) {
		left = sleep ? nearest - clock_now() : 0;
		if (left < 0)
			left = 0;
		ts.tv_sec = (time_t)(left / CLOCK_S);
		ts.tv_nsec = (long)(left % CLOCK_S);
		timeout = &ts;
	}
	for (;;) {
		if (ppoll(w.poll, w.npoll, timeout, NULL) != -1)
			break;
		if (errno != EINTR)
			return -1;
	}
	w.ready = 0;
	return 0;
}

int
watch_next(struct watch_event *ev)
{
	memset(ev, 0, sizeof(*ev));
	if (!w.open) {
		errno = EBADF;
		return -1;
	}
	for (;;) {
		if (next_file(ev) || next_ready(ev) || next_timer(ev))
			return 0;
		if (w.buffered && w.batch > 0)	/* next_ready saw file events */
			continue;
		if (wait_ready(!w.buffered) == -1)
			return -1;
		if (w.failed > FAILED_READS) {	/* the program could not be stopped any more */
			errno = EIO;
			return -1;
		}
		w.batch = BATCH;
	}
}

/* Edge-triggered, so that unread events wake the process only once. */
static int
hint_add(int fd)
{
	struct epoll_event e = { .events = EPOLLIN | EPOLLET };

	return fd == -1 ? 0 : epoll_ctl(w.hint, EPOLL_CTL_ADD, fd, &e);
}

int
watch_hint(void)
{
	if (!w.open || w.hint != -1)
		return w.hint;
	if ((w.hint = epoll_create1(EPOLL_CLOEXEC)) != -1 &&
	    (hint_add(w.signals) == -1 || hint_add(w.poll[POLL_FILE].fd) == -1)) {
		close(w.hint);
		w.hint = -1;
	}
	return w.hint;
}

void
watch_ask(bool (*ask)(void *), void *arg)
{
	w.ask = ask;
	w.ask_arg = arg;
}

bool
watch_asked(void)
{
	static const int stopping[] = { SIGTERM, SIGINT, SIGHUP };
	struct epoll_event e[2];
	sigset_t pending;
	size_t i;

	if (!w.open)
		return false;
	if (w.hint != -1)
		(void)epoll_wait(w.hint, e, 2, 0);
	if (w.ask != NULL)
		return w.ask(w.ask_arg);
	if (sigpending(&pending) == 0)
		for (i = 0; i < sizeof(stopping) / sizeof(stopping[0]); i++)
			if (sigismember(&pending, stopping[i]) == 1)
				return true;
	return false;
}
