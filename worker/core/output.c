/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/base/clock.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/sys/file.h"
#include "worker/core/output.h"

#define VERDICT_PREFIX	"REVIEW_VERDICT: "

static int output_fd = -1;

static void
log_line(const char *line)
{
	output_lines("worker", line, strlen(line));
}

int
output_open(int dirfd, const char *name)
{
	int fd;

	fd = file_open(dirfd, name, O_RDWR | O_APPEND | O_CREAT, 0644);
	if (fd == -1 || file_ours(fd) == -1)
		return -1;
	output_fd = fd;
	log_to(log_line);
	return 0;
}

void
output_close(void)
{
	log_to(NULL);
	file_close(output_fd);
	output_fd = -1;
}

/* An unwritable log must not stop the work: the records are what counts. */
static void
output_write(const struct text *t)
{
	if (output_fd != -1 && t->len > 0)
		(void)file_write_all(output_fd, t->buf, t->len);
}

void
output_lines(const char *label, const char *text, size_t len)
{
	struct text t = { 0 };
	const char *end = text + len, *nl;

	while (text < end) {
		nl = memchr(text, '\n', (size_t)(end - text));
		text_puts(&t, "[");
		text_line(&t, label, strlen(label));	/* for a gate without a name, its command */
		text_puts(&t, "] ");
		text_line(&t, text, (size_t)((nl != NULL ? nl : end) - text));
		text_puts(&t, "\n");
		text = nl != NULL ? nl + 1 : end;
	}
	output_write(&t);
	text_free(&t);
}

void
output_log(const char *fmt, ...)
{
	struct text t = { 0 };
	char now[CLOCK_TEXT];
	va_list ap;
	char *msg;

	va_start(ap, fmt);
	if (vasprintf(&msg, fmt, ap) == -1)
		msg = NULL;
	va_end(ap);
	if (msg == NULL)
		return;
	text_printf(&t, "%.19sZ %s", clock_text(clock_wall(), now, sizeof(now)), msg);
	free(msg);
	output_lines("worker", t.buf, t.len);
	text_free(&t);
}

/*
 * How many bytes of line, on a line of its own, the log ends with.  A full disk may
 * have cut the line off; then it is completed, not repeated.
 */
static size_t
written(const char *line, const char *tail, size_t n)
{
	size_t k;

	for (k = strlen(line); k > 0; k--)
		if (n >= k && memcmp(tail + n - k, line, k) == 0 &&
		    (n == k || tail[n - k - 1] == '\n'))
			break;
	return k;
}

int
output_verdict(const char *verdict)
{
	char line[64], tail[128];
	off_t size;
	ssize_t n;
	size_t done;

	snprintf(line, sizeof(line), VERDICT_PREFIX "%s\n", verdict);
	size = lseek(output_fd, 0, SEEK_END);
	if (size == -1)
		return -1;
	n = pread(output_fd, tail, sizeof(tail),
	    size > (off_t)sizeof(tail) ? size - (off_t)sizeof(tail) : 0);
	if (n == -1)
		return -1;
	done = written(line, tail, (size_t)n);
	if (done == 0 && n > 0 && tail[n - 1] != '\n')
		(void)file_write_all(output_fd, "\n", 1);
	return file_write_all(output_fd, line + done, strlen(line) - done);
}
