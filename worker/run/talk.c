/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "proto/sys/file.h"
#include "proto/sys/watch.h"
#include "worker/run/talk.h"

int
talk_open(struct talk *t)
{
	int fds[2];

	t->fd = -1;
	if (file_pipe(fds) == -1)
		return -1;
	fcntl(fds[1], F_SETFL, O_NONBLOCK);
	t->fd = fds[1];
	return fds[0];
}

static void
hang_up(struct talk *t)
{
	if (t->fd == -1)
		return;
	watch_unfd(t->fd);
	close(t->fd);
	t->fd = -1;
}

bool
talk_send(struct talk *t)
{
	ssize_t n = 0;

	if (t->fd == -1)
		return false;
	watch_unfd(t->fd);
	while (t->sent < t->out.len && ((n = write(t->fd, t->out.buf + t->sent, t->out.len - t->sent)) > 0 ||
	    (n == -1 && errno == EINTR)))
		t->sent += n > 0 ? (size_t)n : 0;
	if (t->sent < t->out.len && n == -1 && errno == EAGAIN && !t->over) {
		watch_fd_out(t->fd);
		return false;
	}
	text_clear(&t->out);	/* a client that does not read any more ends, or is ended */
	t->sent = 0;
	if (t->over)
		hang_up(t);
	return t->over && !t->ends;
}

void
talk_close(struct talk *t)
{
	if (t == NULL)
		return;
	hang_up(t);
	text_free(&t->out);
}
