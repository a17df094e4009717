/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "proto/base/log.h"
#include "proto/session/layout.h"
#include "proto/sys/file.h"
#include "worker/core/output.h"
#include "worker/core/worker.h"
#include "worker/run/stream.h"

#define LINE_RAW	(8u << 10)	/* a longer line of plain output is cut into several */
#define LINE_PARSED	(4u << 20)	/* a longer line of an adapter's stream is skipped */

static int
transcript_open(struct stream *s)
{
	char name[128];

	snprintf(name, sizeof(name), SESSION_DIR_TRANSCRIPT "/%s.log", s->spec->transcript);
	/* remove what an agent of a former run may have put there, such as a FIFO or a link */
	(void)unlinkat(s->w->dirfd, name, 0);
	return file_open(s->w->dirfd, name, O_WRONLY | O_CREAT | O_EXCL, 0644);
}

static void
transcript_rotate(struct stream *s)
{
	char name[128], old[136];

	snprintf(name, sizeof(name), SESSION_DIR_TRANSCRIPT "/%s.log", s->spec->transcript);
	snprintf(old, sizeof(old), "%s.1", name);
	close(s->transcript);
	if (file_rename_over(s->w->dirfd, name, old, 0) == -1)
		log_warn("%s", name);
	s->transcript = transcript_open(s);
	s->since = 0;
}

void
stream_init(struct stream *s, struct worker *w, const struct run_spec *spec, struct run_result *res)
{
	memset(s, 0, sizeof(*s));
	s->w = w;
	s->spec = spec;
	s->res = res;
	s->limit = w->config.settings.transcript_mb << 20;
	s->transcript = -1;
	if (spec->transcript != NULL && (s->transcript = transcript_open(s)) == -1)
		log_warn(SESSION_DIR_TRANSCRIPT "/%s.log", spec->transcript);
}

static void
keep_tail(struct stream *s, const char *buf, size_t len)
{
	struct text *tail = &s->res->tail;
	size_t keep = s->spec->keep;

	if (keep == 0)
		return;
	text_add(tail, buf, len);
	if (tail->len > 2 * keep) {
		memmove(tail->buf, tail->buf + tail->len - keep, keep);
		tail->len = keep;
		tail->buf[keep] = '\0';
	}
}

static void
emit_line(struct stream *s)
{
	struct text out = { 0 };

	if (s->spec->line == NULL) {
		output_lines(s->spec->label, s->line.len > 0 ? s->line.buf : "\n",
		    s->line.len > 0 ? s->line.len : 1);
	} else if (s->skipping) {
		output_lines(s->spec->label, "(a line over 4 MiB is left out)", 31);
	} else {
		s->spec->line(s->spec->arg, s->line.buf != NULL ? s->line.buf : "", s->line.len,
		    &out);
		if (out.len > 0)
			output_lines(s->spec->label, out.buf, out.len);
		text_free(&out);
	}
	s->skipping = false;
	text_clear(&s->line);
}

static void
take_lines(struct stream *s, const char *buf, size_t len)
{
	size_t max = s->spec->line == NULL ? LINE_RAW : LINE_PARSED;
	const char *nl;
	size_t n;

	while (len > 0) {
		nl = memchr(buf, '\n', len);
		n = nl != NULL ? (size_t)(nl - buf) : len;
		if (s->line.len + n > max) {
			if (s->spec->line != NULL)
				s->skipping = true;
			else if (s->line.len > 0)
				emit_line(s);
		}
		if (s->skipping)
			text_clear(&s->line);
		else
			text_add(&s->line, buf, n);
		if (nl == NULL)
			return;
		emit_line(s);
		buf += n + 1;
		len -= n + 1;
	}
}

int
stream_read(struct stream *s, int fd)
{
	char buf[16384];
	ssize_t n;

	do
		n = read(fd, buf, sizeof(buf));
	while (n == -1 && errno == EINTR);
	if (n <= 0)
		return n == 0 ? 0 : -1;
	s->bytes += n;
	s->since += n;
	if (s->bytes > s->limit) {
		s->over = true;		/* keep reading, so that the run can end, but keep nothing */
		return 1;
	}
	if (s->transcript != -1) {
		(void)file_write_all(s->transcript, buf, (size_t)n);
		if (s->since > s->limit / 2)
			transcript_rotate(s);
	}
	keep_tail(s, buf, (size_t)n);
	take_lines(s, buf, (size_t)n);
	return 1;
}

void
stream_finish(struct stream *s)
{
	size_t keep = s->spec->keep;
	struct text *tail = &s->res->tail;

	if (s->line.len > 0 || s->skipping)
		emit_line(s);
	text_free(&s->line);
	file_close(s->transcript);
	s->transcript = -1;
	if (tail->len > keep) {
		memmove(tail->buf, tail->buf + tail->len - keep, keep);
		tail->len = keep;
		tail->buf[keep] = '\0';
	}
}
