/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "orchestrator/session/registry.h"
#include "orchestrator/session/show_entry.h"
#include "orchestrator/workspace/cmd.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/json/record.h"
#include "proto/session/layout.h"
#include "proto/sys/file.h"
#include "proto/sys/watch.h"

#define LINE_PIECE	(64u << 10)	/* longer lines are shown in pieces */

struct follow {
	int		 dir;		/* session directory, which stays valid when it is moved */
	int		 log;		/* output.log, -1 = does not exist yet */
	struct text	 rest;		/* an incomplete line */
	struct text	 line;		/* the line being neutralised */
	enum status	 status;
};

static void
print_piece(struct follow *f, const char *buf, size_t len)
{
	text_clear(&f->line);
	text_line(&f->line, buf, len);
	if (f->line.len > 0)
		fwrite(f->line.buf, 1, f->line.len, stdout);
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
print_lines(struct follow *f, const char *buf, size_t len)
{
	const char	*nl;
	size_t		 n;

	for (; (nl = memchr(buf, '\n', len)) != NULL; len -= n, buf += n) {
		n = (size_t)(nl - buf) + 1;
		text_add(&f->rest, buf, n - 1);
		print_piece(f, f->rest.buf, f->rest.len);
		putchar('\n');
		text_clear(&f->rest);
	}
	text_add(&f->rest, buf, len);
	if (f->rest.len < LINE_PIECE)
		return;
	n = character_end(f->rest.buf, f->rest.len);
	print_piece(f, f->rest.buf, n);
	memmove(f->rest.buf, f->rest.buf + n, f->rest.len - n);
	f->rest.len -= n;
}

static int
open_log(int dir)
{
	struct stat	st;
	int		fd;

	fd = file_open(dir, SESSION_FILE_LOG, O_RDONLY, 0);
	if (fd == -1)
		return -1;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		return fd;
	close(fd);
	errno = EINVAL;
	return -1;
}

/* Prints what was appended. */
static int
catch_up(struct follow *f)
{
	char	buf[32 << 10];
	ssize_t	n;

	if (f->log == -1 && (f->log = open_log(f->dir)) == -1)
		return errno == ENOENT ? 0 : -1;
	while ((n = read(f->log, buf, sizeof(buf))) > 0)
		print_lines(f, buf, (size_t)n);
	fflush(stdout);
	return n == -1 ? -1 : 0;
}

/*
 * Is the log finished?  The worker writes the last line after the status and then
 * ends, so the lock tells; it moves along with the directory.
 */
static bool
is_over(struct follow *f)
{
	struct entry	e = { 0 };
	char		why[RECORD_ERR];

	entry_probe(&e, f->dir);
	if (e.alive)
		return false;
	if (state_load(f->dir, &e.state, why, sizeof(why)) == 0) {
		f->status = e.state.status;
		state_release(&e.state);
	}
	return true;
}

static bool
matters(const struct watch_event *ev)
{
	return ev->kind == WATCH_GONE || ev->kind == WATCH_RESCAN ||
	    (ev->kind == WATCH_FILE && strcmp(ev->name, SESSION_FILE_LOCK) == 0);
}

static int
follow(struct follow *f, const char *path)
{
	struct watch_event	ev;
	struct watch		watch = { 0 };
	bool			over;

	if (watch_open() == -1 && !watch_degraded()) {
		log_warn("inotify");
		return EX_OSERR;
	}
	watch_dir(&watch, path, true);
	over = is_over(f);
	while (catch_up(f) == 0 && !ferror(stdout)) {
		if (over)
			return 0;
		if (watch_next(&ev) == -1)
			break;
		if (ev.kind == WATCH_SIGNAL && ev.signo != SIGCHLD)
			return 128 + ev.signo;
		/* Checked before the last read: nothing follows the end. */
		if (matters(&ev))
			over = is_over(f);
	}
	log_warn("%s/%s", path, SESSION_FILE_LOG);
	return EX_IOERR;
}

static int
follow_result(const struct follow *f, const struct entry *e)
{
	if (status_approved(f->status))
		return 0;
	if (status_live(f->status))
		log_warnx("%s: no worker is running; orchestrator execute restarts it", e->id);
	return EX_NEGATIVE;
}

static int
logs(const struct entry *e, bool following)
{
	struct follow	f = { .log = -1, .status = e->state.status };
	int		rv;

	if ((f.dir = file_open_dir(AT_FDCWD, e->path)) == -1) {
		log_warn("%s", e->path);
		return EX_IOERR;
	}
	if (following) {
		if ((rv = follow(&f, e->path)) == 0)
			rv = follow_result(&f, e);
		watch_close();
	} else if ((rv = catch_up(&f)) == -1) {
		log_warn("%s/%s", e->path, SESSION_FILE_LOG);
		rv = EX_IOERR;
	}
	if (f.rest.len > 0) {
		print_piece(&f, f.rest.buf, f.rest.len);
		putchar('\n');
	}
	text_free(&f.rest);
	text_free(&f.line);
	if (f.log != -1)
		close(f.log);
	close(f.dir);
	return rv;
}

struct arguments {
	bool		 follow;
	char *const	*sessions;
};
static const struct option_row rows[] = {
	OPT_FLAG(struct arguments, follow, 'f', NULL, "follow it until the session ends"),
	OPERANDS(struct arguments, sessions, "SESSION ..."),
};

static int
run(struct orch *o, void *arguments)
{
	const struct arguments *a = arguments;
	bool		many = a->sessions[1] != NULL;
	struct entry	e;
	int		rv = 0, one;

	if (many && a->follow)
		return option_error(&cmd_logs.syntax, "-f follows one session");
	for (char *const *session = a->sessions; *session != NULL; session++) {
		if ((one = show_operand(o, *session, &e)) == 0) {
			if (many)
				printf("%s==> %s <==\n", session == a->sessions ? "" : "\n", e.id);
			one = logs(&e, a->follow);
			entry_release(&e);
		}
		rv = rv != 0 ? rv : one;
	}
	return rv;
}

const struct cmd cmd_logs = COMMAND("logs", "print the logs of sessions, or follow one to its end",
    run, OPTION_ROWS(rows, struct arguments));
