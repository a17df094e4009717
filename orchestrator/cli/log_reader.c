/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "orchestrator/cli/log_reader.h"
#include "orchestrator/session/registry.h"
#include "proto/base/clock.h"
#include "proto/json/record.h"
#include "proto/session/layout.h"
#include "proto/sys/file.h"

#define LINE_PIECE	(64u << 10)	/* longer lines are shown in pieces */
#define BLOCK		(64 << 10)
#define TIMED		"[worker] "	/* lines that have a time */
#define TIME		19		/* "2026-01-31T09:00:00" */

int
log_reader_open(struct log_reader *r, const struct entry *e)
{
	memset(r, 0, sizeof(*r));
	r->log = -1;
	r->status = e->state.status;
	return (r->dir = file_open_dir(AT_FDCWD, e->path)) == -1 ? -1 : 0;
}

/* A log that does not exist yet is no error. */
static int
open_log(struct log_reader *r)
{
	struct stat st;

	if (r->log != -1)
		return 0;
	r->log = file_open(r->dir, SESSION_FILE_LOG, O_RDONLY, 0);
	if (r->log == -1)
		return errno == ENOENT ? 0 : -1;
	if (fstat(r->log, &st) == 0 && S_ISREG(st.st_mode))
		return 0;
	close(r->log);
	r->log = -1;
	errno = EINVAL;
	return -1;
}

/* Where the last n lines begin. */
static off_t
last_lines(int fd, off_t size, int64_t n)
{
	char buf[BLOCK];
	off_t at = size, from;
	ssize_t got;

	if (n <= 0)
		return size;
	for (; at > 0; at = from) {
		from = at > BLOCK ? at - BLOCK : 0;
		if ((got = pread(fd, buf, (size_t)(at - from), from)) <= 0)
			return 0;
		while (got-- > 0)
			if (buf[got] == '\n' && from + got + 1 < size && n-- == 1)
				return from + got + 1;
	}
	return 0;
}

/* Where the lines since the time begin. */
static off_t
lines_since(int fd, const struct stat *st, int64_t since)
{
	char first[sizeof(TIMED) + TIME] = "", time[CLOCK_TEXT], buf[BLOCK];
	off_t begin = 0, at = 0;
	size_t n = 0;
	ssize_t got;

	if ((int64_t)st->st_mtim.tv_sec * 1000 + st->st_mtim.tv_nsec / CLOCK_MS < since)
		return st->st_size;
	clock_text(since, time, sizeof(time));
	while ((got = pread(fd, buf, sizeof(buf), at)) > 0)
		for (ssize_t i = 0; i < got; i++, at++) {
			if (buf[i] != '\n') {
				if (n + 1 < sizeof(first))
					first[n++] = buf[i];
				continue;
			}
			first[n] = '\0';
			if (n == strlen(TIMED) + TIME && strncmp(first, TIMED, strlen(TIMED)) == 0 &&
			    strncmp(first + strlen(TIMED), time, TIME) < 0)
				begin = at + 1;
			n = 0;
		}
	return begin;
}

int
log_reader_seek(struct log_reader *r, const struct log_from *from)
{
	struct stat st;
	off_t begin = 0, by_lines;

	if (open_log(r) == -1)
		return -1;
	if (r->log == -1)
		return 0;
	if (fstat(r->log, &st) == -1)
		return -1;
	if (from->since > 0)
		begin = lines_since(r->log, &st, from->since);
	if (from->lines >= 0 && (by_lines = last_lines(r->log, st.st_size, from->lines)) > begin)
		begin = by_lines;
	return lseek(r->log, begin, SEEK_SET) == -1 ? -1 : 0;
}

static void
print_piece(struct log_reader *r, const char *buf, size_t len, bool whole)
{
	text_clear(&r->line);
	if (r->prefix != NULL)
		text_puts(&r->line, r->prefix);
	text_line(&r->line, buf, len);
	if (whole || r->prefix != NULL)	/* other sessions may print before the rest comes */
		text_puts(&r->line, "\n");
	fwrite(r->line.buf, 1, r->line.len, stdout);
}

/* The end of the last complete character. */
static size_t
character_end(const char *buf, size_t len)
{
	size_t	n = len;

	while (n > 0 && len - n < 4 && ((unsigned char)buf[n - 1] & 0xc0) == 0x80)
		n--;
	return n > 0 && ((unsigned char)buf[n - 1] & 0xc0) == 0xc0 ? n - 1 : len;
}

static void
print_lines(struct log_reader *r, const char *buf, size_t len)
{
	const char	*nl;
	size_t		 n;

	for (; (nl = memchr(buf, '\n', len)) != NULL; len -= n, buf += n) {
		n = (size_t)(nl - buf) + 1;
		text_add(&r->rest, buf, n - 1);
		print_piece(r, r->rest.buf, r->rest.len, true);
		text_clear(&r->rest);
	}
	text_add(&r->rest, buf, len);
	if (r->rest.len < LINE_PIECE)
		return;
	n = character_end(r->rest.buf, r->rest.len);
	print_piece(r, r->rest.buf, n, false);
	memmove(r->rest.buf, r->rest.buf + n, r->rest.len - n);
	r->rest.len -= n;
}

int
log_reader_print(struct log_reader *r)
{
	char	buf[32 << 10];
	ssize_t	n;

	if (open_log(r) == -1)
		return -1;
	if (r->log == -1)
		return 0;
	while ((n = read(r->log, buf, sizeof(buf))) > 0 && !ferror(stdout))
		print_lines(r, buf, (size_t)n);
	fflush(stdout);
	return n == -1 ? -1 : 0;
}

bool
log_reader_over(struct log_reader *r)
{
	struct entry	e = { 0 };
	char		why[RECORD_ERR];

	entry_probe(&e, r->dir);
	if (e.alive)
		return false;
	if (state_load(r->dir, &e.state, why, sizeof(why)) == 0) {
		r->status = e.state.status;
		state_release(&e.state);
	}
	return true;
}

void
log_reader_close(struct log_reader *r)
{
	if (r->rest.len > 0)
		print_piece(r, r->rest.buf, r->rest.len, true);
	text_free(&r->rest);
	text_free(&r->line);
	free(r->prefix);
	file_close(r->log);
	file_close(r->dir);
}
