/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/json/field.h"
#include "proto/json/json.h"
#include "proto/json/record.h"
#include "proto/record/answer.h"
#include "proto/record/question.h"
#include "proto/session/caps.h"
#include "proto/session/layout.h"
#include "proto/sys/dir.h"
#include "proto/sys/file.h"

void
answer_release(struct answer *a)
{
	free(a->text);
	memset(a, 0, sizeof(*a));
}

int
answer_name(const char *name, char *id, size_t len, bool *record)
{
	const char *end = strchr(name, '.');
	size_t n = end == NULL ? strlen(name) : (size_t)(end - name);

	if (end != NULL && strcmp(end, ".txt") != 0 && strcmp(end, ".md") != 0 &&
	    strcmp(end, ".json") != 0)
		return (-1);
	if (n >= len || name[0] != 'q')
		return (-1);
	memcpy(id, name, n);
	id[n] = '\0';
	if (!message_id_valid(id))
		return (-1);
	*record = end != NULL && strcmp(end, ".json") == 0;
	return (0);
}

int
answer_parse(struct answer *a, const char *buf, size_t len, char *err, size_t errlen)
{
	struct field f;
	struct json *o;

	memset(a, 0, sizeof(*a));
	if ((o = record_open("answer", buf, len, err, errlen)) == NULL)
		return (-1);
	f = field_begin(o, "answer", err, errlen);
	field_need(&f, "answer");
	a->text = field_text(&f, "answer", SESSION_MAX_TEXT);
	field_str(&f, "by", a->by, sizeof(a->by));
	json_free(o);
	if (!field_bad(&f))
		return (0);
	answer_release(a);
	return (-1);
}

enum answer_read
answer_read(int dirfd, const char *name, bool record, struct answer *a, char *reason, size_t rlen)
{
	char *buf;
	size_t len;

	memset(a, 0, sizeof(*a));
	if (file_read_closed(dirfd, name, SESSION_MAX_TEXT, &buf, &len) == -1) {
		if (errno == EBUSY)
			return (ANSWER_BUSY);
		if (errno == ENOENT)
			return (ANSWER_NONE);
		snprintf(reason, rlen, "%s", record_unreadable(errno));
		return (ANSWER_REFUSED);
	}
	if (len == 0) {
		free(buf);
		return (ANSWER_NONE);
	}
	if (!record) {
		a->text = buf;
		a->len = len;
	} else {
		if (answer_parse(a, buf, len, reason, rlen) == -1) {
			free(buf);
			return (ANSWER_REFUSED);
		}
		free(buf);
		a->len = strlen(a->text);
	}
	if (a->by[0] == '\0')
		strlcpy(a->by, "person", sizeof(a->by));
	return (ANSWER_READ);
}

char *
answer_text(const struct answer *a, size_t *len)
{
	struct json *o = record_begin(NULL);

	record_put(o, "answer", a->text, SESSION_MAX_TEXT);
	record_put(o, "by", a->by[0] == '\0' ? NULL : a->by, sizeof(a->by) - 1);
	return (record_end(o, len));
}

static void
read_answers(struct answer **out, size_t *n, struct field *f)
{
	struct field in;
	const char *id;
	size_t count;

	field_need(f, "answers");
	in = field_in(f, "answers");
	count = json_count(in.o);
	if (count > SESSION_MAX_QUESTIONS)
		field_fail(f, "answers", "has more than %d entries", SESSION_MAX_QUESTIONS);
	if (field_bad(f) || count == 0)
		return;
	if ((*out = calloc(count, sizeof(**out))) == NULL)
		err(1, NULL);
	for (; (id = json_key(in.o, *n, NULL)) != NULL && !field_bad(f); ++*n) {
		struct answer *a = &(*out)[*n];

		if (id[0] != 'q' || !message_id_valid(id)) {
			field_fail(f, "answers", "has a key that is not a question's id");
			return;
		}
		strlcpy(a->question, id, sizeof(a->question));
		field_need(&in, id);
		a->text = field_text(&in, id, SESSION_MAX_TEXT);
	}
}

int
answers_parse(struct answer **out, size_t *n, const char *buf, size_t len, char *err,
    size_t errlen)
{
	struct field f;
	struct json *o;

	*out = NULL;
	*n = 0;
	if ((o = record_open(SESSION_FILE_ANSWERS_JSON, buf, len, err, errlen)) == NULL)
		return (-1);
	f = field_begin(o, SESSION_FILE_ANSWERS_JSON, err, errlen);
	read_answers(out, n, &f);
	json_free(o);
	if (!field_bad(&f))
		return (0);
	for (; *n > 0; --*n)
		answer_release(&(*out)[*n - 1]);
	free(*out);
	*out = NULL;
	return (-1);
}

static const struct question *
open_question(const struct questions *qs, const char *id)
{
	const struct question *q = questions_find(qs, id);

	return (q != NULL && q->status == QUESTION_OPEN ? q : NULL);
}

/* An empty file is not an answer yet, and gives a worker nothing to do. */
static bool
file_waits(int dirfd, const char *name, const struct questions *qs)
{
	char id[SESSION_ID_MAX], reason[256];
	enum answer_read rc;
	struct answer a;
	bool record;

	if (answer_name(name, id, sizeof(id), &record) == -1 || open_question(qs, id) == NULL)
		return (false);
	rc = answer_read(dirfd, name, record, &a, reason, sizeof(reason));
	answer_release(&a);
	return (rc != ANSWER_NONE);
}

/* A worker does not change the file, so only an answer that it accepts counts. */
static bool
list_waits(int sessionfd, const struct questions *qs)
{
	char *buf, *text, why[256];
	struct answer *a = NULL;
	const struct question *q;
	size_t len, n = 0;
	bool waits = false;

	if (file_read_closed(sessionfd, SESSION_FILE_ANSWERS_JSON, RECORD_MAX, &buf, &len) == -1)
		return (errno == EBUSY);
	if (len > 0 && answers_parse(&a, &n, buf, len, why, sizeof(why)) == -1)
		n = 0;
	free(buf);
	for (size_t i = 0; i < n; i++) {
		if (!waits && (q = open_question(qs, a[i].question)) != NULL &&
		    question_answer_check(q, a[i].text, strlen(a[i].text), &text, why, sizeof(why)) == 0) {
			waits = strlen(text) <= questions_room(qs);
			free(text);
		}
		answer_release(&a[i]);
	}
	free(a);
	return (waits);
}

bool
answers_wait(int sessionfd, const struct questions *qs)
{
	DIR *dir = dir_open(sessionfd, SESSION_DIR_ANSWERS);
	struct dirent *de;
	bool waits = false;

	while (!waits && (de = dir_next(dir)) != NULL)
		waits = file_waits(dirfd(dir), de->d_name, qs);
	dir_close(dir);
	return (waits || list_waits(sessionfd, qs));
}
