/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/pidfd.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "proto/base/clock.h"
#include "proto/base/text.h"
#include "proto/sys/child.h"
#include "proto/sys/file.h"
#include "proto/sys/watch.h"

#define ERROUT_MAX	4096
#define WAITED_MAX	8		/* descriptors in one wait, including the hint */

enum { IN, OUT, ERR, EXIT, FDS };	/* our ends, and the pidfd */

struct run {
	int		 fd[FDS];	/* -1 = closed */
	const char	*in;
	size_t		 inlen;
	struct text	 out, err;
	size_t		 max;
	pid_t		 pid;
};

static void
close_fd(int *fd)
{
	*fd = file_close(*fd);
}

/* Makes a pipe with our end in run->fd[which]; returns the child's end. */
static int
make_pipe(struct run *run, int which)
{
	int fds[2], ours = which == IN ? 1 : 0;

	if (file_pipe(fds) == -1)
		return -1;
	run->fd[which] = fds[ours];
	(void)fcntl(fds[ours], F_SETFL, O_NONBLOCK);
	return fds[!ours];
}

/* -1: its input is lost. */
static int
feed(struct run *run)
{
	ssize_t n;

	while (run->inlen > 0) {
		n = write(run->fd[IN], run->in, run->inlen);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1 && errno == EAGAIN)
			return 0;
		if (n == -1 && errno == EPIPE)	/* the child reads no more, which is its own affair */
			break;
		if (n == -1)
			return -1;
		run->in += n;
		run->inlen -= (size_t)n;
	}
	close_fd(&run->fd[IN]);
	return 0;
}

/* Reads what is available; -1 with errno: E2BIG, or the output can't be read. */
static int
collect(struct run *run, int which)
{
	struct text *t = which == OUT ? &run->out : &run->err;
	size_t keep, max = which == OUT ? run->max : ERROUT_MAX;
	char buf[16384];
	ssize_t n;

	for (;;) {
		n = read(run->fd[which], buf, sizeof(buf));
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1 && errno == EAGAIN)
			return 0;
		if (n == -1)
			return -1;
		if (n == 0) {
			close_fd(&run->fd[which]);
			return 0;
		}
		keep = (size_t)n > max - t->len ? max - t->len : (size_t)n;
		text_add(t, buf, keep);
		if (which == OUT && keep < (size_t)n) {
			errno = E2BIG;
			return -1;
		}
	}
}

static int
refuse(int error)
{
	errno = error;
	return -1;
}

/* The time until the earlier of both, where 0 means none; NULL = wait for ever. */
static const struct timespec *
time_left(int64_t deadline, int64_t look, struct timespec *left)
{
	int64_t now, until = deadline == 0 || (look != 0 && look < deadline) ? look : deadline;

	if (until == 0)
		return NULL;
	until = until > (now = clock_now()) ? until - now : 0;
	left->tv_sec = (time_t)(until / CLOCK_S);
	left->tv_nsec = (long)(until % CLOCK_S);
	return left;
}

int
child_poll(struct pollfd *fds, size_t n, const struct child_wait *wait)
{
	struct pollfd all[WAITED_MAX] = { 0 };
	struct timespec left;
	bool ask = wait->stoppable;	/* requests from before the hint existed */
	int64_t look = 0;
	int ready;

	memcpy(all, fds, n * sizeof(*fds));
	all[n] = (struct pollfd){ .fd = ask ? watch_hint() : -1, .events = POLLIN };
	for (;;) {
		if (ask && watch_asked())
			return refuse(EINTR);
		if (wait->deadline != 0 && clock_now() >= wait->deadline)
			return refuse(ETIMEDOUT);
		if (wait->stoppable && watch_degraded())
			look = clock_now() + CLOCK_S;
		ready = ppoll(all, n + 1, time_left(wait->deadline, look, &left), NULL);
		if (ready == -1 && errno != EINTR)
			return -1;
		ask = wait->stoppable && (ready <= 0 || all[n].revents != 0);
		if (ready > (all[n].revents != 0)) {
			memcpy(fds, all, n * sizeof(*fds));
			return 0;
		}
	}
}

/* When the writer is gone its pipe must still be read; waits only for the process itself. */
static int
await(pid_t pid, const struct child_wait *wait)
{
	struct pollfd end = { .fd = pidfd_open(pid, 0), .events = POLLIN };
	int rc;

	if (end.fd == -1)
		return -1;
	rc = child_poll(&end, 1, wait);
	file_close(end.fd);
	return rc;
}

static int
reap(pid_t pid, int *status)
{
	while (waitpid(pid, status, 0) == -1)
		if (errno != EINTR)
			return -1;
	return 0;
}

