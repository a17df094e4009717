/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/scratch.h"

#include <sys/stat.h>

#include <errno.h>

#include "proto/base/text.h"
#include "proto/record/inbox.h"
#include "proto/session/caps.h"

struct heard {
	struct text	 log;
	int		 answer;
};

static int
hear(void *arg, const char *id, const char *buf, size_t len, const char *why)
{
	struct heard *h = arg;

	if (buf == NULL)
		text_printf(&h->log, "[%s|%s]", id, why);
	else
		text_printf(&h->log, "(%s=%.*s)", id, (int)len, buf);
	return h->answer;
}

static int
drain(struct heard *h)
{
	int n, fd = file_open_dir(AT_FDCWD, ".");

	assert_true(fd >= 0);
	text_clear(&h->log);
	text_puts(&h->log, "");
	n = inbox_drain(fd, "1", hear, h);
	close(fd);
	return n;
}

static int
enter(void **state)
{
	int fd, result;

	if (scratch_enter(state) == -1)
		return -1;
	fd = file_open_dir(AT_FDCWD, ".");
	result = inbox_make(fd, "1") == 0 && inbox_make(fd, "1") == 0 ? 0 : -1;
	close(fd);
	return result;
}

static void
messages_are_heard_in_order_and_removed(void **state)
{
	struct heard h = { 0 };

	(void)state;
	assert_int_equal(inbox_post("inbox/1", "q-zzzzzz", "one", 3), 0);
	assert_int_equal(inbox_post("inbox/1", "m-aaaaaa", "", 0), 0);
	assert_int_equal(drain(&h), 2);
	assert_non_null(strstr(h.log.buf, "(q-zzzzzz=one)"));
	assert_non_null(strstr(h.log.buf, "(m-aaaaaa=)"));
	assert_int_equal(drain(&h), 0);
	assert_int_equal(rmdir("inbox/1/new"), 0);
	assert_int_equal(rmdir("inbox/1/tmp"), 0);
	assert_int_equal(drain(&h), -1);
	text_free(&h.log);
}

static void
a_message_that_is_kept_comes_again(void **state)
{
	struct heard h = { .answer = 1 };

	(void)state;
	assert_int_equal(inbox_post("inbox/1", "q-aaaaaa", "x", 1), 0);
	assert_int_equal(drain(&h), 1);
	h.answer = -1;
	assert_int_equal(drain(&h), -1);
	h.answer = 0;
	assert_int_equal(drain(&h), 1);
	assert_string_equal(h.log.buf, "(q-aaaaaa=x)");
	assert_int_equal(drain(&h), 0);
	text_free(&h.log);
}

static void
what_is_not_a_message_is_told_and_removed(void **state)
{
	static char big[SESSION_MAX_MESSAGE + 1];
	struct heard h = { 0 };

	(void)state;
	assert_int_equal(file_replace(AT_FDCWD, "secret", "s", 1, 0), 0);
	assert_int_equal(symlink("../../../secret", "inbox/1/new/q-aaaaaa"), 0);
	assert_int_equal(mkfifo("inbox/1/new/q-bbbbbb", 0600), 0);
	assert_int_equal(mkdir("inbox/1/new/q-cccccc", 0700), 0);
	assert_int_equal(file_replace(AT_FDCWD, "inbox/1/new/q-cccccc/x", "", 0, 0), 0);
	assert_int_equal(file_replace(AT_FDCWD, "inbox/1/new/q-dddddd", big, sizeof(big), 0), 0);
	assert_int_equal(file_replace(AT_FDCWD, "inbox/1/new/odd", "", 0, 0), 0);
	assert_int_equal(drain(&h), 5);
	assert_non_null(strstr(h.log.buf, "[q-aaaaaa|q-aaaaaa: a link]"));
	assert_non_null(strstr(h.log.buf, "[q-bbbbbb|q-bbbbbb: not a regular file]"));
	assert_non_null(strstr(h.log.buf, "[q-cccccc|q-cccccc: not a regular file]"));
	assert_non_null(strstr(h.log.buf, "[q-dddddd|q-dddddd: too long]"));
	assert_non_null(strstr(h.log.buf, "[|odd: not the name of a message]"));
	assert_int_equal(drain(&h), 0);
	assert_int_equal(access("secret", F_OK), 0);
	text_free(&h.log);
}

static void
posting_refuses_bad_ids_and_sizes(void **state)
{
	static char big[SESSION_MAX_MESSAGE + 1];

	(void)state;
	assert_int_equal(inbox_post("inbox/1", "../../x", "", 0), -1);
	assert_int_equal(errno, EINVAL);
	assert_int_equal(inbox_post("inbox/1", "q-aaaaaa", big, sizeof(big)), -1);
	assert_int_equal(errno, EMSGSIZE);
	assert_int_equal(inbox_post("inbox/2", "q-aaaaaa", "", 0), -1);
	assert_int_equal(errno, ENOENT);
	/* leftovers of an interrupted sender are no obstacle */
	assert_int_equal(file_replace(AT_FDCWD, "inbox/1/tmp/q-aaaaaa", "ha", 2, 0), 0);
	assert_int_equal(inbox_post("inbox/1", "q-aaaaaa", "half", 4), 0);
	assert_int_equal(access("inbox/1/new/q-aaaaaa", F_OK), 0);
	assert_int_equal(access("inbox/1/tmp/q-aaaaaa", F_OK), -1);
}

static void
an_inbox_that_became_a_link_is_not_followed(void **state)
{
	struct heard h = { 0 };

	(void)state;
	assert_int_equal(mkdir("elsewhere", 0700), 0);
	assert_int_equal(file_replace(AT_FDCWD, "elsewhere/precious", "", 0, 0), 0);
	assert_int_equal(rmdir("inbox/1/new"), 0);
	assert_int_equal(symlink("../../elsewhere", "inbox/1/new"), 0);
	assert_int_equal(drain(&h), -1);
	assert_int_equal(access("elsewhere/precious", F_OK), 0);
	text_free(&h.log);
}

static void
what_was_left_for_a_later_run_is_not_heard(void **state)
{
	struct heard h = { 0 };
	int fd = file_open_dir(AT_FDCWD, ".");

	(void)state;
	assert_int_equal(inbox_post("inbox/1", "m-aaaaaa", "forged", 6), 0);
	assert_int_equal(symlink("../..", "inbox/1/new/link"), 0);
	assert_int_equal(inbox_make(fd, "1"), 0);
	assert_int_equal(drain(&h), 0);
	assert_int_equal(symlink("1", "inbox/2"), 0);
	assert_int_equal(inbox_make(fd, "2"), 0);
	assert_false(inbox_holds("inbox/2", "m-bbbbbb"));
	assert_int_equal(inbox_post("inbox/2", "m-bbbbbb", "mine", 4), 0);
	assert_true(inbox_holds("inbox/2", "m-bbbbbb"));
	assert_int_equal(drain(&h), 0);
	close(fd);
	text_free(&h.log);
}

#define TEST(fn)	cmocka_unit_test_setup_teardown(fn, enter, scratch_leave)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(messages_are_heard_in_order_and_removed),
		TEST(a_message_that_is_kept_comes_again),
		TEST(what_is_not_a_message_is_told_and_removed),
		TEST(posting_refuses_bad_ids_and_sizes),
		TEST(an_inbox_that_became_a_link_is_not_followed),
		TEST(what_was_left_for_a_later_run_is_not_heard),
	};

	return cmocka_run_group_tests_name("inbox", tests, NULL, NULL);
}
