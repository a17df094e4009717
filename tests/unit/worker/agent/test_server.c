/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/base/strings.h"
#include "proto/json/json.h"
#include "worker/agent/agent.h"
#include "worker/agent/server.h"

static struct json *
with(const char *defaults)
{
	struct agent_run run = { .role = ROLE_IMPLEMENTER };
	struct json *j = NULL;
	char why[256], *text;

	strings_add(&run.server, "SESSION_DIR=/s");
	if ((text = server_defaults(&run, defaults, strlen(defaults))) != NULL) {
		j = json_parse(text, strlen(text), 0, why, sizeof(why));
		assert_non_null(j);
	}
	free(text);
	strings_free(&run.server);
	return j;
}

static void
has_ours(const struct json *j)
{
	const struct json *ours = json_get(json_get(j, "mcpServers"), "orchestrator");

	assert_string_equal(json_str(ours, "command"), "/s/bin/worker");
}

static void
the_system_s_defaults_of_gemini_stay_beside_our_server(void **state)
{
	struct json *j = with("{ // of the machine\n \"telemetry\": { \"enabled\": false }, "
	    "\"mcpServers\": { \"wiki\": { \"command\": \"w\" } } }");

	(void)state;
	has_ours(j);
	assert_false(json_bool(json_get(j, "telemetry"), "enabled", true));
	assert_string_equal(json_str(json_get(json_get(j, "mcpServers"), "wiki"), "command"), "w");
	json_free(j);
}

static void
without_defaults_of_the_system_gemini_gets_our_server_alone(void **state)
{
	struct json *j = with("{}");

	(void)state;
	has_ours(j);
	assert_int_equal(json_count(j), 1);
	json_free(j);
}

static void
defaults_that_are_no_settings_of_gemini_are_not_replaced(void **state)
{
	(void)state;
	assert_null(with("[1]"));
	assert_null(with("{ \"a\": "));
	assert_null(with(""));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_system_s_defaults_of_gemini_stay_beside_our_server),
		cmocka_unit_test(without_defaults_of_the_system_gemini_gets_our_server_alone),
		cmocka_unit_test(defaults_that_are_no_settings_of_gemini_are_not_replaced),
	};

	return cmocka_run_group_tests_name("server", tests, NULL, NULL);
}
