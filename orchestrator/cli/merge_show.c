/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "orchestrator/cli/merge_show.h"
#include "orchestrator/session/busy.h"
#include "orchestrator/session/registry.h"
#include "orchestrator/view/block.h"
#include "orchestrator/view/show.h"
#include "proto/base/clock.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/session/layout.h"
#include "proto/sys/child.h"
#include "proto/sys/file.h"
#include "proto/sys/watch.h"

#define MINUTE	INT64_C(60000)	/* wall ms */

/* State of the child. */
struct viewer {
	const struct entry *e;
	int		 dir, log, end[2];
	struct text	 rest;		/* a part of a line */
	bool		 block;
	char		*gate;		/* the running gate; NULL = none */
	int64_t		 since;		/* its start, wall ms */
};

/* Prints a gate that has ended; a gate that begins is shown only in the block. */
static void
take_line(struct viewer *v, const char *line, size_t len)
{
	struct busy_gate g;
	struct text t = { 0 };

	if (!busy_gate_line(line, len, &g))
		return;
	free(v->gate);
	v->gate = g.ended ? NULL : text_format("%.*s", (int)g.name, g.text);
	v->since = g.at;
	if (!g.ended)
		return;
	text_line(&t, v->block ? v->e->state.item : v->e->id, strlen(v->block ? v->e->state.item : v->e->id));
	text_puts(&t, ": ");
	text_line(&t, g.text, g.len);
	show_event(clock_wall(), TONE_PLAIN, t.buf);
	text_free(&t);
}

/* Handles the new lines of the log. */
static void
read_on(struct viewer *v)
{
	char buf[16 << 10], *line, *end;
	ssize_t n;

	if (v->log == -1)
		v->log = file_open(v->dir, SESSION_FILE_MERGE_LOG, O_RDONLY, 0);
	while (v->log != -1 && (n = read(v->log, buf, sizeof(buf))) > 0) {
		text_add_string(&v->rest, buf, (size_t)n);
		for (line = v->rest.buf; (end = strchr(line, '\n')) != NULL; line = end + 1)
			take_line(v, line, (size_t)(end - line));
		v->rest.len -= (size_t)(line - v->rest.buf);
		memmove(v->rest.buf, line, v->rest.len + 1);
	}
}

static void
draw(const struct viewer *v)
{
	char *gate = v->gate == NULL ? NULL : text_format("%s, %s", v->gate, show_minutes(v->since));
	struct text t = { 0 };

	busy_line(&t, &(struct busy_columns){ .names = strlen(v->e->state.item), .steps = strlen("merge") }, v->e,
	    &(struct busy_line){ ">", v->e->state.item, "merge", "", gate != NULL ? gate : "", TONE_BUSY });
	(void)block_draw(t.buf);
	text_free(&t);
	free(gate);
}

static int
view(void *arg)
{
	struct viewer *v = arg;
	struct watch dir = { 0 };
	struct watch_timer minute = { 0 };
	struct watch_event ev = { .kind = WATCH_RESCAN };

	close(v->end[1]);	/* closes when the parent ends */
	if (watch_open() == -1 || watch_dir(&dir, v->e->path, true) == -1 || watch_fd(v->end[0]) == -1)
		return EXIT_FAILURE;
	v->block = block_open(false) && watch_signal(SIGWINCH) == 0;
	do {
		if (v->block && ev.kind != WATCH_FILE)
			watch_timer(&minute, clock_now() + (MINUTE - clock_wall() % MINUTE) * CLOCK_MS);
		read_on(v);
		if (v->block)
			draw(v);
	} while (watch_next(&ev) == 0 && ev.kind != WATCH_FD && (ev.kind != WATCH_SIGNAL || ev.signo == SIGWINCH));
	read_on(v);
	block_close();
	return EXIT_SUCCESS;
}

void
merge_show_begin(struct merge_show *s, const struct entry *e)
{
	struct viewer v = { .e = e, .log = -1 };

	s->pid = s->end = -1;
	if ((v.dir = file_open_dir(AT_FDCWD, e->path)) == -1)
		return;
	if ((v.log = file_open(v.dir, SESSION_FILE_MERGE_LOG, O_RDONLY, 0)) != -1)
		(void)lseek(v.log, 0, SEEK_END);	/* skips earlier merges */
	if (file_pipe(v.end) == -1 || (s->pid = child_call(view, &v)) == -1)
		log_warn("can't show the gates of the merge");
	else {
		s->end = v.end[1];
		close(v.end[0]);
	}
	file_close(v.log);
	file_close(v.dir);
}

void
merge_show_end(struct merge_show *s)
{
	file_close(s->end);
	while (s->pid > 0 && waitpid(s->pid, NULL, 0) == -1 && errno == EINTR)
		;
}
