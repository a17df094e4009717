/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proto/base/id.h"
#include "proto/session/layout.h"
#include "proto/session/role.h"
#include "proto/session/status.h"
#include "proto/session/step.h"
#include "tests/unit/scratch.h"

static void
every_name_is_parsed_back(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < ROLE_COUNT; i++)
		assert_int_equal(role_parse(role_name(i)), i);
	for (i = 0; i < STEP_COUNT; i++)
		assert_int_equal(step_parse(step_name(i)), i);
	for (i = 0; i < VERDICT_COUNT; i++)
		assert_int_equal(verdict_parse(verdict_name(i)), i);
	assert_int_equal(step_parse("Setup"), -1);
	assert_int_equal(step_parse(""), -1);
	assert_int_equal(step_parse(NULL), -1);
	assert_string_equal(role_name(ROLE_TECH_LEAD), "tech-lead");
	assert_int_equal(step_phase(STEP_SUMMARY), 1);
	assert_int_equal(step_phase(STEP_PRESENT), 2);
}

#define SIXTY	"abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWX"

static void
item_ids_are_checked(void **state)
{
	static const char *const good[] = { "a", "bd-auth.1", "Stream-B", "0", "a.b_c-d", "lock",
		SIXTY "1234", "a.lockx", "x-" };
	static const char *const bad[] = { "", "-a", ".a", "_a", "a..b", "..", ".", "a.", "a.lock",
		"x.y.lock", "a/b", "../a", "/a", "a b", "a\n", "a\\b", "a\xc3\xa9", "a~", "a:b",
		SIXTY "12345", "a@{0}", "a*" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(*good); i++)
		if (!item_id_valid(good[i]))
			fail_msg("refused: %s", good[i]);
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		if (item_id_valid(bad[i]))
			fail_msg("taken: %s", bad[i]);
	assert_false(item_id_valid(NULL));
}

static void
session_and_message_ids_are_checked(void **state)
{
	static const char *const good[] = { "session-a-abc123", "session-a-b-c-000000",
		"session-" SIXTY "1234-zzzzzz" };
	static const char *const bad[] = { "", "session-", "session-abc123", "session--abc123",
		"session-a-abc12", "session-a-abc1234", "session-a-ABC123", "session-a/../b-abc123",
		"session-../../x-abc123", "session-a-abc123/", "session-a-abc123\n", "Session-a-abc123",
		"session-" SIXTY "12345-zzzzzz", "session-a.-abc123", "session-a.lock-abc123" };
	static const char *const bad_message[] = { "", "q", "q-", "q-abc12", "q-abc1234", "x-abc123",
		"q_abc123", "q-ABC123", "q-../..", "q-abc12/", "-q-abc123", "q-abc123.json" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(*good); i++)
		if (!session_id_valid(good[i]))
			fail_msg("refused: %s", good[i]);
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		if (session_id_valid(bad[i]))
			fail_msg("taken: %s", bad[i]);
	for (i = 0; i < sizeof(bad_message) / sizeof(*bad_message); i++)
		if (message_id_valid(bad_message[i]))
			fail_msg("taken: %s", bad_message[i]);
	assert_true(message_id_valid("q-abc123"));
	assert_true(message_id_valid("m-zz0099"));
}

static void
made_ids_are_valid_and_differ(void **state)
{
	char a[SESSION_ID_MAX], b[SESSION_ID_MAX];

	(void)state;
	session_id_make(a, sizeof(a), SIXTY "1234");
	session_id_make(b, sizeof(b), SIXTY "1234");
	assert_true(session_id_valid(a) && session_id_valid(b));
	assert_string_not_equal(a, b);
	message_id_make(a, sizeof(a), 'q');
	message_id_make(b, sizeof(b), 'm');
	assert_true(message_id_valid(a) && message_id_valid(b));
}

static void
slots_of_messages_differ_and_start_at_one(void **state)
{
	(void)state;
	assert_int_equal(message_slot("m-aaaaaa"), 1);
	assert_int_equal(message_slot("m-aaaaab"), 2);
	assert_int_equal(message_slot("m-999999") + 1, message_slot("q-aaaaaa"));
	assert_true(message_slot("q-999999") > message_slot("q-aaaaaa"));
}

static void
the_state_directory_is_taken_from_the_end_of_a_path(void **state)
{
	static const struct { const char *path, *home, *workspace; } rows[] = {
		{ "/h/workspaces/w/instance-1/isolated-sessions/session-a-abc123", "/h", "/h/workspaces/w" },
		{ "/workspaces/r/.state/workspaces/w/i/isolated-sessions/s", "/workspaces/r/.state", "/workspaces/r/.state/workspaces/w" },
		{ "/h/workspaces/workspaces/i/archive/s", "/h", "/h/workspaces/workspaces" },
		{ "/workspaces/r/by/hand", "", "" },
		{ "/workspaces/r/s", "", "" },
		{ "/my-workspaces/w/i/d/s", "", "" },
		{ "s", "", "" },
		{ "", "", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t n = 0;

		assert_int_equal(session_home(rows[i].path, &n), strlen(rows[i].home));
		assert_int_equal(n, strlen(rows[i].workspace));
		assert_int_equal(session_home(rows[i].path, NULL), strlen(rows[i].home));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_name_is_parsed_back),
		cmocka_unit_test(item_ids_are_checked),
		cmocka_unit_test(session_and_message_ids_are_checked),
		cmocka_unit_test(made_ids_are_valid_and_differ),
		cmocka_unit_test(slots_of_messages_differ_and_start_at_one),
		cmocka_unit_test(the_state_directory_is_taken_from_the_end_of_a_path),
	};

	return cmocka_run_group_tests_name("session", tests, NULL, NULL);
}
