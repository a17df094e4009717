/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "orchestrator/source/bd.h"
#include "orchestrator/source/issue.h"
#include "proto/base/text.h"
#include "proto/json/json.h"
#include "proto/plan/tasklist.h"

static const struct {
	const char	*what, *text;
	int		 count;		/* -1 = none */
	bool		 said;
} payloads[] = {
	{ "an array", "[{\"id\":\"a\"},{\"id\":\"b\"}]", 2, false },
	{ "nothing at all is ready", "[]", 0, false },
	{ "one object", "{\"id\":\"a\",\"schema_version\":1}", 1, false },
	{ "an envelope of an array", "{\"schema_version\":1,\"data\":[{\"id\":\"a\"}]}", 1, false },
	{ "an envelope of an object", "{\"schema_version\":1,\"data\":{\"id\":\"a\"}}", 1, false },
	{ "an error", "{\"error\":\"no such issue\",\"schema_version\":1}", -1, true },
	{ "an error without a message", "{\"error\":\"\"}", -1, true },
	{ "an error in an envelope", "{\"schema_version\":1,\"data\":{\"error\":\"no\"}}", -1, true },
	{ "empty output", "", -1, false },
	{ "a number", "7", -1, false },
	{ "a number in an envelope", "{\"schema_version\":1,\"data\":7}", -1, false },
	{ "text", "No issues", -1, false },
	{ "two values", "[] []", -1, false },
};

static void
test_payload(void **unused)
{
	char why[BD_WHY];
	struct json *j;
	bool said;

	(void)unused;
	for (size_t i = 0; i < sizeof(payloads) / sizeof(payloads[0]); i++) {
		j = bd_payload(payloads[i].text, strlen(payloads[i].text), why, sizeof(why), &said);
		if (j == NULL && why[0] == '\0')
			fail_msg("%s: no reason", payloads[i].what);
		if ((j == NULL ? -1 : (int)json_count(j)) != payloads[i].count ||
		    said != payloads[i].said)
			fail_msg("%s", payloads[i].what);
		json_free(j);
	}
}

static void
test_locked(void **unused)
{
	(void)unused;
	assert_true(bd_is_locked("failed to open database: database is locked (5) (SQLITE_BUSY)"));
	assert_true(bd_is_locked("embeddeddolt: another process holds the exclusive lock on /r"));
	assert_true(bd_is_locked("the Dolt Database Is Locked"));
	assert_false(bd_is_locked("issue already claimed by eve"));
	assert_false(bd_is_locked(""));
}

static void
test_time(void **unused)
{
	static const struct { const char *text; int64_t ms; } rows[] = {
		{ "1970-01-01T00:00:01Z", 1000 },
		{ "1970-01-01T00:00:01.5Z", 1500 },
		{ "1970-01-01T00:00:01.123456789Z", 1123 },
		{ "1970-01-01T01:00:01+01:00", 1000 },
		{ "1970-01-01T00:00:01.25-08:30", 30601250 },
		{ "1970-01-01T00:00:01", 0 },
		{ "1970-01-01 00:00:01Z", 0 },
		{ "1970-02-31T00:00:01Z", 0 },
		{ "1970-01-01T00:00:01.Zx", 0 },
		{ "never", 0 }, { "", 0 },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(issue_time(rows[i].text), rows[i].ms);
	assert_int_equal(issue_time(NULL), 0);
}

static void
read_all(const char *text, struct json **j, struct issues *all, struct strings *wrong)
{
	char why[BD_WHY];

	*j = json_parse(text, strlen(text), 0, why, sizeof(why));
	assert_non_null(*j);
	issues_read(all, *j, wrong);
}

static void
test_obstacles(void **unused)
{
	static const struct { const char *issue, *expected; } rows[] = {
		{ "\"status\":\"open\",\"assignee\":\"eve\"", "assigned to eve" },
		{ "\"status\":\"in_progress\",\"assignee\":\"eve\"", "claimed by eve" },
		{ "\"status\":\"deferred\"", "its issue is deferred" },
		{ "\"status\":\"open\",\"assignee\":\"me\"", "not ready in Beads" },
		{ "\"status\":\"open\",\"dependencies\":[{\"id\":\"b\",\"status\":\"open\","
		    "\"dependency_type\":\"blocks\"},{\"id\":\"c\",\"status\":\"closed\","
		    "\"dependency_type\":\"blocks\"},{\"id\":\"d\",\"status\":\"open\","
		    "\"dependency_type\":\"related\"}]", "waits for b" },
	};
	struct strings wrong = { 0 };
	struct issues all;
	struct json *j;
	char *text, *why;

	(void)unused;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		text = text_format("[{\"id\":\"a\",%s}]", rows[i].issue);
		read_all(text, &j, &all, &wrong);
		why = issue_obstacle(&all.v[0], "me");
		assert_string_equal(why, rows[i].expected);
		free(why);
		issues_release(&all);
		json_free(j);
		free(text);
	}
}

static void
test_fill(void **unused)
{
	struct strings wrong = { 0 };
	struct tasklist l;
	struct issues all;
	struct json *j;
	struct task *t;
	char why[BD_WHY];

	(void)unused;
	read_all("[{\"id\":\"b\",\"title\":\"B\\nmore\",\"description\":\"What\",\"design\":\"How\","
	    "\"priority\":9,\"dependent_count\":3,\"created_at\":\"1970-01-01T00:00:01Z\","
	    "\"dependencies\":[{\"issue_id\":\"b\",\"depends_on_id\":\"a\",\"type\":\"blocks\"},"
	    "{\"depends_on_id\":\"x\",\"type\":\"blocks\"}]},{\"id\":\"../x\"},3]", &j, &all, &wrong);
	assert_int_equal(all.n, 1);
	assert_int_equal(wrong.n, 2);
	tasklist_make(&l, "beads");
	tasklist_add(&l, "a", NULL, why, sizeof(why));
	tasklist_add(&l, "b", NULL, why, sizeof(why));
	t = &l.v[1];
	assert_true(issue_fill(&all.v[0], &l, t));
	assert_string_equal(t->item.title, "B");
	assert_string_equal(t->item.description, "What\n\nDesign:\nHow");
	assert_int_equal(t->item.priority, 4);
	assert_int_equal(t->unblocks, 3);
	assert_int_equal(t->created_at, 1000);
	assert_int_equal(t->item.depends_on.n, 0);	/* a is not COMPLETE */
	assert_false(issue_fill(&all.v[0], &l, t));
	task_enter(&l.v[0], TASK_COMPLETE, "me", NULL);
	assert_true(issue_fill(&all.v[0], &l, t));
	assert_int_equal(t->item.depends_on.n, 1);
	tasklist_release(&l);
	issues_release(&all);
	strings_free(&wrong);
	json_free(j);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_payload),
		cmocka_unit_test(test_locked),
		cmocka_unit_test(test_time),
		cmocka_unit_test(test_obstacles),
		cmocka_unit_test(test_fill),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
