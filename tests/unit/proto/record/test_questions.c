/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <fcntl.h>
#include <unistd.h>
#include <cmocka.h>

#include "proto/json/record.h"
#include "proto/record/answer.h"
#include "proto/record/question.h"
#include "proto/sys/file.h"

static struct question *
ask(struct questions *qs, const char *id, enum role role, const char *text,
    const struct strings *options)
{
	char reason[256];

	return (questions_ask(qs, id, "r1", role, 1, text, options, 1000, reason, sizeof(reason)));
}

static void
the_same_question_attaches_to_the_open_and_to_the_answered_one_and_opens_the_withdrawn_one(void **state)
{
	struct questions qs = { 0 };
	struct strings yesno = { 0 };
	struct question *q;

	(void)state;
	strings_add(&yesno, "yes");
	strings_add(&yesno, "no");
	assert_non_null(ask(&qs, "q-000001", ROLE_IMPLEMENTER, "Which?", NULL));
	assert_string_equal(ask(&qs, "q-000002", ROLE_IMPLEMENTER, "Which?", NULL)->id, "q-000001");
	assert_string_equal(questions_seen(&qs, "q-000002")->question, "q-000001");
	assert_string_equal(ask(&qs, "q-000003", ROLE_REVIEWER, "Which?", NULL)->id, "q-000003");
	assert_string_equal(ask(&qs, "q-000004", ROLE_IMPLEMENTER, "Which?", &yesno)->id, "q-000004");
	question_answer(questions_find(&qs, "q-000001"), strdup("this"), "person", 5);
	q = ask(&qs, "q-000005", ROLE_IMPLEMENTER, "Which?", NULL);
	assert_string_equal(q->answer, "this");
	assert_int_equal(questions_open(&qs), 2);
	assert_int_equal(questions_withdraw(&qs, "r9", "over", 6), 0);
	assert_int_equal(questions_withdraw(&qs, NULL, "over", 6), 2);
	q = ask(&qs, "q-000006", ROLE_REVIEWER, "Which?", NULL);
	assert_string_equal(q->id, "q-000003");	/* an answer already on its way counts */
	assert_int_equal(q->status, QUESTION_OPEN);
	assert_string_equal(q->reason, "");
	assert_string_equal(questions_seen(&qs, "q-000006")->question, "q-000003");
	strings_free(&yesno);
	questions_release(&qs);
}

static void
a_message_taken_in_twice_is_one_question(void **state)
{
	struct questions qs = { 0 };

	(void)state;
	assert_non_null(ask(&qs, "q-000001", ROLE_IMPLEMENTER, "A?", NULL));
	assert_ptr_equal(ask(&qs, "q-000001", ROLE_IMPLEMENTER, "A?", NULL), &qs.q[0]);
	assert_int_equal(qs.n, 1);
	assert_int_equal(qs.nseen, 1);
	questions_release(&qs);
}

static void
question_1001_is_refused_and_recorded(void **state)
{
	struct questions qs = { 0 }, back;
	char id[16], text[32], reason[256], err[512], *file;
	size_t len;

	(void)state;
	for (int i = 0; i < SESSION_MAX_QUESTIONS; i++) {
		snprintf(id, sizeof(id), "q-%06d", i);
		snprintf(text, sizeof(text), "Question %d?", i);
		assert_non_null(ask(&qs, id, ROLE_IMPLEMENTER, text, NULL));
	}
	assert_null(questions_ask(&qs, "q-zzzzzz", "r1", ROLE_IMPLEMENTER, 1, "More?", NULL, 1,
	    reason, sizeof(reason)));
	assert_string_equal(reason, "too many questions (1000)");
	assert_false(questions_seen(&qs, "q-zzzzzz")->accepted);
	assert_non_null(ask(&qs, "q-yyyyyy", ROLE_IMPLEMENTER, "Question 5?", NULL));
	file = questions_text(&qs, &len);
	assert_true(len < RECORD_MAX);
	assert_int_equal(questions_parse(&back, file, len, err, sizeof(err)), 0);
	assert_int_equal(back.n, SESSION_MAX_QUESTIONS);
	free(file);
	questions_release(&back);
	questions_release(&qs);
}

static void
agents_ask_as_often_as_the_settings_allow(void **state)
{
	struct questions qs = { .max = 1 };
	char reason[256];

	(void)state;
	assert_non_null(ask(&qs, "q-000001", ROLE_IMPLEMENTER, "A?", NULL));
	assert_null(questions_ask(&qs, "q-000002", "r1", ROLE_REVIEWER, 1, "B?", NULL, 1, reason, sizeof(reason)));
	assert_non_null(strstr(reason, "limits.questions"));
	assert_non_null(ask(&qs, "q-000003", ROLE_IMPLEMENTER, "A?", NULL));
	assert_non_null(ask(&qs, "q-000004", ROLE_NONE, "A person's?", NULL));
	questions_release(&qs);
}

