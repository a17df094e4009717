/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "proto/json/json_scan.h"
#include "proto/json/record.h"
#include "proto/record/answer.h"
#include "proto/record/config.h"
#include "proto/record/item.h"
#include "proto/record/message.h"
#include "proto/record/question.h"
#include "proto/record/review.h"
#include "proto/record/state.h"
#include "proto/record/tell.h"
#include "proto/settings/settings.h"
#include "tests/fuzz/fuzz.h"

static void
same(const char *a, size_t alen, const char *b, size_t blen)
{
	if (alen != blen || memcmp(a, b, alen) != 0)
		fuzz_fail("written, read and written again it is another one:\n%.*s\n%.*s", (int)alen, a,
		    (int)blen, b);
}

/* An accepted text must be written so that it is accepted again, with the same meaning. */
#define ROUND_TRIP(name, type, parse, print, release)			\
void									\
fuzz_##name(const char *buf, size_t len)				\
{									\
	char err[RECORD_ERR] = "", *a, *b;				\
	size_t alen, blen;						\
	type r;								\
									\
	if (parse(&r, buf, len, err, sizeof(err)) == -1) {		\
		fuzz_reason(err);					\
		return;							\
	}								\
	a = print(&r, &alen);						\
	release(&r);							\
	if (parse(&r, a, alen, err, sizeof(err)) == -1)			\
		fuzz_fail("%s: what was written can't be read: %s", err, a); \
	b = print(&r, &blen);						\
	release(&r);							\
	same(a, alen, b, blen);						\
	free(a);							\
	free(b);							\
}

ROUND_TRIP(state, struct state, state_parse, state_text, state_release)
ROUND_TRIP(item, struct item, item_parse, item_text, item_release)
ROUND_TRIP(config, struct config, config_parse, config_text, config_release)
ROUND_TRIP(questions, struct questions, questions_parse, questions_text, questions_release)
ROUND_TRIP(answer, struct answer, answer_parse, answer_text, answer_release)
ROUND_TRIP(message, struct message, message_parse, message_text, message_release)
ROUND_TRIP(messages, struct tells, tells_parse, tells_text, tells_release)
ROUND_TRIP(review, struct review, review_parse, review_text, review_release)

void
fuzz_answers(const char *buf, size_t len)
{
	char err[RECORD_ERR] = "";
	struct answer *v;
	size_t n;

	if (answers_parse(&v, &n, buf, len, err, sizeof(err)) == -1) {
		fuzz_reason(err);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		if (!message_id_valid(v[i].question) || v[i].text == NULL)
			fuzz_fail("an answer to nothing");
		answer_release(&v[i]);
	}
	free(v);
}

static char *
settings_text(const struct settings *s, size_t *len)
{
	struct json *o = json_new_object();
	char *text;

	settings_json(s, o);
	text = json_text(o, true, len);
	json_free(o);
	return text;
}

void
fuzz_settings(const char *buf, size_t len)
{
	char err[RECORD_ERR] = "", *a, *b;
	size_t alen, blen;
	struct settings s;

	settings_default(&s);
	if (settings_apply(&s, "settings.json", buf, len, err, sizeof(err)) == -1) {
		fuzz_reason(err);
		settings_release(&s);
		return;
	}
	if (settings_check(&s, "settings.json", err, sizeof(err)) == -1)
		fuzz_reason(err);
	a = settings_text(&s, &alen);
	settings_release(&s);
	settings_default(&s);
	if (settings_apply(&s, "settings.json", a, alen, err, sizeof(err)) == -1)
		fuzz_fail("%s: what was written can't be read: %s", err, a);
	b = settings_text(&s, &blen);
	settings_release(&s);
	same(a, alen, b, blen);
	free(a);
	free(b);
}

/* json-c must parse what the scanner accepts, and both must accept what is printed. */
static void
json_again(const struct json *j, bool pretty)
{
	size_t alen, blen;
	char *a = json_text(j, pretty, &alen), *b;
	struct json *again;
	char err[200];

	if ((again = json_parse(a, alen, 0, err, sizeof(err))) == NULL)
		fuzz_fail("%s: what was printed can't be read: %s", err, a);
	b = json_text(again, pretty, &blen);
	same(a, alen, b, blen);
	json_free(again);
	free(a);
	free(b);
}

void
fuzz_json(const char *buf, size_t len)
{
	char err[200] = "", why[200] = "";
	struct json *j, *copy, *lax;
	bool scanned;

	scanned = json_scan(buf, len, JSON_MAX_VALUES, NULL, why, sizeof(why)) == 0;
	lax = json_parse(buf, len, JSON_COMMENTS, err, sizeof(err));
	if (lax == NULL)
		fuzz_reason(err);
	if ((j = json_parse(buf, len, 0, err, sizeof(err))) == NULL) {
		fuzz_reason(err);
		if (scanned && strcmp(err, "line 1: null where a value is expected") != 0)
			fuzz_fail("json_scan takes what json-c does not: %s", err);
		json_free(lax);
		return;
	}
	if (!scanned || lax == NULL)
		fuzz_fail("%s: taken by one and not by the other", scanned ? err : why);
	copy = json_copy(j);
	json_again(copy, false);
	json_again(j, true);
	json_free(copy);
	json_free(lax);
	json_free(j);
}
