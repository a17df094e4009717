/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "proto/json/field.h"
#include "proto/json/json.h"
#include "proto/json/record.h"
#include "proto/record/question.h"
#include "proto/sys/file.h"

static const char *const status_names[] = {
	[QUESTION_OPEN] = "open",
	[QUESTION_ANSWERED] = "answered",
	[QUESTION_REFUSED] = "refused",
	[QUESTION_WITHDRAWN] = "withdrawn",
};

const char *
question_status_name(enum question_status s)
{
	return (status_names[s]);
}

static int
question_status_parse(const char *name)
{
	for (int i = QUESTION_OPEN; i <= QUESTION_WITHDRAWN; i++)
		if (strcmp(status_names[i], name) == 0)
			return (i);
	return (-1);
}

static void
read_question(struct question *q, struct field *f)
{
	field_need(f, "id");
	field_need(f, "status");
	field_need(f, "question");
	field_id(f, "id", q->id, sizeof(q->id), message_id_valid);
	q->status = (enum question_status)field_name(f, "status", question_status_parse,
	    QUESTION_OPEN);
	field_id(f, "run", q->run, sizeof(q->run), run_valid);
	q->role = (enum role)field_name(f, "role", role_parse, ROLE_NONE);
	q->round = field_int(f, "round", 0, INT32_MAX, 0);
	q->text = field_text(f, "question", SESSION_MAX_TEXT);
	field_strings(f, "options", SESSION_MAX_OPTIONS, QUESTION_MAX_OPTION, &q->options);
	q->asked_at = field_time(f, "asked_at");
	q->closed_at = field_time(f, "closed_at");
	q->answer = field_text(f, "answer", SESSION_MAX_TEXT);
	field_str(f, "answered_by", q->by, sizeof(q->by));
	field_str(f, "reason", q->reason, sizeof(q->reason));
	if (q->status == QUESTION_ANSWERED && q->answer == NULL)
		field_fail(f, "answer", "is missing");
}

static void
read_seen(struct seen *s, struct field *f)
{
	field_need(f, "id");
	field_need(f, "kind");
	field_need(f, "accepted");
	field_id(f, "id", s->id, sizeof(s->id), message_id_valid);
	field_str(f, "kind", s->kind, sizeof(s->kind));
	s->accepted = field_bool(f, "accepted");
	field_str(f, "reason", s->reason, sizeof(s->reason));
	field_id(f, "question", s->question, sizeof(s->question), message_id_valid);
}

static void
read_questions(struct questions *qs, struct field *f)
{
	struct field in;
	size_t n;

	field_id(f, "session", qs->session, sizeof(qs->session), session_id_valid);
	n = field_count(f, "questions", SESSION_MAX_QUESTIONS);
	if (n > 0 && (qs->q = calloc(n, sizeof(*qs->q))) == NULL)
		err(1, NULL);
	for (; qs->n < n && !field_bad(f); qs->n++) {
		in = field_at(f, "questions", qs->n);
		read_question(&qs->q[qs->n], &in);
	}
	n = field_count(f, "messages", QUESTIONS_MAX_MESSAGES);
	if (n > 0 && (qs->seen = calloc(n, sizeof(*qs->seen))) == NULL)
		err(1, NULL);
	for (; qs->nseen < n && !field_bad(f); qs->nseen++) {
		in = field_at(f, "messages", qs->nseen);
		read_seen(&qs->seen[qs->nseen], &in);
	}
}

int
questions_parse(struct questions *qs, const char *buf, size_t len, char *err, size_t errlen)
{
	struct field f;

	memset(qs, 0, sizeof(*qs));
	if ((qs->raw = record_open(SESSION_FILE_QUESTIONS, buf, len, err, errlen)) == NULL)
		return (-1);
	f = field_begin(qs->raw, SESSION_FILE_QUESTIONS, err, errlen);
	read_questions(qs, &f);
	if (!field_bad(&f))
		return (0);
	questions_release(qs);
	return (-1);
}

