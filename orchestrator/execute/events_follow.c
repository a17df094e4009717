/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "orchestrator/execute/events.h"
#include "orchestrator/execute/report.h"
#include "orchestrator/view/show.h"
#include "orchestrator/workspace/control.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/clock.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/json/record.h"
#include "proto/sys/file.h"
#include "proto/sys/watch.h"

struct follow {
	struct orch	*o;
	const char	*list;
	int		 dir, fd;
	struct text	 rest;		/* a part of a line */
	bool		 over;
	int		 status;
};

static void
print_event(struct follow *f, const struct json *j, const char *line)
{
	const char *session = json_str(j, "session"), *event = json_str(j, "event"), *text = json_str(j, "text");
	bool report = event != NULL && strcmp(event, "report") == 0;

	if (f->o->json) {
		show_json_text(line);
		putchar('\n');
	} else if (report)
		report_text(f->o, j);
	else if (event != NULL && session != NULL && strcmp(event, "noticed") != 0)
		events_show(clock_parse(json_words(j, "at")), session, event, text);
	if (!report || f->list == NULL || json_str(j, "list") == NULL || strcmp(json_str(j, "list"), f->list) != 0)
		return;
	f->over = true;
	f->status = json_int(j, "complete", 0) + (int64_t)json_count(json_get(j, fate_name(FATE_BLOCKED))) ==
	    json_int(j, "total", -1) ? 0 : EX_NEGATIVE;
}

static void
take_lines(struct follow *f)
{
	char *line = f->rest.buf, *end, why[RECORD_ERR];
	struct json *j;

	while (!f->over && line != NULL && (end = strchr(line, '\n')) != NULL) {
		*end = '\0';
		if ((j = json_parse(line, (size_t)(end - line), JSON_LARGE, why, sizeof(why))) != NULL)
			print_event(f, j, line);
		json_free(j);
		line = end + 1;
	}
	if (line == NULL)
		return;
	f->rest.len -= (size_t)(line - f->rest.buf);
	memmove(f->rest.buf, line, f->rest.len + 1);
	fflush(stdout);
}

static void
read_on(struct follow *f)
{
	char buf[32 << 10];
	ssize_t n;

	for (;;) {
		while (f->fd != -1 && !f->over && (n = read(f->fd, buf, sizeof(buf))) > 0) {
			text_add(&f->rest, buf, (size_t)n);
			take_lines(f);
		}
		/* the file may have been made, or replaced by the next one */
		if (f->over || (f->fd != -1 && file_same(f->fd, f->dir, EVENTS_FILE)))
			return;
		file_close(f->fd);
		if ((f->fd = file_open(f->dir, EVENTS_FILE, O_RDONLY, 0)) == -1)
			return;
	}
}

static int
follow(struct follow *f)
{
	struct watch_event ev;
	bool runs;

	for (;;) {
		runs = control_execute(f->o) != 0;
		read_on(f);
		if (f->over)
			return f->status;
		if (!runs) {
			if (f->list == NULL)
				return 0;
			log_warnx("execute ended before list %s was done; orchestrator execute %s continues it", f->list, f->list);
			return EX_TEMPFAIL;
		}
		if (watch_next(&ev) == -1)
			return EX_OSERR;
		if (ev.kind == WATCH_SIGNAL && ev.signo != SIGCHLD)
			return 128 + ev.signo;
	}
}

int
events_follow(struct orch *o, const char *list, off_t from)
{
	struct follow f = { .o = o, .list = list, .fd = -1 };
	struct watch watch = { 0 };
	struct stat st;
	int rv = EX_IOERR;

	if ((f.dir = file_open_dir(AT_FDCWD, o->instance)) == -1 || watch_dir(&watch, o->instance, true) == -1)
		log_warn("%s", o->instance);
	else {
		f.fd = file_open(f.dir, EVENTS_FILE, O_RDONLY, 0);
		if (f.fd != -1 && fstat(f.fd, &st) == 0 && st.st_size >= from)
			(void)lseek(f.fd, from, SEEK_SET);
		rv = follow(&f);
	}
	watch_undir(&watch);
	text_free(&f.rest);
	file_close(f.fd);
	file_close(f.dir);
	return rv;
}
