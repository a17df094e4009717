/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <errno.h>
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
#include "proto/json/record.h"
#include "proto/record/question.h"
#include "proto/record/review.h"
#include "proto/record/state.h"
#include "proto/sys/file.h"

struct dir { char path[64]; int fd; };

static int
make_dir(void **state)
{
	struct dir *d = calloc(1, sizeof(*d));

	strlcpy(d->path, "/tmp/test_review.XXXXXX", sizeof(d->path));
	if (mkdtemp(d->path) == NULL || (d->fd = file_open_dir(-100, d->path)) == -1)
		return (-1);
	*state = d;
	return (0);
}

static int
remove_dir(void **state)
{
	struct dir *d = *state;

	close(d->fd);
	file_remove_tree(-100, d->path);
	free(d);
	return (0);
}

static void
gates_of_the_last_two_rounds_are_kept_and_64_at_most(void **state)
{
	struct review r = { 0 };
	struct gate_result *g;

	(void)state;
	for (int64_t round = 1; round <= 4; round++) {
		for (int i = 0; i < 3; i++) {
			g = review_add_gate(&r);
			g->name = strdup("make");
			g->round = round;
		}
	}
	review_add_gate(&r)->round = 4;
	assert_int_equal(r.ngates, 7);
	assert_int_equal(r.gates[0].round, 3);
	for (int i = 0; i < 100; i++)
		review_add_gate(&r)->round = 5;
	assert_int_equal(r.ngates, REVIEW_MAX_GATES);
	review_release(&r);
}

static void
a_review_full_of_control_characters_stays_within_the_cap(void **state)
{
	static char text[SESSION_MAX_TEXT + 100];
	struct review r = { 0 }, back;
	struct gate_result *g;
	char err[512] = "", *file;
	size_t len;

	(void)state;
	memset(text, 1, sizeof(text) - 1);
	text[sizeof(text) - 2] = 'Z';
	for (int i = 0; i < 60; i++) {
		review_add_opinion(&r)->role = ROLE_REVIEWER;
		r.opinions[i].findings = strdup(text);
		g = review_add_gate(&r);
		g->name = strdup("\xff");
		g->output = strdup(text);
	}
	file = review_text(&r, &len);
	assert_true(len <= RECORD_MAX);
	if (review_parse(&back, file, len, err, sizeof(err)) == -1)
		fail_msg("%s", err);
	assert_int_equal(back.nopinions, 60);
	assert_int_equal(back.gates[0].output[strlen(back.gates[0].output) - 1], 'Z');
	free(file);
	review_release(&back);
	review_release(&r);
}

static void
evidence_is_the_end_of_the_output_and_goes_there_and_back(void **state)
{
	struct gate_result g = { .passed = true, .exit_status = 3, .round = 2 }, back;
	static char text[2 * SESSION_MAX_EVIDENCE];
	char err[512];
	struct json *j;

	(void)state;
	for (size_t i = 0; i + 8 < sizeof(text); i += 8)
		snprintf(text + i, 9, "%07zu\n", i);
	g.output = text;
	j = gate_result_json(&g);
	assert_int_equal(gate_result_parse(&back, j, err, sizeof(err)), 0);
	assert_in_range(strlen(back.output), SESSION_MAX_EVIDENCE - 16, SESSION_MAX_EVIDENCE);
	assert_string_equal(back.output, text + strlen(text) - strlen(back.output));
	assert_int_equal(back.output[7], '\n');
	assert_int_equal(back.exit_status, 3);
	assert_true(back.passed);
	gate_result_release(&back);
	json_free(j);
	assert_int_equal(gate_result_parse(&back, NULL, err, sizeof(err)), -1);
}

static void
an_approval_without_a_commit_is_refused(void **state)
{
	static const char text[] = "{\"version\":1,\"verdict\":\"approved\",\"commit\":null}";
	struct review r;
	char err[512];

	(void)state;
	assert_int_equal(review_parse(&r, text, strlen(text), err, sizeof(err)), -1);
	assert_non_null(strstr(err, "\"commit\" is missing"));
}

