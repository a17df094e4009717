/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "proto/json/json.h"
#include "proto/record/answer.h"
#include "proto/record/config.h"
#include "proto/record/item.h"
#include "proto/record/message.h"
#include "proto/record/question.h"
#include "proto/record/review.h"
#include "proto/record/state.h"

#define OID "0123456789012345678901234567890123456789"
#define HEAD "{\"version\":1,\"session\":\"session-it-abc123\",\"item\":\"it\","

union any {
	struct item item;
	struct state state;
	struct questions questions;
	struct review review;
	struct config config;
	struct message message;
	struct answer answer;
};

/* One row per record: a full example with members that this version does not know. */
#define RECORD(R, type) \
	static int R##_p(union any *a, const char *b, size_t n, char *e, size_t l) \
	{ return (R##_parse(&a->type, b, n, e, l)); } \
	static char *R##_t(const union any *a, size_t *n) { return (R##_text(&a->type, n)); } \
	static void R##_r(union any *a) { R##_release(&a->type); }
RECORD(item, item)
RECORD(state, state)
RECORD(questions, questions)
RECORD(review, review)
RECORD(config, config)
RECORD(message, message)
RECORD(answer, answer)

static const struct record {
	const char	*name;
	int		(*parse)(union any *, const char *, size_t, char *, size_t);
	char		*(*text)(const union any *, size_t *);
	void		(*release)(union any *);
	const char	*example;
	bool		 keeps;		/* unknown fields */
} records[] = {
	{ "item", item_p, item_t, item_r, "{\"version\":1,\"later\":{\"x\":[1]},\"id\":\"it\","
	    "\"title\":\"T\",\"description\":\"D\",\"acceptance\":null,\"agent_type\":\"expert\","
	    "\"priority\":1,\"depends_on\":[\"a\",\"b.1\"],\"allowed_paths\":[\"src/\"],"
	    "\"forbidden_paths\":[],\"outputs\":[\"o\"],\"estimate\":5,\"timeout\":9,"
	    "\"limits\":{\"time\":0,\"stall\":1.5,\"recoveries\":1,\"tokens\":9}}", true },
	{ "state", state_p, state_t, state_r, HEAD "\"later\":1.25,\"status\":\"waiting\","
	    "\"phase\":1,\"step\":\"implement\",\"reason\":\"\",\"detail\":\"\",\"holder\":\"worker\","
	    "\"worker_pid\":7,\"agent_pid\":8,\"boot_id\":\"b\","
	    "\"created_at\":\"2026-01-31T09:00:00.123Z\",\"started_at\":null,\"attempt\":1,"
	    "\"round\":2,\"gate_tries\":1,\"runs\":3,\"recoveries\":0,\"run\":\"r3\","
	    "\"role\":\"reviewer\",\"branch\":\"session/it/1\",\"base\":\"" OID "\",\"head\":null,"
	    "\"worktree\":\"/w\",\"tasks\":{\"done\":1,\"total\":2,\"note\":\"n\",\"more\":true},"
	    "\"blocked\":\"why\",\"questions_open\":1,\"usage\":{\"input_tokens\":10,"
	    "\"output_tokens\":20,\"cost_usd\":0.123456},\"conversations\":{\"implementer\":\"c\"},"
	    "\"agent_time\":{\"ms\":5,\"since\":\"2026-01-31T09:00:00.123Z\"},"
	    "\"rescue\":{\"attempts\":2,\"cause\":\"stalled\",\"under_way\":true},"
	    "\"port\":20000,\"parked_until\":\"2026-01-31T09:00:00.123Z\",\"parked\":true,"
	    "\"attached\":{\"count\":1,\"outcome\":\"exit status 1\"},"
	    "\"feedback\":\"f\",\"merging\":{\"target\":\"refs/heads/main\",\"old\":\"" OID "\","
	    "\"new\":\"" OID "\",\"checkouts\":[\"/c\"]},\"merged\":null,\"resolves\":2,"
	    "\"resolving\":{\"target\":\"" OID "\",\"others\":\"o\"},\"conflicts\":[{\"path\":"
	    "\"p\",\"kind\":\"content\"}],\"history\":[{\"at\":\"2026-01-31T09:00:00.123Z\","
	    "\"from\":\"pending\",\"to\":\"running\",\"reason\":\"\"}]}", true },
	{ "questions", questions_p, questions_t, questions_r, "{\"version\":1,\"later\":[],"
	    "\"session\":\"session-it-abc123\",\"questions\":[{\"id\":\"q-abc123\",\"later\":7,"
	    "\"status\":\"answered\",\"run\":\"r1\",\"role\":\"implementer\",\"round\":1,"
	    "\"question\":\"Q?\",\"options\":[\"A\",\"B\"],\"asked_at\":\"2026-01-31T09:00:00.123Z\","
	    "\"closed_at\":\"2026-01-31T09:00:01.000Z\",\"answer\":\"A\",\"answered_by\":\"person\","
	    "\"reason\":null}],\"messages\":[{\"id\":\"q-abc123\",\"kind\":\"ask\",\"accepted\":true,"
	    "\"reason\":null,\"question\":\"q-abc123\"}]}", true },
	{ "review", review_p, review_t, review_r, HEAD "\"later\":\"x\",\"mode\":\"council\","
	    "\"base\":\"" OID "\",\"commit\":\"" OID "\",\"verdict\":\"approved\","
	    "\"decided_by\":\"reviewer\",\"findings\":null,\"rounds\":1,"
	    "\"decided_at\":\"2026-01-31T09:00:00.123Z\",\"opinions\":[{\"role\":\"reviewer\","
	    "\"later\":1,\"run\":\"r2\",\"round\":1,\"verdict\":\"approved\",\"commit\":\"" OID "\","
	    "\"findings\":\"ok\",\"how\":\"worker verdict\",\"at\":null}],\"gates\":[{\"name\":\"t\","
	    "\"command\":\"make\",\"commit\":\"" OID "\",\"round\":1,\"passed\":true,"
	    "\"exit_status\":0,\"outcome\":\"passed\",\"duration_ms\":5,\"output\":\"o\","
	    "\"at\":null}]}", true },
	{ "config", config_p, config_t, config_r, "{\"version\":1,\"later\":1,\"session\":{\"id\":"
	    "\"session-it-abc123\",\"later\":2,\"item\":\"it\",\"attempt\":1,\"repository\":\"/r/.git\","
	    "\"worktree\":null,\"branch\":\"session/it/1\",\"target\":\"main\",\"base\":\"" OID "\","
	    "\"retry_of\":null,\"findings\":null,\"created_at\":\"2026-01-31T09:00:00.123Z\"},"
	    "\"settings\":{\"later\":3,\"agents\":{\"a\":{\"command\":[\"x\"]}},"
	    "\"roles\":{\"implementer\":\"a\"},\"gates\":[\"make\"],\"env\":{\"A\":\"b\"}}}", true },
	{ "ask", message_p, message_t, message_r,
	    "{\"version\":1,\"kind\":\"ask\",\"question\":\"Q?\",\"options\":[\"A\"]}", false },
	{ "progress", message_p, message_t, message_r,
	    "{\"version\":1,\"kind\":\"progress\",\"done\":1,\"total\":2,\"note\":null}", false },
	{ "verdict", message_p, message_t, message_r,
	    "{\"version\":1,\"kind\":\"verdict\",\"verdict\":\"rejected\",\"findings\":\"x\"}", false },
	{ "answer", answer_p, answer_t, answer_r,
	    "{\"version\":1,\"answer\":\"yes\",\"by\":\"me\"}", false },
};
#define NRECORDS (sizeof(records) / sizeof(records[0]))

/* Every member of a is in b, with the same value. */
static void
assert_within(const char *what, const struct json *a, const struct json *b)
{
	const struct json *v;
	const char *key;
	char *x, *y;

	if (json_kind(a) == JSON_OBJECT) {
		for (size_t i = 0; (key = json_key(a, i, &v)) != NULL; i++) {
			/* Written out in full. */
			if (strcmp(key, "gates") != 0 || strcmp(what, "config") != 0)
				assert_within(what, v, json_get(b, key));
		}
		return;
	}
	x = a == NULL ? strdup("null") : json_text(a, false, NULL);
	y = b == NULL ? strdup("null") : json_text(b, false, NULL);
	if (strcmp(x, y) != 0 && json_kind(a) != JSON_ARRAY)
		fail_msg("%s: %s became %s", what, x, y);
	assert_int_equal(json_count(a), json_count(b));
	for (size_t i = 0; i < json_count(a); i++)
		assert_within(what, json_at(a, i), json_at(b, i));
	free(x);
	free(y);
}

static void
a_round_trip_keeps_every_field_also_unknown_ones(void **state)
{
	struct json *before, *after;
	char err[512] = "", *text, *again;
	union any a, b;
	size_t len, len2;

	(void)state;
	for (size_t i = 0; i < NRECORDS; i++) {
		const struct record *r = &records[i];

		if (r->parse(&a, r->example, strlen(r->example), err, sizeof(err)) == -1)
			fail_msg("%s", err);
		text = r->text(&a, &len);
		assert_int_equal(len, strlen(text));
		assert_memory_equal(text, "{\n  \"version\": 1,", 17);
		if (r->parse(&b, text, len, err, sizeof(err)) == -1)
			fail_msg("%s", err);
		again = r->text(&b, &len2);
		assert_string_equal(text, again);
		before = json_parse(r->example, strlen(r->example), 0, err, sizeof(err));
		after = json_parse(text, len, 0, err, sizeof(err));
		assert_within(r->name, before, after);
		assert_true(!r->keeps || strstr(text, "\"later\"") != NULL);
		json_free(before);
		json_free(after);
		r->release(&a);
		r->release(&b);
		free(text);
		free(again);
	}
}

static void
an_unknown_version_is_refused_with_a_clear_message(void **state)
{
	static const struct { const char *text, *why; } bad[] = {
		{ "{\"version\":2}", "version 2 is unknown here" },
		{ "{\"version\":\"1\"}", "\"version\" must be a whole number" },
		{ "{\"version\":1.0}", "\"version\" must be a whole number" },
		{ "{}", "\"version\" is missing" },
		{ "[1]", "not a JSON object" },
		{ "{\"version\":1", "line 1: ends too early" },
	};
	char err[512];
	union any a;

	(void)state;
	for (size_t i = 0; i < NRECORDS; i++) {
		for (size_t j = 0; j < sizeof(bad) / sizeof(bad[0]); j++) {
			assert_int_equal(records[i].parse(&a, bad[j].text, strlen(bad[j].text), err,
			    sizeof(err)), -1);
			if (strstr(err, bad[j].why) == NULL)
				fail_msg("%s: %s", bad[j].text, err);
			records[i].release(&a);
		}
	}
}

static void
a_record_that_is_cut_short_anywhere_is_refused(void **state)
{
	char err[512], *copy;
	union any a;

	(void)state;
	for (size_t i = 0; i < NRECORDS; i++) {
		for (size_t len = 0; len < strlen(records[i].example); len++) {
			/* A buffer of exactly that size, for the sanitizer. */
			copy = malloc(len + 1);
			memcpy(copy, records[i].example, len);
			copy = realloc(copy, len > 0 ? len : 1);
			assert_int_equal(records[i].parse(&a, copy, len, err, sizeof(err)), -1);
			free(copy);
		}
	}
}

/* Replaces the value of each member in turn, at every level, and parses the result. */
static void
mutate(const struct record *r, struct json *root, struct json *o)
{
	static const char *const values[] = { "7", "-1", "1.5", "true", "\"\"", "\"\\u001b[x\"",
		"[]", "[{}]", "[7]", "[[\"x\"]]", "{}", "{\"a\":1}", "null", "9223372036854775807" };
	const struct json *v;
	struct json *old, *new;
	const char *key;
	char err[512], *text, name[64];
	union any a;
	size_t len;

	for (size_t i = 0; (key = json_key(o, i, &v)) != NULL; i++) {
		strlcpy(name, key, sizeof(name));
		old = json_copy(v);
		for (size_t j = 0; j < sizeof(values) / sizeof(values[0]); j++) {
			new = json_parse(values[j], strlen(values[j]), 0, err, sizeof(err));
			json_put(o, name, new);
			text = json_text(root, false, &len);
			err[0] = '\0';
			if (r->parse(&a, text, len, err, sizeof(err)) == 0) {
				free(text);
				text = r->text(&a, &len);
				r->release(&a);
				if (r->parse(&a, text, len, err, sizeof(err)) == -1)
					fail_msg("%s: does not read what it wrote: %s", r->name, err);
				r->release(&a);
			} else
				assert_true(err[0] != '\0' && strchr(err, '\n') == NULL);
			free(text);
		}
		json_put(o, name, old);
		for (size_t k = 0; k <= json_count(old); k++) {
			const struct json *in = k == 0 ? old : json_at(old, k - 1);

			if (json_kind(in) == JSON_OBJECT)
				mutate(r, root, (struct json *)(uintptr_t)in);
		}
	}
}

static void
no_wrong_type_anywhere_crashes_and_what_is_taken_can_be_written(void **state)
{
	char err[512];

	(void)state;
	for (size_t i = 0; i < NRECORDS; i++) {
		struct json *o = json_parse(records[i].example, strlen(records[i].example), 0, err,
		    sizeof(err));

		mutate(&records[i], o, o);
		json_free(o);
	}
}

static void
a_zeroed_struct_can_be_written_and_released(void **state)
{
	union any a;

	(void)state;
	for (size_t i = 0; i < NRECORDS; i++) {
		memset(&a, 0, sizeof(a));
		free(records[i].text(&a, NULL));
		records[i].release(&a);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_round_trip_keeps_every_field_also_unknown_ones),
		cmocka_unit_test(an_unknown_version_is_refused_with_a_clear_message),
		cmocka_unit_test(a_record_that_is_cut_short_anywhere_is_refused),
		cmocka_unit_test(no_wrong_type_anywhere_crashes_and_what_is_taken_can_be_written),
		cmocka_unit_test(a_zeroed_struct_can_be_written_and_released),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
