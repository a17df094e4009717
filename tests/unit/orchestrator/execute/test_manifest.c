/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "orchestrator/execute/manifest.h"
#include "orchestrator/session/registry.h"
#include "proto/base/text.h"
#include "proto/json/json.h"
#include "proto/plan/tasklist.h"

#define MINUTE	60000
#define BEGUN	INT64_C(1770998415000)

static void
make_list(struct tasklist *l)
{
	static const struct { const char *id; int64_t estimate; const char *output; } rows[] = {
		{ "auth", 15, "src/auth/login.ts" }, { "client", 10, "src/api/client.ts" },
		{ "models", 12, "src/models/user.ts" }, { "utils", 8, NULL },
	};
	char err[128];
	struct task *t;

	tasklist_make(l, "Four");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		t = tasklist_add(l, rows[i].id, NULL, err, sizeof(err));
		assert_non_null(t);
		t->item.estimate = rows[i].estimate;
		if (rows[i].output != NULL)
			strings_add(&t->item.outputs, rows[i].output);
		if (i < 3)
			strings_add(&t->item.allowed_paths, rows[i].id);
	}
}

/* Sets the session's state after so many minutes. */
static void
look(const struct manifest *m, struct terminal *t, enum status status, int64_t minutes, const char *reason)
{
	char path[] = "/sessions/s";
	struct entry e = { .path = path, .archived = status == STATUS_MERGED };

	e.state.status = status;
	e.state.started_at = BEGUN;
	e.state.ended_at = status_ended(status) ? BEGUN + minutes * MINUTE : 0;
	e.state.tasks_done = 1;
	e.state.tasks_total = 2;
	strlcpy(e.state.reason, reason, sizeof(e.state.reason));
	strlcpy(e.state.detail, "in words", sizeof(e.state.detail));
	manifest_look(m, t, &e);
}

static const struct json *
at(const struct json *j, const char *path)
{
	char buf[128], *rest = buf, *word;

	strlcpy(buf, path, sizeof(buf));
	while (j != NULL && (word = strsep(&rest, ".")) != NULL)
		j = *word >= '0' && *word <= '9' ? json_at(j, (size_t)atol(word)) : json_get(j, word);
	return j;
}

static void
expect(const struct json *j, const char *path, const char *text)
{
	char *got = json_text(at(j, path), false, NULL);

	if (strcmp(got, text) != 0)
		fail_msg("%s: %s instead of %s", path, got, text);
	free(got);
}

static const struct pick first = { .v = { 0, 1 }, .n = 2 }, second = { .v = { 2, 3 }, .n = 2 };

static struct manifest *
make(void)
{
	struct manifest *m = manifest_make();

	m->spawn = 1;
	m->at = BEGUN;
	manifest_plan(m, &first);
	manifest_plan(m, &second);
	return m;
}

static void
what_is_planned(void **state)
{
	struct manifest *m = make();
	struct tasklist l;
	struct json *j;

	(void)state;
	make_list(&l);
	j = manifest_json(m, &l);
	expect(j, "spawn_id", "\"SPAWN-001\"");
	expect(j, "parallelization_plan",
	    "{\"total_tasks\":4,\"parallelizable_tasks\":3,\"sequential_tasks\":1,\"terminal_count\":2}");
	expect(j, "terminal_assignments.1.terminal_id", "\"TERM-002\"");
	expect(j, "terminal_assignments.0.tasks.0.outputs_expected", "[\"src/auth/login.ts\"]");
	expect(j, "terminal_assignments.0.tasks.1.estimated_duration_minutes", "10");
	expect(j, "context_isolation.0.allowed_paths", "[\"auth\",\"client\"]");
	expect(j, "monitoring.0.status", "\"pending\"");
	expect(j, "performance.sequential_estimate_minutes", "45");
	assert_int_equal(json_kind(at(j, "performance.efficiency_gain")), JSON_NULL);
	json_free(j);
	manifest_free(m);
	tasklist_release(&l);
}

static void
what_is_done(void **state)
{
	struct manifest *m = make();
	struct tasklist l;
	struct json *j;

	(void)state;
	make_list(&l);
	m->begun_at = BEGUN;
	look(m, manifest_sent(m, &first, "session-auth-000000"), STATUS_RUNNING, 0, "");
	j = manifest_json(m, &l);
	expect(j, "monitoring.0.progress", "\"50%\"");
	expect(j, "monitoring.0.current_task", "\"client\"");
	expect(j, "cleanup.terminals_closed", "false");
	json_free(j);
	look(m, &m->v[0], STATUS_MERGED, 20, "");
	look(m, manifest_sent(m, &second, "session-models-000000"), STATUS_MERGED, 18, "");
	m->ended_at = BEGUN + 22 * MINUTE;
	m->elapsed = 22 * MINUTE;
	j = manifest_json(m, &l);
	assert_int_equal(m->n, 2);
	expect(j, "completion.all_completed", "true");
	expect(j, "completion.total_duration_minutes", "22");
	expect(j, "completion.terminal_results.0.duration_minutes", "20");
	expect(j, "performance.time_saved_minutes", "16");
	expect(j, "performance.efficiency_gain", "\"42%\"");
	expect(j, "recovery_plan.action", "\"none\"");
	expect(j, "cleanup.logs_archived.1", "\"/sessions/s/output.log\"");
	assert_non_null(strstr(json_str(j, "summary"), "Time saved: 16.0 minutes (42% faster"));
	json_free(j);
	manifest_free(m);
	tasklist_release(&l);
}

