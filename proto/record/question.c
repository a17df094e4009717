/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <errno.h>
#include <string.h>

#include "proto/base/array.h"
#include "proto/json/member.h"
#include "proto/json/record.h"
#include "proto/record/question.h"
#include "proto/session/layout.h"

static const char *const status_names[] = {
	[QUESTION_OPEN] = "open",
	[QUESTION_ANSWERED] = "answered",
	[QUESTION_REFUSED] = "refused",
	[QUESTION_WITHDRAWN] = "withdrawn",
};
ARRAY_WHOLE(status_names, QUESTION_STATUSES);

const char *
question_status_name(enum question_status s)
{
	return (status_names[s]);
}

static int
question_status_parse(const char *name)
{
	return (name_index(status_names, QUESTION_STATUSES, name));
}

static const struct member question[] = {
	{ "id", MEMBER(STR, struct question, id), .flags = MEMBER_NEEDED, .valid = message_id_valid },
	{ "status", MEMBER(NAME, struct question, status), .flags = MEMBER_NEEDED, .parse = question_status_parse,
	    .name = question_status_name },
	{ "run", MEMBER(STR, struct question, run), .flags = MEMBER_NULL, .valid = run_valid },
	{ "role", MEMBER(NAME, struct question, role), .flags = MEMBER_NULL, .parse = role_parse, .name = role_name },
	{ "round", MEMBER(INT, struct question, round), .max = INT32_MAX },
	{ "question", MEMBER(TEXT, struct question, text), .flags = MEMBER_NEEDED | MEMBER_EMPTY,
	    .max = SESSION_MAX_TEXT },
	{ "options", MEMBER(STRINGS, struct question, options), .max = SESSION_MAX_OPTIONS,
	    .bytes = QUESTION_MAX_OPTION },
	{ "asked_at", MEMBER(TIME, struct question, asked_at) },
	{ "closed_at", MEMBER(TIME, struct question, closed_at) },
	{ "answer", MEMBER(TEXT, struct question, answer), .max = SESSION_MAX_TEXT },
	{ "answered_by", MEMBER(STR, struct question, by), .flags = MEMBER_NULL },
	{ "reason", MEMBER(STR, struct question, reason), .flags = MEMBER_NULL },
	{ "deferred", MEMBER(BOOL, struct question, deferred) },
	{ "verdict", MEMBER(BOOL, struct question, verdict) },
	{ "budget", MEMBER(STR, struct question, budget), .flags = MEMBER_NULL },
	{ .key = NULL }
}, message[] = {
	{ "id", MEMBER(STR, struct seen, id), .flags = MEMBER_NEEDED, .valid = message_id_valid },
	{ "kind", MEMBER(STR, struct seen, kind), .flags = MEMBER_NEEDED },
	{ "accepted", MEMBER(BOOL, struct seen, accepted), .flags = MEMBER_NEEDED },
	{ "reason", MEMBER(STR, struct seen, reason), .flags = MEMBER_NULL },
	{ "question", MEMBER(STR, struct seen, question), .flags = MEMBER_NULL, .valid = message_id_valid },
	{ .key = NULL }
}, members[] = {
	{ "session", MEMBER(STR, struct questions, session), .flags = MEMBER_NULL, .valid = session_id_valid },
	{ "questions", MEMBER_OF(struct questions, q, n), .flags = MEMBER_KEEPS, .max = SESSION_MAX_QUESTIONS,
	    .members = question },
	{ "messages", MEMBER_OF(struct questions, seen, nseen), .max = QUESTIONS_MAX_MESSAGES, .members = message },
	{ .key = NULL }
};

static void
check_questions(struct field *f, const void *record)
{
	const struct questions *qs = record;

	for (size_t i = 0; i < qs->n && !field_bad(f); i++)
		if (qs->q[i].status == QUESTION_ANSWERED && qs->q[i].answer == NULL) {
			struct field in = field_at(f, "questions", i);

			field_fail(&in, "answer", "is missing");
		}
}

const struct record questions_record = { SESSION_FILE_QUESTIONS, members, sizeof(struct questions),
	offsetof(struct questions, raw), check_questions };

int
questions_parse(struct questions *qs, const char *buf, size_t len, char *err, size_t errlen)
{
	return (record_parse(&questions_record, qs, buf, len, err, errlen));
}

char *
questions_text(const struct questions *qs, size_t *len)
{
	return (record_end(record_json(&questions_record, qs), len));
}

void
questions_release(struct questions *qs)
{
	record_release(&questions_record, qs);
}

int
questions_load(int sessionfd, struct questions *qs, char *err, size_t errlen)
{
	int rv = record_load(&questions_record, sessionfd, qs, err, errlen);

	return (rv == -1 && errno == ENOENT ? 0 : rv);
}

int
questions_save(int sessionfd, const struct questions *qs)
{
	size_t len;
	char *text = questions_text(qs, &len);

	return (record_save(sessionfd, SESSION_FILE_QUESTIONS, text, len, FILE_SYNC));
}