static int
end(pid_t pid, const struct child_wait *wait)
{
	const struct child_wait grace = { .deadline = clock_now() + wait->grace_ms * CLOCK_MS };
	pid_t whom = wait->group ? -pid : pid;
	int status = -1, saved = errno;

	if (wait->grace_ms == 0 || kill(whom, SIGTERM) == -1 || await(pid, &grace) == -1 || wait->group)
		(void)kill(whom, SIGKILL);
	(void)reap(pid, &status);
	errno = saved;
	return status;
}

void
child_end(pid_t pid, const struct child_wait *wait)
{
	(void)end(pid, wait);
}

int
child_finish(pid_t pid, const struct child_wait *wait)
{
	int status;

	if (await(pid, wait) == -1) {
		(void)end(pid, wait);
		return -1;
	}
	return reap(pid, &status) == -1 ? -1 : status;
}

/* Runs until the child has ended; does not wait for its descendants' output. */
static int
exchange(struct run *run, const struct child_wait *wait)
{
	struct pollfd fds[FDS];
	int i;

	for (;;) {
		for (i = 0; i < FDS; i++) {
			fds[i].fd = run->fd[i];
			fds[i].events = i == IN ? POLLOUT : POLLIN;
			fds[i].revents = 0;
		}
		if (run->fd[IN] == -1 && run->fd[OUT] == -1 && run->fd[ERR] == -1 &&
		    run->fd[EXIT] == -1)
			return 0;
		if (child_poll(fds, FDS, wait) == -1)
			return -1;
		if (fds[IN].revents != 0 && feed(run) == -1)
			return -1;
		/* check for the exit first, then read the pipes: so nothing is missed */
		for (i = OUT; i <= ERR; i++)
			if ((fds[i].revents != 0 || fds[EXIT].revents != 0) && run->fd[i] != -1 &&
			    collect(run, i) == -1)
				return -1;
		if (fds[EXIT].revents != 0)
			return 0;
	}
}

static int
open_pipes(struct run *run, struct child_spec *spec, const struct child_io *io)
{
	spec->in = spec->out = -1;
	spec->err = STDERR_FILENO;
	if (io->in != NULL && (spec->in = make_pipe(run, IN)) == -1)
		return -1;
	if (io->out != NULL && (spec->out = make_pipe(run, OUT)) == -1)
		return -1;
	if (io->errout != NULL && (spec->err = make_pipe(run, ERR)) == -1)
		return -1;
	return 0;
}

static int
start(struct run *run, const struct child_spec *model, const struct child_io *io)
{
	struct child_spec spec = *model;
	int saved;

	run->pid = -1;
	if (open_pipes(run, &spec, io) == 0)
		run->pid = child_start(&spec, NULL);
	saved = errno;
	close_fd(&spec.in);
	close_fd(&spec.out);
	if (spec.err != STDERR_FILENO)
		close_fd(&spec.err);
	if (run->pid != -1)
		run->fd[EXIT] = pidfd_open(run->pid, 0);	/* without a pidfd, the pipes' ends tell */
	errno = saved;
	return run->pid == -1 ? -1 : 0;
}

static void
hand_over(struct text *t, char **out, size_t *len)
{
	if (out == NULL) {
		text_free(t);
		return;
	}
	text_add(t, "", 0);
	*out = t->buf;
	if (len != NULL)
		*len = t->len;
}

int
child_run(const struct child_spec *spec, const struct child_io *io)
{
	struct run run = { .fd = { -1, -1, -1, -1 }, .in = io->in, .inlen = io->inlen,
		.max = io->max };
	struct sigaction ignore = { .sa_handler = SIG_IGN }, before;
	const struct child_wait wait = { .grace_ms = io->grace_ms, .stoppable = io->stoppable,
		.deadline = io->timeout_ms > 0 ? clock_now() + io->timeout_ms * CLOCK_MS : 0,
		.group = spec->session || spec->group };
	int i, status = -1, saved, result = -1;

	if (io->out != NULL)
		*io->out = NULL;
	if (io->errout != NULL)
		*io->errout = NULL;
	if (start(&run, spec, io) == 0) {
		sigaction(SIGPIPE, &ignore, &before);
		result = exchange(&run, &wait);
		if (result == -1)
			(void)end(run.pid, &wait);
		else
			result = reap(run.pid, &status);
		saved = errno;
		sigaction(SIGPIPE, &before, NULL);
		errno = saved;
	}
	saved = errno;
	for (i = 0; i < FDS; i++)
		close_fd(&run.fd[i]);
	if (result == 0) {
		hand_over(&run.out, io->out, io->outlen);
		hand_over(&run.err, io->errout, NULL);
	} else {
		text_free(&run.out);
		hand_over(&run.err, io->errout, NULL);
	}
	errno = saved;
	return result == 0 ? status : -1;
}