static void
long_questions_and_many_messages_stay_within_the_caps(void **state)
{
	struct questions qs = { 0 }, back;
	static char text[SESSION_MAX_TEXT];
	char id[16], err[512] = "", *file;
	size_t len;
	int i;

	(void)state;
	memset(text, '\n', sizeof(text) - 1);
	for (i = 0; i < 100; i++) {
		snprintf(id, sizeof(id), "q-%06d", i);
		memcpy(text, id, strlen(id));
		if (ask(&qs, id, ROLE_IMPLEMENTER, text, NULL) == NULL)
			break;
	}
	assert_in_range(i, 2, 99);
	assert_non_null(strstr(questions_seen(&qs, id)->reason, "together are too long"));
	assert_true(questions_room(&qs) >= (1u << 20));
	for (i = 0; i < 3000; i++) {
		snprintf(id, sizeof(id), "m-%06d", i);
		questions_note(&qs, id, "progress", true, NULL);
		snprintf(id, sizeof(id), "q-a%05d", i);
		if (i == QUESTIONS_MAX_ATTACHED) {	/* a message with a waiting sender is never forgotten */
			assert_null(ask(&qs, "q-refuse", ROLE_IMPLEMENTER, qs.q[0].text, NULL));
			assert_non_null(questions_seen(&qs, "q-a00000"));
			question_answer(&qs.q[0], strdup("yes"), "person", 1);
		}
		assert_non_null(ask(&qs, id, ROLE_IMPLEMENTER, qs.q[0].text, NULL));
	}
	assert_null(questions_seen(&qs, "m-000001"));
	assert_non_null(questions_seen(&qs, "m-002999"));
	assert_non_null(questions_seen(&qs, "q-000000"));
	assert_true(qs.nseen <= QUESTIONS_MAX_MESSAGES);
	file = questions_text(&qs, &len);
	assert_true(len < RECORD_MAX);
	if (questions_parse(&back, file, len, err, sizeof(err)) == -1)
		fail_msg("%s", err);
	free(file);
	questions_release(&back);
	questions_release(&qs);
}

static const char *
answered(const struct question *q, const char *raw, size_t len)
{
	static char buf[256];
	char *out;

	if (question_answer_check(q, raw, len, &out, buf, sizeof(buf)) == 0) {
		strlcpy(buf, out, sizeof(buf));
		free(out);
	} else
		assert_null(out);
	return (buf);
}

static void
an_option_is_chosen_by_text_number_or_case(void **state)
{
	static const char *const pairs[][2] = {
		{ "PostgreSQL", "PostgreSQL" }, { "postgresql", "PostgreSQL" }, { " 2 \n", "sqlite" },
		{ "SQLite\n", "SQLite" }, { "sqlite", "sqlite" }, { "5", "5" }, { "1", "PostgreSQL" },
		{ "SQLITE", "not one of the" }, { "0", "not one of the" }, { "7", "not one of the" },
		{ "+1", "not one of the" }, { "1 2", "not one of the" }, { "x", "not one of the" },
		{ "padded", " padded " }, { "99999999999999999999", "not one of the" }, { "6", " padded " },
	};
	static const char *const options[] = { "PostgreSQL", "sqlite", "SQLite", "5", "x y",
		" padded " };
	struct question q = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		strings_add(&q.options, options[i]);
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		const char *got = answered(&q, pairs[i][0], strlen(pairs[i][0]));

		if (strncmp(got, pairs[i][1], strlen(pairs[i][1])) != 0)
			fail_msg("%s: %s", pairs[i][0], got);
	}
	strings_free(&q.options);
}

static void
a_free_answer_is_trimmed_and_bad_ones_are_refused(void **state)
{
	static char big[SESSION_MAX_TEXT + 1];
	struct question q = { 0 };

	(void)state;
	assert_string_equal(answered(&q, "  two\nlines \n\n", 14), "  two\nlines");
	assert_string_equal(answered(&q, "", 0), "empty");
	assert_string_equal(answered(&q, NULL, 0), "empty");
	assert_string_equal(answered(&q, " \n\t", 3), "empty");
	assert_string_equal(answered(&q, "a\0b", 3), "not valid UTF-8 text");
	assert_string_equal(answered(&q, "\xff", 1), "not valid UTF-8 text");
	memset(big, 'x', sizeof(big));
	assert_string_equal(answered(&q, big, sizeof(big)), "longer than 65536 bytes");
}

