/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/scratch.h"

#include <sys/stat.h>
#include <sys/wait.h>

#include "proto/settings/settings.h"
#include "worker/agent/agent.h"

#define SESSION		"ses_000000000001"
#define EXIT(n)		W_EXITCODE(n, 0)

static char agent_name[] = "client";
static const struct agent agent = { .name = agent_name, .adapter = agent_name };

static void
an_account_of_opencode_is_at_its_limit_only_if_its_last_error_says_so(void **state)
{
	static const char *const later[] = { "{\"type\":\"error\",\"error\":{\"name\":\"UnknownError\",\"data\":{\"message\":\"x\"}}}",
		"{\"type\":\"step_finish\",\"part\":{\"reason\":\"tool-calls\"}}" };
	static const char limit[] = "{\"type\":\"error\",\"error\":{\"data\":{\"statusCode\":429}}}";

	(void)state;
	for (size_t i = 0; i < sizeof(later) / sizeof(later[0]); i++) {
		struct agent_run run = { .agent = &agent, .role = ROLE_IMPLEMENTER };
		struct text out = { 0 };

		adapter_opencode.line(&run, limit, sizeof(limit) - 1, &out);
		assert_int_equal(run.parked, -1);
		adapter_opencode.line(&run, later[i], strlen(later[i]), &out);
		assert_int_equal(run.parked, 0);
		text_free(&out);
	}
}

static void
a_conversation_that_opencode_compacts_in_vain_is_given_up(void **state)
{
	struct agent_run run = { .agent = &agent, .role = ROLE_IMPLEMENTER };
	const char *full = "{\"type\":\"error\",\"error\":{\"name\":\"ContextOverflowError\",\"data\":{\"message\":\"full\"}}}";
	const char *step = "{\"type\":\"step_finish\",\"part\":{\"reason\":\"stop\",\"tokens\":{\"input\":1}}}";
	struct text out = { 0 };

	(void)state;
	for (int i = 0; i < 4; i++)
		adapter_opencode.line(&run, full, strlen(full), &out);
	assert_false(run.stop);
	adapter_opencode.line(&run, step, strlen(step), &out);
	adapter_opencode.finish(&run, EXIT(1));
	assert_false(run.full);
	assert_false(run.error);
	for (int i = 0; i < 5; i++)
		adapter_opencode.line(&run, full, strlen(full), &out);
	assert_true(run.stop);
	adapter_opencode.finish(&run, 15);
	assert_true(run.full);
	text_free(&run.result);
	text_free(&out);
}

static void
responses_of_opencode_that_have_no_end_are_repeated_a_few_times(void **state)
{
	static const char cut[] = "{\"type\":\"step_finish\",\"part\":{\"reason\":\"unknown\"}}",
	    tool[] = "{\"type\":\"tool_use\",\"part\":{\"tool\":\"bash\",\"state\":{\"status\":\"completed\"}}}";
	struct agent_run run = { .agent = &agent, .role = ROLE_IMPLEMENTER };
	struct text out = { 0 };

	(void)state;
	for (int i = 0; i < 8; i++) {
		if (i == 4)
			adapter_opencode.line(&run, tool, sizeof(tool) - 1, &out);
		adapter_opencode.line(&run, cut, sizeof(cut) - 1, &out);
	}
	assert_false(run.stop || run.ended || run.heard);
	text_clear(&out);
	adapter_opencode.line(&run, cut, sizeof(cut) - 1, &out);
	assert_true(run.stop);
	assert_string_equal(out.buf, "error: the service's responses have no end\n");
	adapter_opencode.finish(&run, 15);
	assert_true(run.error);
	assert_string_equal(run.error_text, "the service's responses have no end");
	text_free(&out);
}

static void
a_message_to_opencode_is_heard_once_its_plugin_says_so(void **state)
{
	static const char said[] = "{\"type\":\"told\",\"sessionID\":\"" SESSION "\",\"number\":%d}";
	char words[] = "Use tabs.", line[128], *dir = *state;
	struct agent_run run = { .agent = &agent, .role = ROLE_IMPLEMENTER, .dir = dir, .words = words };
	struct strings argv = { 0 }, env = { 0 };
	struct text out = { 0 };

	assert_int_equal(mkdir("transcript", 0700) | mkdir(".config", 0700) | mkdir(".config/opencode", 0700) |
	    mkdir(".config/opencode/node_modules", 0700), 0);
	setenv("HOME", dir, 1);
	strings_set(&run.server, "SESSION_DIR", dir);
	adapter_opencode.command(&run, &argv, &env);
	adapter_opencode.tell(&run);
	assert_int_equal(run.passed, WORDS_KEPT);	/* it has no conversation yet */
	strlcpy(run.conversation, SESSION, sizeof(run.conversation));
	run.ended = true;
	adapter_opencode.tell(&run);
	assert_int_equal(run.passed, WORDS_KEPT);
	run.ended = false;
	adapter_opencode.tell(&run);
	assert_int_equal(run.passed, WORDS_SENT);
	for (int i = 0; i < 2; i++) {
		snprintf(line, sizeof(line), said, i);
		adapter_opencode.line(&run, line, strlen(line), &out);
		assert_int_equal(run.passed, i == 1 ? WORDS_HEARD : WORDS_SENT);
	}
	assert_int_equal(out.len, 0);
	free(run.own);
	strings_free(&argv);
	strings_free(&env);
	strings_free(&run.server);
}

static bool
has_plugin(const char *dir, const char *variable, const char *value)
{
	struct agent_run run = { .agent = &agent, .role = ROLE_IMPLEMENTER, .dir = dir };
	struct strings argv = { 0 }, env = { 0 };
	bool has;

	strings_set(&run.server, "SESSION_DIR", dir);
	if (variable != NULL)
		strings_set(&env, variable, value);
	adapter_opencode.command(&run, &argv, &env);
	has = run.own != NULL;
	free(run.own);
	strings_free(&argv);
	strings_free(&env);
	strings_free(&run.server);
	return has;
}

static void
what_plugins_need_is_looked_for_where_the_client_has_its_settings(void **state)
{
	char *dir = *state, home[256], settings[256];

	snprintf(home, sizeof(home), "%s/home", dir);
	snprintf(settings, sizeof(settings), "%s/home/.config", dir);
	assert_int_equal(mkdir("transcript", 0700) | mkdir("home", 0700) | mkdir("home/.config", 0700) |
	    mkdir("home/.config/opencode", 0700) | mkdir("home/.config/opencode/node_modules", 0700), 0);
	unsetenv("XDG_CONFIG_HOME");
	setenv("HOME", dir, 1);
	assert_false(has_plugin(dir, NULL, NULL));
	assert_true(has_plugin(dir, "HOME", home));
	assert_true(has_plugin(dir, "XDG_CONFIG_HOME", settings));
	setenv("HOME", home, 1);
	assert_true(has_plugin(dir, NULL, NULL));
	assert_true(has_plugin(dir, "XDG_CONFIG_HOME", ""));
	assert_false(has_plugin(dir, "XDG_CONFIG_HOME", dir));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_account_of_opencode_is_at_its_limit_only_if_its_last_error_says_so),
		cmocka_unit_test(a_conversation_that_opencode_compacts_in_vain_is_given_up),
		cmocka_unit_test(responses_of_opencode_that_have_no_end_are_repeated_a_few_times),
		SCRATCH_TEST(a_message_to_opencode_is_heard_once_its_plugin_says_so),
		SCRATCH_TEST(what_plugins_need_is_looked_for_where_the_client_has_its_settings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