static void
what_fails(void **state)
{
	static const struct pick again = { .v = { 3 }, .n = 1 };
	struct manifest *m = make();
	struct tasklist l;
	struct json *j;

	(void)state;
	make_list(&l);
	m->begun_at = BEGUN;
	look(m, manifest_sent(m, &first, "session-auth-000000"), STATUS_MERGED, 20, "");
	look(m, manifest_sent(m, &second, "session-models-000000"), STATUS_FAILED, 18, "agent-error");
	strlcpy(l.v[2].session, "session-models-000000", sizeof(l.v[2].session));
	strlcpy(l.v[3].session, "session-models-000000", sizeof(l.v[3].session));
	strings_add(&m->requeue, "utils");
	j = manifest_json(m, &l);
	expect(j, "completion.all_completed", "false");
	expect(j, "completion.terminal_results.1.tasks_failed", "2");
	expect(j, "completion.terminal_results.1.error",
	    "{\"task\":\"utils\",\"error_type\":\"agent-error\",\"message\":\"in words\"}");
	expect(j, "recovery_plan", "{\"successful_tasks\":2,\"failed_tasks\":2,"
	    "\"requeue_tasks\":[\"utils\"],\"action\":\"accept-partial-results-and-retry-failed\"}");
	json_free(j);
	manifest_sent(m, &again, "session-utils-000000");
	assert_int_equal(m->n, 3);
	manifest_free(m);
	tasklist_release(&l);
}

/* Only merged work counts, once: neither a failed session nor an estimate saves time. */
static void
what_is_saved(void **state)
{
	static const struct pick again = { .v = { 3 }, .n = 1 };
	struct manifest *m = make();
	struct manifest_sums s;
	struct tasklist l;

	(void)state;
	make_list(&l);
	m->begun_at = BEGUN;
	m->elapsed = 30 * MINUTE;
	look(m, manifest_sent(m, &first, "session-auth-000000"), STATUS_MERGED, 20, "");
	look(m, manifest_sent(m, &first, "session-auth-000000"), STATUS_MERGED, 20, "");
	look(m, manifest_sent(m, &second, "session-models-000000"), STATUS_FAILED, 18, "agent-error");
	look(m, manifest_sent(m, &again, "session-utils-000000"), STATUS_MERGED, 25, "");
	manifest_sum(m, &l, &s);
	assert_int_equal(m->n, 3);
	assert_int_equal(s.saved, (20 + 25 - 30) * MINUTE);
	assert_int_equal(manifest_gain(s.saved, m->elapsed), 33);
	assert_int_equal(s.all.ms, (20 + 18 + 25) * MINUTE);
	assert_int_equal(s.task[0].ms, 20 * MINUTE);
	assert_int_equal(s.task[1].ms, 0);
	assert_int_equal(s.task[1].sessions, 1);
	assert_int_equal(s.task[3].sessions, 2);
	assert_true(s.merged[0] && s.merged[1] && !s.merged[2] && s.merged[3]);
	manifest_sums_free(&s);
	manifest_free(m);
	tasklist_release(&l);
}

static void
what_goes_otherwise_than_planned(void **state)
{
	static const struct pick mixed = { .v = { 2, 0, 7 }, .n = 3 };
	struct manifest *m = make();

	(void)state;
	manifest_sent(m, &mixed, "session-models-000000");
	assert_int_equal(m->n, 2);
	assert_int_equal(m->v[0].tasks.n, 1);
	assert_int_equal(m->v[0].tasks.v[0], 1);
	assert_string_equal(m->v[1].session, "session-models-000000");
	manifest_free(m);
}

static void
what_merges_brought(void **state)
{
#define A "1111111111111111111111111111111111111111"
#define B "2222222222222222222222222222222222222222"
#define Z "0000000000000000000000000000000000000000"
	static const char out[] = A "\0:000000 100644 " Z " " A " A\0a\0:100644 000000 " A " " Z " D\0gone\0"
	    B "\0:100644 100755 " A " " B " M\0b c\0:000000 160000 " Z " " A " A\0module";
	const char *const commits[] = { A, Z, B };
	struct artifacts of[3] = { 0 };
	struct text oids = { 0 };

	(void)state;
	assert_int_equal(artifacts_parse(out, sizeof(out), 40, commits, 3, of, &oids), 0);
	assert_int_equal(of[0].n, 1);
	assert_int_equal(of[1].n, 0);
	assert_int_equal(of[2].n, 1);
	assert_string_equal(of[2].v[0].path, "b c");
	assert_string_equal(oids.buf, A "\n" B "\n");
	artifacts_sizes("10\n2000\n", of, 3);
	assert_int_equal(of[0].v[0].bytes, 10);
	assert_int_equal(of[2].v[0].bytes, 2000);
	for (size_t i = 0; i < 3; i++)
		artifacts_release(&of[i]);
	text_free(&oids);
	assert_int_equal(artifacts_parse(":1", 3, 40, commits, 3, of, &oids), -1);
	assert_int_equal(artifacts_parse("x", 2, 40, commits, 3, of, &oids), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_planned),
		cmocka_unit_test(what_is_done),
		cmocka_unit_test(what_fails),
		cmocka_unit_test(what_is_saved),
		cmocka_unit_test(what_goes_otherwise_than_planned),
		cmocka_unit_test(what_merges_brought),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