static void
names_in_answers_are_told_apart(void **state)
{
	static const char *const bad[] = { "q-abc123.TXT", "q-abc12", "m-abc123", "q-abc123.txt.md",
		".q-abc123", "q-abc123.refused", "", "q-abc123.", "q-abc1234", "../q-abc123" };
	char id[SESSION_ID_MAX];
	bool record;

	(void)state;
	assert_int_equal(answer_name("q-abc123", id, sizeof(id), &record), 0);
	assert_string_equal(id, "q-abc123");
	assert_false(record);
	assert_int_equal(answer_name("q-abc123.md", id, sizeof(id), &record), 0);
	assert_false(record);
	assert_int_equal(answer_name("q-abc123.json", id, sizeof(id), &record), 0);
	assert_true(record);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(answer_name(bad[i], id, sizeof(id), &record), -1);
}

static void
several_answers_are_read_at_once_or_not_at_all(void **state)
{
	static const char good[] = "{\"version\":1,\"answers\":{\"q-abc123\":\"a\",\"q-abc124\":\"b\"}}";
	static const char *const bad[] = {
		"{\"version\":1}", "{\"version\":1,\"answers\":[]}",
		"{\"version\":1,\"answers\":{\"q-abc123\":\"a\",\"q-abc124\":7}}",
		"{\"version\":1,\"answers\":{\"q-abc123\":\"a\",\"../x\":\"b\"}}",
	};
	struct answer *a;
	char err[512];
	size_t n;

	(void)state;
	assert_int_equal(answers_parse(&a, &n, good, strlen(good), err, sizeof(err)), 0);
	assert_int_equal(n, 2);
	assert_string_equal(a[1].question, "q-abc124");
	assert_string_equal(a[1].text, "b");
	answer_release(&a[0]);
	answer_release(&a[1]);
	free(a);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(answers_parse(&a, &n, bad[i], strlen(bad[i]), err, sizeof(err)), -1);
		assert_null(a);
		assert_memory_equal(err, "answers.json: ", 14);
	}
}

static void
put(int dir, const char *name, const char *text)
{
	assert_int_equal(file_replace(dir, name, text, strlen(text), 0), 0);
}

static void
only_what_a_worker_takes_or_refuses_is_an_answer_that_waits(void **state)
{
	char path[] = "/tmp/test_questions.XXXXXX", reason[256];
	struct questions qs = { 0 };
	struct strings options = { 0 };
	struct question *q;
	int dir, answers;

	(void)state;
	assert_non_null(mkdtemp(path));
	dir = file_open_dir(AT_FDCWD, path);
	assert_int_equal(file_make_dir(dir, "answers", 0700), 0);
	answers = file_open_dir(dir, "answers");
	strings_add(&options, "red");
	q = questions_ask(&qs, "q-abc123", "001", ROLE_IMPLEMENTER, 1, "Which?", &options, 1, reason, sizeof(reason));
	assert_non_null(q);
	assert_false(answers_wait(dir, &qs));
	put(answers, "q-abc123", "");
	put(answers, "q-abc123.txt.refused", "red");
	put(answers, "q-abc124", "red");
	assert_false(answers_wait(dir, &qs));
	put(dir, "answers.json", "{\"version\":1,\"answers\":{\"q-abc123\":\"blue\",\"q-abc124\":\"red\"}}");
	assert_false(answers_wait(dir, &qs));	/* a worker would leave it there */
	put(dir, "answers.json", "{\"version\":1,\"answers\":{\"q-abc123\":\"red\"}}");
	assert_true(answers_wait(dir, &qs));
	put(dir, "answers.json", "{");
	assert_false(answers_wait(dir, &qs));
	put(answers, "q-abc123.json", "malformed");	/* a worker sets it aside */
	assert_true(answers_wait(dir, &qs));
	question_answer(q, strdup("red"), "person", 2);
	assert_false(answers_wait(dir, &qs));
	assert_int_equal(file_remove_tree(AT_FDCWD, path), 0);
	close(answers);
	close(dir);
	strings_free(&options);
	questions_release(&qs);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_question_attaches_to_the_open_and_to_the_answered_one_and_opens_the_withdrawn_one),
		cmocka_unit_test(a_message_taken_in_twice_is_one_question),
		cmocka_unit_test(question_1001_is_refused_and_recorded),
		cmocka_unit_test(agents_ask_as_often_as_the_settings_allow),
		cmocka_unit_test(long_questions_and_many_messages_stay_within_the_caps),
		cmocka_unit_test(an_option_is_chosen_by_text_number_or_case),
		cmocka_unit_test(a_free_answer_is_trimmed_and_bad_ones_are_refused),
		cmocka_unit_test(names_in_answers_are_told_apart),
		cmocka_unit_test(several_answers_are_read_at_once_or_not_at_all),
		cmocka_unit_test(only_what_a_worker_takes_or_refuses_is_an_answer_that_waits),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