static const char *
or_null(const char *s)
{
	return (s[0] == '\0' ? NULL : s);
}

/* was: the entry this question was read from, or NULL. */
static struct json *
question_json(const struct question *q, const struct json *was)
{
	struct json *o;

	o = json_kind(was) == JSON_OBJECT ? json_copy(was) : json_new_object();
	json_put_str(o, "id", q->id);
	json_put_str(o, "status", status_names[q->status]);
	json_put_str(o, "run", or_null(q->run));
	json_put_str(o, "role", q->role == ROLE_NONE ? NULL : role_name(q->role));
	json_put_int(o, "round", q->round);
	record_put(o, "question", q->text == NULL ? "" : q->text, SESSION_MAX_TEXT);
	json_put(o, "options", strings_json(&q->options));
	record_put_time(o, "asked_at", q->asked_at);
	record_put_time(o, "closed_at", q->closed_at);
	record_put(o, "answer", q->answer, SESSION_MAX_TEXT);
	record_put(o, "answered_by", or_null(q->by), sizeof(q->by) - 1);
	record_put(o, "reason", or_null(q->reason), sizeof(q->reason) - 1);
	return (o);
}

static struct json *
seen_json(const struct seen *s)
{
	struct json *o = json_new_object();

	json_put_str(o, "id", s->id);
	json_put_str(o, "kind", s->kind);
	json_put_bool(o, "accepted", s->accepted);
	record_put(o, "reason", or_null(s->reason), sizeof(s->reason) - 1);
	json_put_str(o, "question", or_null(s->question));
	return (o);
}

char *
questions_text(const struct questions *qs, size_t *len)
{
	const struct json *was = json_get(qs->raw, "questions"), *one;
	struct json *o = record_begin(qs->raw), *list;
	const char *id;

	json_put_str(o, "session", or_null(qs->session));
	list = json_new_array();
	for (size_t i = 0; i < qs->n; i++) {
		/* Questions are only ever appended: what was at i is still there. */
		one = json_at(was, i);
		id = json_str(one, "id");
		json_append(list, question_json(&qs->q[i],
		    id != NULL && strcmp(id, qs->q[i].id) == 0 ? one : NULL));
	}
	json_put(o, "questions", list);
	list = json_new_array();
	for (size_t i = 0; i < qs->nseen; i++)
		json_append(list, seen_json(&qs->seen[i]));
	json_put(o, "messages", list);
	return (record_end(o, len));
}

void
questions_release(struct questions *qs)
{
	/* The entry at which reading stopped may be half filled; zeroed ones free well. */
	for (size_t i = 0; i < qs->n; i++) {
		free(qs->q[i].text);
		free(qs->q[i].answer);
		strings_free(&qs->q[i].options);
	}
	free(qs->q);
	free(qs->seen);
	json_free(qs->raw);
	memset(qs, 0, sizeof(*qs));
}

int
questions_load(int sessionfd, struct questions *qs, char *err, size_t errlen)
{
	char *buf;
	size_t len;
	int rv;

	memset(qs, 0, sizeof(*qs));
	if (record_read(sessionfd, SESSION_FILE_QUESTIONS, &buf, &len, err, errlen) == -1)
		return (errno == ENOENT ? 0 : -1);
	if ((rv = questions_parse(qs, buf, len, err, errlen)) == -1)
		errno = EINVAL;
	free(buf);
	return (rv);
}

int
questions_save(int sessionfd, const struct questions *qs)
{
	char *text;
	size_t len;
	int e, rv = -1;

	text = questions_text(qs, &len);
	if (len > RECORD_MAX)
		errno = EFBIG;
	else
		rv = file_replace(sessionfd, SESSION_FILE_QUESTIONS, text, len, FILE_SYNC);
	e = errno;
	free(text);
	errno = e;
	return (rv);
}
