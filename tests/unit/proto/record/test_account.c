/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/scratch.h"

#include "proto/base/text.h"
#include "proto/record/account.h"
#include "proto/settings/settings.h"
#include "proto/sys/file.h"

static char claude[] = "claude", mine[] = "mine", team[] = "team", command[] = "command", home[] = "CLAUDE_CONFIG_DIR=/h",
    other[] = "CLAUDE_CONFIG_DIR=/o";

static void
agents_of_one_client_and_home_share_an_account(void **state)
{
	char *at_home[] = { home }, *elsewhere[] = { other };
	static const struct { struct agent a; bool elsewhere; const char *name; } rows[] = {
		{ { .name = mine, .adapter = claude }, false, "claude:/h" },
		{ { .name = mine, .adapter = claude }, true, "claude:/o" },
		{ { .name = claude, .adapter = claude, .account = team }, true, "team" },
		{ { .name = mine, .adapter = command }, false, "mine" },
	};
	struct settings s = { .env = { at_home, 1 } };
	struct agent a;
	char *name;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		a = rows[i].a;
		if (rows[i].elsewhere)
			a.env = (struct strings){ elsewhere, 1 };
		assert_string_equal(name = account_name(&s, &a), rows[i].name);
		free(name);
	}
}

static void
the_end_of_a_long_name_is_the_account(void **state)
{
	char dir[302], *whole, *name, *file, *vars[1];
	struct settings s = { .env = { vars, 1 } };

	(void)state;
	for (size_t i = 0; i < 300; i += 2)
		memcpy(dir + i, "\xc3\xa9", 2);
	memcpy(dir + 300, "x", 2);
	vars[0] = whole = text_format("CLAUDE_CONFIG_DIR=%s", dir);
	name = account_name(&s, &(struct agent){ .name = mine, .adapter = claude });
	assert_string_equal(name, dir + 300 - 126);
	file = account_file(name, ".json");
	assert_int_equal(strlen(file), strlen(name) + 5);
	free(file);
	free(name);
	free(whole);
}

static void
the_name_of_a_file_is_one(void **state)
{
	char *name;

	(void)state;
	assert_string_equal(name = account_file("../a b/c\n", ACCOUNT_LOCK), "_._a_b_c_.lock");
	free(name);
}

static void
the_later_reset_is_on_record(void **state)
{
	int fd = file_open_dir(AT_FDCWD, ".");

	(void)state;
	assert_int_equal(account_until(fd, "a"), 0);
	assert_int_equal(account_park(fd, "a", 2000, "session-x-aaaaaa"), 0);
	assert_int_equal(account_park(fd, "a", 1000, "session-y-aaaaaa"), 0);
	assert_int_equal(account_until(fd, "a"), 2000);
	assert_int_equal(account_park(fd, "a", 3000, "session-y-aaaaaa"), 0);
	assert_int_equal(account_until(fd, "a"), 3000);
	assert_int_equal(file_replace(fd, "b.json", "{", 1, 0), 0);
	assert_int_equal(account_until(fd, "b"), 0);
	assert_int_equal(account_free(fd, "a", 2000), 0);
	assert_int_equal(account_until(fd, "a"), 3000);
	assert_int_equal(account_free(fd, "a", 3000), 0);
	assert_int_equal(account_until(fd, "a"), 0);
	assert_int_equal(account_free(fd, "a", 3000), 0);
	close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agents_of_one_client_and_home_share_an_account),
		cmocka_unit_test(the_end_of_a_long_name_is_the_account),
		cmocka_unit_test(the_name_of_a_file_is_one),
		cmocka_unit_test_setup_teardown(the_later_reset_is_on_record, scratch_enter, scratch_leave),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
