/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/scratch.h"

#include <sys/stat.h>

#include "proto/base/text.h"
#include "proto/record/ledger.h"

#define DAY	INT64_C(86400000)

static char *
path_of(void **state, const char *name)
{
	return text_format("%s/spent/%s", (const char *)*state, name);
}

static void
write_file(const char *path, const char *text)
{
	assert_int_equal(file_replace(AT_FDCWD, path, text, strlen(text), 0), 0);
}

static void
a_ledger_counts_each_session_once(void **state)
{
	char *path = path_of(state, "day-2026-01-31");
	struct ledger before, after;

	assert_int_equal(ledger_read(path, &after), 0);
	assert_int_equal(after.used.tokens, 0);
	assert_int_equal(ledger_use(path, "session-a-aaaaaa", &(struct budget){ 10, 100 }, &before, &after), 0);
	assert_int_equal(before.used.tokens, 0);
	assert_int_equal(ledger_use(path, "session-b-aaaaaa", &(struct budget){ 5, 50 }, &before, &after), 0);
	assert_int_equal(ledger_use(path, "session-a-aaaaaa", &(struct budget){ 20, 200 }, &before, &after), 0);
	assert_int_equal(before.used.tokens, 15);
	assert_int_equal(after.used.tokens, 25);
	assert_int_equal(after.used.microusd, 250);
	free(path);
}

static void
of_two_answers_at_the_same_time_one_raises_a_budget(void **state)
{
	const struct budget limit = { 10, 0 }, more = { 10, 0 }, used = { 12, 0 };
	char *path = path_of(state, "list-tl-aaaaaaaa");
	struct ledger before, after;

	assert_int_equal(ledger_use(path, "session-a-aaaaaa", &used, &before, &after), 0);
	assert_int_equal(ledger_raise(path, "q-aaaaaa", &limit, &more), 0);
	assert_int_equal(ledger_raise(path, "q-bbbbbb", &limit, &more), 0);
	assert_int_equal(ledger_read(path, &after), 0);
	assert_int_equal(after.raised.tokens, 10);
	assert_int_equal(after.used.tokens, 12);
	free(path);
}

static void
lines_that_are_no_figures_are_left_out(void **state)
{
	char *path = path_of(state, "day-2026-01-31");
	struct ledger l;

	assert_int_equal(mkdir("spent", 0700), 0);
	write_file(path, "session-a-aaaaaa 10 100\n\nsession-b-aaaaaa ten 1\nsession-c-aaaaaa 1 1\nsession-d-aaaaaa 1");
	assert_int_equal(ledger_read(path, &l), 0);
	assert_int_equal(l.used.tokens, 11);
	write_file(path, "session-a-aaaaaa 9223372036854775807 1\nsession-b-aaaaaa 9223372036854775807 -5\n");
	assert_int_equal(ledger_read(path, &l), 0);
	assert_true(l.used.tokens > 0);
	assert_true(l.used.microusd >= 0);
	free(path);
}

static void
a_ledger_that_cannot_be_read_is_an_error_and_stays(void **state)
{
	char *path = path_of(state, "day-2026-01-31");
	struct ledger before, after;
	struct stat st;

	assert_int_equal(mkdir("spent", 0700), 0);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(ledger_read(path, &after), -1);
	assert_int_equal(ledger_use(path, "session-a-aaaaaa", &(struct budget){ 1, 1 }, &before, &after), -1);
	assert_int_equal(ledger_raise(path, "q-aaaaaa", &(struct budget){ 1, 1 }, &(struct budget){ 1, 1 }), -1);
	assert_int_equal(lstat(path, &st), 0);
	assert_true(S_ISFIFO(st.st_mode));
	free(path);
}

static void
the_next_day_begins_at_midnight_also_when_clocks_change(void **state)
{
	/* 2026-03-29 has 23 hours in this zone, 2026-10-25 has 25. */
	const int64_t spring = INT64_C(1774742400000), autumn = INT64_C(1792886400000);
	char buf[16];

	(void)state;
	setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
	tzset();
	assert_string_equal(ledger_day(spring, buf), "2026-03-29");
	assert_int_equal(ledger_tomorrow(spring) - ledger_tomorrow(spring - DAY), DAY - 3600000);
	assert_string_equal(ledger_day(autumn, buf), "2026-10-25");
	assert_int_equal(ledger_tomorrow(autumn) - ledger_tomorrow(autumn - DAY), DAY + 3600000);
	assert_string_equal(ledger_day(ledger_tomorrow(autumn), buf), "2026-10-26");
	assert_string_equal(ledger_day(ledger_tomorrow(autumn) - 1, buf), "2026-10-25");
}

static void
ledgers_of_earlier_days_alone_are_dropped(void **state)
{
	static const char *const names[] = { "day-2026-01-30", "day-2026-01-31", "team.2026-01-29", "list-tl-aaaaaaaa", "day-2026-1-1",
		"x2026-01-01" };
	char *path;

	(void)state;
	assert_int_equal(mkdir("spent", 0700), 0);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		path = path_of(state, names[i]);
		write_file(path, "x 1 1\n");
		free(path);
	}
	ledger_drop("spent", "2026-01-31");
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		path = path_of(state, names[i]);
		assert_int_equal(access(path, F_OK), i == 0 || i == 2 ? -1 : 0);
		free(path);
	}
	ledger_drop("none", "2026-01-31");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_ledger_counts_each_session_once, scratch_enter, scratch_leave),
		cmocka_unit_test_setup_teardown(of_two_answers_at_the_same_time_one_raises_a_budget, scratch_enter, scratch_leave),
		cmocka_unit_test_setup_teardown(lines_that_are_no_figures_are_left_out, scratch_enter, scratch_leave),
		cmocka_unit_test_setup_teardown(a_ledger_that_cannot_be_read_is_an_error_and_stays, scratch_enter, scratch_leave),
		cmocka_unit_test(the_next_day_begins_at_midnight_also_when_clocks_change),
		cmocka_unit_test_setup_teardown(ledgers_of_earlier_days_alone_are_dropped, scratch_enter, scratch_leave),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
