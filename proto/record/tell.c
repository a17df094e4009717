/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>

#include "proto/base/alloc.h"
#include "proto/base/array.h"
#include "proto/base/text.h"
#include "proto/json/member.h"
#include "proto/json/record.h"
#include "proto/record/tell.h"
#include "proto/session/caps.h"
#include "proto/session/layout.h"

static const char *const status_names[] = {
	[TELL_WAITING] = "waiting",
	[TELL_GIVEN] = "given",
	[TELL_DELIVERED] = "delivered",
	[TELL_REFUSED] = "refused",
};
ARRAY_WHOLE(status_names, TELL_STATUSES);

const char *
tell_status_name(enum tell_status s)
{
	return status_names[s];
}

static int
tell_status_parse(const char *name)
{
	return name_index(status_names, TELL_STATUSES, name);
}

static const struct member message[] = {
	{ "id", MEMBER(STR, struct tell, id), .flags = MEMBER_NEEDED, .valid = message_id_valid },
	{ "status", MEMBER(NAME, struct tell, status), .flags = MEMBER_NEEDED, .parse = tell_status_parse,
	    .name = tell_status_name },
	{ "from", MEMBER(STR, struct tell, from), .flags = MEMBER_NULL },
	{ "text", MEMBER(TEXT, struct tell, text), .max = SESSION_MAX_TEXT },
	{ "received_at", MEMBER(TIME, struct tell, received_at) },
	{ "delivered_at", MEMBER(TIME, struct tell, delivered_at) },
	{ "run", MEMBER(STR, struct tell, run), .flags = MEMBER_NULL, .valid = run_valid },
	{ "given", MEMBER(INT, struct tell, given), .max = INT32_MAX },
	{ "how", MEMBER(STR, struct tell, how), .flags = MEMBER_NULL },
	{ "reason", MEMBER(STR, struct tell, reason), .flags = MEMBER_NULL },
	{ .key = NULL }
}, members[] = {
	{ "session", MEMBER(STR, struct tells, session), .flags = MEMBER_NULL, .valid = session_id_valid },
	{ "messages", MEMBER_OF(struct tells, v, n), .flags = MEMBER_KEEPS, .max = TELLS_MAX, .members = message },
	{ .key = NULL }
};

static void
check_messages(struct field *f, const void *record)
{
	const struct tells *t = record;

	for (size_t i = 0; i < t->n && !field_bad(f); i++)
		if (t->v[i].status != TELL_REFUSED && t->v[i].text == NULL) {
			struct field in = field_at(f, "messages", i);

			field_fail(&in, "text", "is missing");
		}
}

const struct record tells_record = { SESSION_FILE_MESSAGES, members, sizeof(struct tells), offsetof(struct tells, raw),
	check_messages };

int
tells_parse(struct tells *t, const char *buf, size_t len, char *err, size_t errlen)
{
	return record_parse(&tells_record, t, buf, len, err, errlen);
}

char *
tells_text(const struct tells *t, size_t *len)
{
	return record_end(record_json(&tells_record, t), len);
}

void
tells_release(struct tells *t)
{
	record_release(&tells_record, t);
}

int
tells_load(int sessionfd, struct tells *t, char *err, size_t errlen)
{
	int rv = record_load(&tells_record, sessionfd, t, err, errlen);

	return rv == -1 && errno == ENOENT ? 0 : rv;
}

int
tells_save(int sessionfd, const struct tells *t)
{
	size_t len;
	char *text = tells_text(t, &len);

	return record_save(sessionfd, SESSION_FILE_MESSAGES, text, len, FILE_SYNC);
}

struct tell *
tells_find(const struct tells *t, const char *id)
{
	for (size_t i = 0; i < t->n; i++)
		if (strcmp(t->v[i].id, id) == 0)
			return &t->v[i];
	return NULL;
}

bool
tell_open(const struct tell *t)
{
	return t->status == TELL_WAITING || t->status == TELL_GIVEN;
}

size_t
tells_open(const struct tells *t)
{
	size_t n = 0;

	for (size_t i = 0; i < t->n; i++)
		n += tell_open(&t->v[i]);
	return n;
}

bool
tells_full(const struct tells *t, size_t len)
{
	for (size_t i = 0; i < t->n; i++)
		len += t->v[i].text != NULL ? strlen(t->v[i].text) : 0;
	return t->n >= TELLS_MAX || len > TELLS_TEXT_MAX;
}

struct tell *
tells_add(struct tells *ts, const char *id, const char *from, const char *text, int64_t now)
{
	struct tell *t = array_add(&ts->v, &ts->n, sizeof(*ts->v));

	strlcpy(t->id, id, sizeof(t->id));
	strlcpy(t->from, from, sizeof(t->from));
	t->status = text != NULL ? TELL_WAITING : TELL_REFUSED;
	t->text = text != NULL ? text_format("%s", text) : NULL;
	t->received_at = now;
	return t;
}

char *
tell_refusal(enum status status, enum step step, const char *item)
{
	if (status_done(status))
		return text_format("its work is merged: dispatch a new item");
	if (!status_live(status))
		return text_format("it is %s: orchestrator rework %s gives its agent remarks", status_name(status), item);
	if (step == STEP_PERSON)
		return text_format("its work waits for a person's judgement: orchestrator rework %s gives its agent remarks", item);
	if (step > STEP_SUMMARY || status == STATUS_COMPLETED || status == STATUS_REVIEWING)
		return text_format("its work is being reviewed: after the review, orchestrator rework %s gives its agent remarks", item);
	return NULL;
}
