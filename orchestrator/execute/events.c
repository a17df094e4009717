/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "orchestrator/execute/events.h"
#include "orchestrator/view/show.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/clock.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/json/json.h"
#include "proto/json/record.h"
#include "proto/session/status.h"
#include "proto/sys/file.h"

static int
open_file(struct events *e)
{
	struct stat st;
	char last = '\n';

	e->fd = file_open(e->dir, EVENTS_FILE, O_RDWR | O_APPEND | O_CREAT, 0600);
	if (e->fd == -1 || fstat(e->fd, &st) == -1 || file_ours(e->fd) == -1)
		return -1;
	e->size = st.st_size;
	/* a crash may have left a part of a line */
	if (st.st_size > 0 && pread(e->fd, &last, 1, st.st_size - 1) == 1 && last != '\n')
		events_add(e, "");
	return 0;
}

void
events_open(struct events *e, const struct orch *o)
{
	e->fd = -1;
	if ((e->dir = file_open_dir(AT_FDCWD, o->instance)) == -1 || open_file(e) == -1) {
		log_warn("%s/" EVENTS_FILE ": events are not kept", o->instance);
		events_close(e);
	}
}

void
events_close(struct events *e)
{
	file_close(e->fd);
	file_close(e->dir);
	e->fd = e->dir = -1;
}

void
events_add(struct events *e, const char *line)
{
	size_t len = strlen(line);
	char *text;

	if (e->fd == -1)
		return;
	if (e->size > EVENTS_MAX) {
		file_close(e->fd);
		if (file_rename_over(e->dir, EVENTS_FILE, EVENTS_OLD, 0) == -1 || open_file(e) == -1) {
			log_warn(EVENTS_FILE ": further events are not kept");
			events_close(e);
			return;
		}
	}
	text = text_format("%s\n", line);
	if (file_write_all(e->fd, text, len + 1) == -1) {
		log_warn(EVENTS_FILE ": further events are not kept");
		events_close(e);
	} else
		e->size += (off_t)len + 1;
	free(text);
}

char *
events_line(const char *session, const char *event, const char *text)
{
	struct json *j = json_new_object();
	char *line;

	record_put_time(j, "at", clock_wall());
	json_put_str(j, "session", session);
	json_put_str(j, "event", event);
	json_put_str(j, "text", text == NULL || *text == '\0' ? NULL : text);
	line = json_text(j, false, NULL);
	json_free(j);
	return line;
}

static enum tone
tone_of(const char *event)
{
	int status = status_parse(event);
	enum status_outcome outcome = status == -1 ? OUTCOME_NONE : status_traits((enum status)status)->outcome;

	if (strcmp(event, "asked") == 0 || strcmp(event, "blocked") == 0)
		return TONE_ASK;
	if (outcome == OUTCOME_DONE || status == STATUS_APPROVED)
		return TONE_GOOD;
	return outcome != OUTCOME_NONE || strncmp(event, "failed", 6) == 0 || strcmp(event, "unreadable") == 0 ? TONE_BAD : TONE_PLAIN;
}

void
events_show(int64_t at, const char *session, const char *event, const char *text)
{
	struct text t = { 0 };

	text_line(&t, session, strlen(session));
	text_puts(&t, ": ");
	text_line(&t, event, strlen(event));
	if (text != NULL && *text != '\0') {
		text_puts(&t, ": ");
		text_line(&t, text, strlen(text));
	}
	show_event(at, tone_of(event), t.buf);
	text_free(&t);
}

/* false: fn has seen enough. */
static bool
each_in(int dir, const char *name, bool (*fn)(void *, const struct json *), void *arg)
{
	char *text, why[RECORD_ERR];
	struct json *j;
	bool more = true;
	size_t len, n;

	if (file_read(dir, name, EVENTS_MAX * 2, &text, &len) == -1)
		return true;
	for (char *p = text; more && *p != '\0'; p += n + (p[n] == '\n')) {
		n = strcspn(p, "\n");
		if ((j = json_parse(p, n, JSON_LARGE, why, sizeof(why))) != NULL)
			more = fn(arg, j);
		json_free(j);
	}
	free(text);
	return more;
}

void
events_each(const char *instance, bool (*fn)(void *, const struct json *), void *arg)
{
	int dir = file_open_dir(AT_FDCWD, instance);

	if (dir == -1)
		return;
	if (each_in(dir, EVENTS_OLD, fn, arg))
		each_in(dir, EVENTS_FILE, fn, arg);
	close(dir);
}

off_t
events_size(const struct orch *o)
{
	int dir = file_open_dir(AT_FDCWD, o->instance);
	struct stat st = { 0 };

	if (dir != -1 && file_stat(dir, EVENTS_FILE, &st) == -1)
		st.st_size = 0;
	file_close(dir);
	return st.st_size;
}