static void
only_legal_changes_of_status_are_made_and_history_is_bounded(void **state)
{
	struct state s = { .status = STATUS_PENDING };

	(void)state;
	errno = 0;
	assert_int_equal(state_enter(&s, STATUS_MERGED, "x", "y"), -1);
	assert_int_equal(errno, EINVAL);
	assert_int_equal(s.status, STATUS_PENDING);
	assert_int_equal(s.nhistory, 0);
	assert_int_equal(state_enter(&s, STATUS_RUNNING, NULL, NULL), 0);
	assert_true(s.started_at > 0);
	for (int i = 0; i < 100; i++) {
		assert_int_equal(state_enter(&s, STATUS_WAITING, NULL, NULL), 0);
		assert_int_equal(state_enter(&s, STATUS_RUNNING, NULL, NULL), 0);
	}
	assert_int_equal(s.nhistory, SESSION_MAX_HISTORY);
	assert_int_equal(s.ended_at, 0);
	assert_int_equal(state_enter(&s, STATUS_FAILED, "died", "it died"), 0);
	assert_true(s.ended_at > 0);
	assert_string_equal(s.reason, "died");
	assert_string_equal(s.detail, "it died");
	assert_int_equal(s.history[SESSION_MAX_HISTORY - 1].to, STATUS_FAILED);
	assert_string_equal(s.history[SESSION_MAX_HISTORY - 1].reason, "died");
}

static void
what_is_saved_is_loaded_and_what_is_absent_is_empty_or_an_error(void **state)
{
	struct dir *d = *state;
	struct state s = { .session = "session-it-abc123", .item = "it" };
	struct questions q;
	struct review r;
	char err[512];

	assert_int_equal(state_load(d->fd, &s, err, sizeof(err)), -1);
	assert_int_equal(errno, ENOENT);
	assert_int_equal(questions_load(d->fd, &q, err, sizeof(err)), 0);
	assert_int_equal(review_load(d->fd, &r, err, sizeof(err)), 0);
	assert_int_equal(q.n + r.nopinions, 0);
	strlcpy(s.session, "session-it-abc123", sizeof(s.session));
	strlcpy(s.item, "it", sizeof(s.item));
	memset(s.detail, 0xc3, sizeof(s.detail) - 1);
	assert_int_equal(state_save(d->fd, &s, true), 0);
	assert_int_equal(questions_save(d->fd, &q), 0);
	assert_int_equal(review_save(d->fd, &r), 0);
	state_release(&s);
	if (state_load(d->fd, &s, err, sizeof(err)) == -1)
		fail_msg("%s", err);
	assert_true(s.updated_at > 0);
	state_release(&s);
	assert_int_equal(questions_load(d->fd, &q, err, sizeof(err)), 0);
	assert_int_equal(review_load(d->fd, &r, err, sizeof(err)), 0);
	questions_release(&q);
	review_release(&r);
	assert_int_equal(unlinkat(d->fd, "state.json", 0), 0);
	assert_int_equal(symlinkat("review.json", d->fd, "state.json"), 0);
	assert_int_equal(state_load(d->fd, &s, err, sizeof(err)), -1);
	assert_string_equal(err, "state.json: is a symbolic link");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gates_of_the_last_two_rounds_are_kept_and_64_at_most),
		cmocka_unit_test(a_review_full_of_control_characters_stays_within_the_cap),
		cmocka_unit_test(evidence_is_the_end_of_the_output_and_goes_there_and_back),
		cmocka_unit_test(an_approval_without_a_commit_is_refused),
		cmocka_unit_test(only_legal_changes_of_status_are_made_and_history_is_bounded),
		cmocka_unit_test_setup_teardown(
		    what_is_saved_is_loaded_and_what_is_absent_is_empty_or_an_error, make_dir,
		    remove_dir),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
