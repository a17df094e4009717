/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/pidfd.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "child.h"
#include "clock.h"
#include "file.h"
#include "text.h"

#define ERROUT_MAX	4096

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
	if (*fd != -1)
		close(*fd);
	*fd = -1;
}

/* A pipe whose end of ours is run->fd[which]; the child's end is returned. */
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

/* -1: what it was to read is lost. */
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
		if (n == -1 && errno == EPIPE)	/* it reads no more: its own affair */
			break;
		if (n == -1)
			return -1;
		run->in += n;
		run->inlen -= (size_t)n;
	}
	close_fd(&run->fd[IN]);
	return 0;
}

/* Reads what is there; -1 with E2BIG. */
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
		if (n <= 0) {
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

/* Until the child has ended; what its descendants still write is not waited for. */
static int
exchange(struct run *run, int64_t deadline)
{
	struct pollfd fds[FDS];
	struct timespec left, *timeout = NULL;
	int64_t now;
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
		if (deadline != 0) {
			now = clock_now();
			if (now >= deadline) {
				errno = ETIMEDOUT;
				return -1;
			}
			left.tv_sec = (deadline - now) / CLOCK_S;
			left.tv_nsec = (deadline - now) % CLOCK_S;
			timeout = &left;
		}
		if (ppoll(fds, FDS, timeout, NULL) == -1) {
			if (errno == EINTR)
				continue;
			return -1;
		}
		if (fds[IN].revents != 0 && feed(run) == -1)
			return -1;
		/* exit seen first, then what it left in the pipes: nothing is missed */
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
		run->fd[EXIT] = pidfd_open(run->pid, 0);	/* without: the pipes' ends do */
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
	int64_t deadline = io->timeout_ms > 0 ? clock_now() + io->timeout_ms * CLOCK_MS : 0;
	int i, status = -1, saved, result = -1;

	if (io->out != NULL)
		*io->out = NULL;
	if (io->errout != NULL)
		*io->errout = NULL;
	if (start(&run, spec, io) == 0) {
		sigaction(SIGPIPE, &ignore, &before);
		result = exchange(&run, deadline);
		saved = errno;
		if (result == -1) {
			kill(run.pid, SIGKILL);
			if (spec->session)
				kill(-run.pid, SIGKILL);
		}
		while (waitpid(run.pid, &status, 0) == -1)
			if (errno != EINTR) {
				saved = errno;
				result = -1;
				break;
			}
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
