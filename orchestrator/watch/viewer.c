/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "orchestrator/session/ask.h"
#include "orchestrator/watch/viewer.h"
#include "proto/base/clock.h"
#include "proto/json/record.h"
#include "proto/record/question.h"
#include "proto/session/layout.h"
#include "proto/sys/child.h"
#include "proto/sys/file.h"

const struct entry *
viewer_session(const struct viewer *v, const char **name)
{
	const char *id = v->pager.title != NULL && v->subject[0] != '\0' ? v->subject : v->chosen;
	const struct entry *e = model_find(&v->model, id);

	for (size_t i = 0; name != NULL && e != NULL && i < v->rows.n; i++)
		if (v->rows.v[i].e == e) {
			*name = row_name(&v->rows.v[i]);
			return e;
		}
	if (name != NULL)
		*name = e != NULL ? e->id : NULL;
	return e;
}

void
viewer_say(struct viewer *v, char *text)
{
	free(v->message);
	v->message = text;
}

void
viewer_run(struct viewer *v, const char *id, const char *name, bool shown, const char *const *words)
{
	struct job j = { .title = text_format("%s %s", words[0], name), .shown = shown };

	strlcpy(j.about, id, sizeof(j.about));
	if (job_start(&v->jobs, &j, words) == -1) {
		viewer_say(v, text_format("%s: %s", j.title, strerror(errno)));
		free(j.title);
	} else
		viewer_say(v, text_format("%s ...", j.title));
}

/* What a command says at last, and how it failed; malloced. */
static char *
outcome(const struct job *j, int status, const char *output)
{
	char how[128], *text = text_format("%s", output), *line, *all;
	size_t len = text_trim(text, strlen(text));

	line = memrchr(text, '\n', len);
	line = line == NULL ? text : line + 1;
	all = child_status_text(status, how, sizeof(how)) == 0 ? text_format("%s", line) :
	    text_format("%s: %s: %s", j->title, how, line);
	free(text);
	return all;
}

void
viewer_reap(struct viewer *v)
{
	struct job j;
	int status;

	while (job_ended(&v->jobs, &j, &status)) {
		free(v->last);
		v->last = j.output;
		if (j.shown && v->prompt.label == NULL) {
			viewer_say(v, NULL);
			viewer_show(v, j.about, text_format("%s", j.title), j.output);
		} else
			viewer_say(v, outcome(&j, status, j.output));
		free(j.title);
	}
}

void
viewer_close_pager(struct viewer *v)
{
	pager_close(&v->pager);
	v->log = file_close(v->log);
	v->log_dir = file_close(v->log_dir);
	v->content = CONTENT_OUTPUT;
	v->subject[0] = '\0';
}

static void
open_pager(struct viewer *v, const char *subject, char *title, bool follow)
{
	char id[SESSION_ID_MAX];

	strlcpy(id, subject, sizeof(id));	/* it may be that of the old one */
	viewer_close_pager(v);
	strlcpy(v->subject, id, sizeof(v->subject));
	pager_open(&v->pager, title, follow);
}

void
viewer_show(struct viewer *v, const char *subject, char *title, const char *text)
{
	open_pager(v, subject, title, false);
	pager_add(&v->pager, text, strlen(text));
}

/* Reads what has been added to the log since. */
static void
read_log(struct viewer *v)
{
	char buf[64 << 10];
	struct stat st;
	ssize_t n;

	if (v->log == -1 && (v->log = file_open(v->log_dir, SESSION_FILE_LOG, O_RDONLY, 0)) != -1 && fstat(v->log, &st) == 0 &&
	    st.st_size > PAGER_MAX / 2)
		(void)lseek(v->log, st.st_size - PAGER_MAX / 2, SEEK_SET);
	while (v->log != -1 && (n = read(v->log, buf, sizeof(buf))) > 0)
		pager_add(&v->pager, buf, (size_t)n);
}

void
viewer_log(struct viewer *v, const struct entry *e)
{
	open_pager(v, e->id, text_format("log of %s", e->id), true);
	v->log_dir = file_open_dir(AT_FDCWD, e->path);
	v->content = CONTENT_LOG;
	read_log(v);
}

static void
add_question(struct text *t, const struct question *q, int64_t now)
{
	char age[32];

	text_printf(t, "%s  %s, %s, %s ago\n", q->id, question_from(q), question_status_name(q->status),
	    clock_age(now - q->asked_at, age, sizeof(age)));
	text_puts(t, q->text);
	text_puts(t, "\n");
	for (size_t i = 0; i < q->options.n; i++)
		text_printf(t, "  %zu) %s\n", i + 1, q->options.v[i]);
	if (q->answer != NULL)
		text_printf(t, "answer by %s: %s\n", q->by, q->answer);
	text_puts(t, "\n");
}

static void
read_questions(struct viewer *v, const struct entry *e)
{
	struct questions qs = { 0 };
	struct text t = { 0 };
	char why[RECORD_ERR];
	int fd = file_open_dir(AT_FDCWD, e->path);

	if (ask_blocked(e))
		text_printf(&t, "blocked: %s\n\n", e->state.blocked);
	if (fd != -1 && questions_load(fd, &qs, why, sizeof(why)) == -1)
		text_puts(&t, why);
	for (size_t i = 0; i < qs.n; i++)
		add_question(&t, &qs.q[i], clock_wall());
	if (t.len == 0)
		text_puts(&t, "no questions\n");
	text_clear(&v->pager.text);
	pager_add(&v->pager, t.buf, t.len);
	questions_release(&qs);
	text_free(&t);
	file_close(fd);
}

void
viewer_questions(struct viewer *v, const struct entry *e)
{
	open_pager(v, e->id, text_format("questions of %s", e->id), false);
	v->content = CONTENT_QUESTIONS;
	read_questions(v, e);
}

static size_t
chosen_row(const struct viewer *v)
{
	for (size_t i = 0; i < v->rows.n; i++)
		if (strcmp(v->rows.v[i].e->id, v->chosen) == 0)
			return i;
	return 0;
}

static void
choose(struct viewer *v, size_t i)
{
	if (v->rows.n > 0)
		strlcpy(v->chosen, v->rows.v[i < v->rows.n ? i : v->rows.n - 1].e->id, sizeof(v->chosen));
}

void
viewer_move(struct viewer *v, long lines)
{
	long at = (long)chosen_row(v) + lines;

	if (v->pager.title != NULL)
		pager_move(&v->pager, lines, v->height > 2 ? v->height - 2 : 1);
	else
		choose(v, at < 0 ? 0 : (size_t)at);
}

void
viewer_refresh(struct viewer *v)
{
	size_t at = chosen_row(v);
	const struct entry *e;

	model_refresh(&v->model);
	model_rows(&v->model, &v->rows, &v->look);
	if (chosen_row(v) == 0)		/* it may be gone: its neighbour takes its place */
		choose(v, v->rows.n > 0 && strcmp(v->rows.v[0].e->id, v->chosen) == 0 ? 0 : at);
	if (v->content == CONTENT_LOG)
		read_log(v);
	else if (v->content == CONTENT_QUESTIONS && (e = model_find(&v->model, v->subject)) != NULL)
		read_questions(v, e);
}
