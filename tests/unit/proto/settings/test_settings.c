/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "proto/json/json.h"
#include "proto/record/config.h"
#include "proto/settings/settings.h"

static const char file[] = ".orchestrator/config.json";

static int
apply(struct settings *s, const char *text, char *err, size_t len)
{
	return (settings_apply(s, file, text, strlen(text), err, len));
}

/* The error for a file, including the final checks; "" when it is valid. */
static const char *
error_of(const char *text)
{
	static char err[512];
	struct settings s;

	err[0] = '\0';
	settings_default(&s);
	if (apply(&s, text, err, sizeof(err)) == 0)
		settings_check(&s, file, err, sizeof(err));
	settings_release(&s);
	return (err);
}

static void
the_defaults_are_the_documented_ones(void **state)
{
	struct settings s;

	(void)state;
	settings_default(&s);
	assert_int_equal(s.rounds, 2);
	assert_int_equal(s.gate_tries, 2);
	assert_int_equal(s.transcript_mb, 256);
	assert_int_equal(s.stop_grace, 10);
	assert_int_equal(s.max_parallel, 4);
	assert_int_equal(s.attempts, 2);
	assert_int_equal(s.bd_timeout, 30);
	assert_int_equal(s.breaker, 5);
	assert_int_equal(s.limits.grace, 300000);
	assert_int_equal(s.context_phrases.n, 7);
	assert_int_equal(s.limit_phrases.n, 5);
	assert_int_equal(s.ambiguous, AMBIGUOUS_PARALLEL);
	assert_int_equal(s.session_memory_mb, 512);
	assert_int_equal(s.max_load, 800);
	assert_int_equal(s.on_conflict, CONFLICT_RESOLVE);
	assert_int_equal(s.on_gate, CONFLICT_RESOLVE);
	assert_int_equal(s.resolves, 3);
	assert_true(s.recycle);
	assert_false(s.keep_ignored);
	assert_int_equal(s.review, REVIEW_COUNCIL);
	assert_null(s.target);
	assert_null(s.role[ROLE_IMPLEMENTER]);
	assert_string_equal(settings_agent(&s, "claude")->adapter, "claude");
	assert_null(settings_agent(&s, "nobody"));
	assert_null(settings_agent(&s, NULL));
	settings_release(&s);
	assert_string_equal(error_of("{}"), "");
	assert_string_equal(error_of("{\"$schema\": \"x\"}"), "");
}

static void
secrets_are_kept_as_where_they_come_from(void **state)
{
	struct settings s;
	struct json *o;
	char err[512] = "", *text;

	(void)state;
	settings_default(&s);
	assert_int_equal(apply(&s, "{\"env\": {\"A\": {\"command\": \"pass a\"}, \"B\": \"plain\","
	    "\"C\": {\"file\": \"~/c\"}}}", err, sizeof(err)), 0);
	assert_int_equal(apply(&s, "{\"env\": {\"B\": {\"file\": \"/b\"}, \"C\": \"plain\"}}", err,
	    sizeof(err)), 0);
	assert_int_equal(s.env.n, 1);
	assert_string_equal(s.env.v[0], "C=plain");
	assert_int_equal(s.secrets.n, 2);
	assert_string_equal(strings_value(&s.secrets, "A"), "command:pass a");
	assert_string_equal(strings_value(&s.secrets, "B"), "file:/b");
	o = json_new_object();
	settings_json(&s, o);
	settings_release(&s);
	text = json_text(o, false, NULL);
	settings_default(&s);
	assert_int_equal(apply(&s, text, err, sizeof(err)), 0);
	assert_int_equal(s.secrets.n, 2);
	assert_string_equal(strings_value(&s.secrets, "A"), "command:pass a");
	free(text);
	json_free(o);
	settings_release(&s);
}

static void
confinement_that_is_required_stays_so(void **state)
{
	struct settings s;
	char err[512] = "";

	(void)state;
	settings_default(&s);
	assert_int_equal(s.confine.mode, CONFINE_AUTO);
	assert_int_equal(apply(&s, "{\"confine\": \"off\"}", err, sizeof(err)), 0);
	assert_int_equal(s.confine.mode, CONFINE_OFF);
	assert_int_equal(apply(&s, "{\"confine\": {\"mode\": \"require\", \"network\": \"off\","
	    "\"writable\": [\"~/x\", \"/y\"], \"sockets\": [\"docker\"]}}", err, sizeof(err)), 0);
	assert_int_equal(apply(&s, "{\"confine\": \"off\"}", err, sizeof(err)), 0);
	assert_int_equal(s.confine.mode, CONFINE_REQUIRE);
	assert_true(s.confine.network_off);
	assert_int_equal(s.confine.writable.n, 2);
	assert_int_equal(settings_check(&s, file, err, sizeof(err)), 0);
	assert_int_equal(apply(&s, "{\"confine\": {\"sockets\": [\"dokcer\"]}}", err, sizeof(err)), 0);
	assert_int_equal(settings_check(&s, file, err, sizeof(err)), -1);
	assert_non_null(strstr(err, "confine.sockets"));
	assert_int_equal(apply(&s, "{\"confine\": {\"sockets\": [], \"writable\": [\"y\"]}}", err,
	    sizeof(err)), 0);
	assert_int_equal(settings_check(&s, file, err, sizeof(err)), -1);
	assert_non_null(strstr(err, "confine.writable"));
	settings_release(&s);
}

static void
what_a_file_says_is_harmless_in_the_error(void **state)
{
	(void)state;
	assert_string_equal(error_of("{\"agents\": {\"a\": {\"adapter\": \"x\\ny\\u001b[31m\"}}}"),
	    ".orchestrator/config.json: \"agents.a.adapter\": unknown adapter \"x\\012y\\033[31m\"");
	assert_string_equal(error_of("{\"roles\": {\"reviewer\": \"x\\ny\"}}"),
	    ".orchestrator/config.json: \"roles.reviewer\": unknown agent \"x\\012y\"");
}

static void
a_later_file_is_laid_over_key_by_key(void **state)
{
	struct settings s;
	char err[512] = "";

	(void)state;
	settings_default(&s);
	assert_int_equal(apply(&s, "{\"agents\": {\"a\": {\"command\": \"x 1\", \"args\": [\"-v\"],"
	    "\"env\": {\"A\": \"1\", \"B\": \"2\"}}, \"b\": {\"command\": [\"y\", \"z\"]}},"
	    "\"gates\": [\"make\", {\"name\": \"lint\", \"command\": \"l\", \"timeout\": 5}],"
	    "\"roles\": {\"implementer\": \"a\", \"reviewer\": \"b\"}, \"rounds\": 3,"
	    "\"answers\": {\"rules\": [{\"match\": \"m\", \"answer\": \"n\"}], \"command\": \"c\"},"
	    "\"env\": {\"E\": \"1\", \"EE\": \"x\"}, \"target\": \"main\"}", err, sizeof(err)), 0);
	assert_int_equal(apply(&s, "{\"agents\": {\"a\": {\"model\": \"m\", \"env\": {\"B\": \"3\"}}},"
	    "\"gates\": [\"check\"], \"roles\": {\"reviewer\": null}, \"review\": \"gates\","
	    "\"env\": {\"E\": \"=2\"}, \"target\": null}", err, sizeof(err)), 0);
	assert_string_equal(settings_agent(&s, "a")->model, "m");
	assert_string_equal(settings_agent(&s, "a")->command.v[0], "/bin/sh");
	assert_string_equal(settings_agent(&s, "a")->command.v[2], "x 1");
	assert_int_equal(settings_agent(&s, "a")->env.n, 2);
	assert_string_equal(settings_agent(&s, "a")->env.v[1], "B=3");
	assert_int_equal(settings_agent(&s, "b")->command.n, 2);
	assert_int_equal(s.ngates, 1);
	assert_string_equal(s.gates[0].name, "check");
	assert_int_equal(s.gates[0].timeout, 1800);
	assert_string_equal(s.role[ROLE_IMPLEMENTER], "a");
	assert_null(s.role[ROLE_REVIEWER]);
	assert_int_equal(s.rounds, 3);
	assert_int_equal(s.nrules, 1);
	assert_int_equal(s.review, REVIEW_GATES);
	assert_int_equal(s.env.n, 2);
	assert_string_equal(s.env.v[0], "E==2");
	assert_null(s.target);
	assert_int_equal(settings_check(&s, file, err, sizeof(err)), 0);
	settings_release(&s);
}

static void
an_unknown_key_names_the_nearest(void **state)
{
	(void)state;
	assert_string_equal(error_of("{\"gate_trys\": 1}"), ".orchestrator/config.json: unknown "
	    "setting \"gate_trys\"; did you mean \"gate_tries\"?");
	assert_string_equal(error_of("{\"gates\": [\"a\", {\"comand\": \"x\"}]}"),
	    ".orchestrator/config.json: unknown setting \"gates[1].comand\"; did you mean "
	    "\"gates[1].command\"?");
	assert_string_equal(error_of("{\"roles\": {\"techlead\": \"x\"}}"),
	    ".orchestrator/config.json: unknown setting \"roles.techlead\"; did you mean "
	    "\"roles.tech-lead\"?");
	assert_non_null(strstr(error_of("{\"agents\": {\"a\": {\"zzzzzzzzzz\": 1}}}"),
	    "unknown setting \"agents.a.zzzzzzzzzz\"; known here: adapter, command"));
	assert_null(strpbrk(error_of("{\"a\\n\\u001b[31m\": 1}"), "\n\033"));
	assert_non_null(strstr(error_of("{\"roles\": {\"reviewer\": \"cluade\"}}"),
	    "\"roles.reviewer\": unknown agent \"cluade\"; did you mean \"claude\"?"));
	assert_non_null(strstr(error_of("{\"agents\": {\"a\": {\"adapter\": \"comand\"}}}"),
	    "\"agents.a.adapter\": unknown adapter \"comand\"; did you mean \"command\"?"));
}

static void
each_wrong_value_names_its_path_and_what_is_expected(void **state)
{
	static const struct { const char *text, *why; } bad[] = {
		{ "[]", "the file must hold an object" },
		{ "{\"rounds\": 11}", "\"rounds\" must be a whole number from 0 to 10" },
		{ "{\"rounds\": -1}", "from 0 to 10" },
		{ "{\"rounds\": 1.5}", "from 0 to 10" },
		{ "{\"rounds\": \"2\"}", "from 0 to 10" },
		{ "{\"rounds\": null}", "from 0 to 10" },
		{ "{\"gate_tries\": 11}", "\"gate_tries\" must be a whole number from 0 to 10" },
		{ "{\"gate_tries\": -1}", "from 0 to 10" },
		{ "{\"transcript_mb\": 0}", "\"transcript_mb\" must be a whole number from 1 to 65536" },
		{ "{\"transcript_mb\": 65537}", "from 1 to 65536" },
		{ "{\"stop_grace\": 3601}", "\"stop_grace\" must be a whole number from 0 to 3600" },
		{ "{\"stop_grace\": -1}", "from 0 to 3600" },
		{ "{\"max_parallel\": 0}", "from 1 to 1000" },
		{ "{\"attempts\": 11}", "from 1 to 10" },
		{ "{\"worktree\": {\"recycle\": 1}}", "\"worktree.recycle\" must be true or false" },
		{ "{\"bd_timeout\": 0}", "from 1 to 3600" },
		{ "{\"ambiguous\": \"maybe\"}", "\"ambiguous\" must be \"parallel\", \"sequential\" or \"ask\"" },
		{ "{\"merge\": \"retry\"}", "\"merge\" must be an object" },
		{ "{\"merge\": {\"on_conflict\": \"ask\"}}",
		    "\"merge.on_conflict\" must be \"resolve\", \"retry\" or \"fail\"" },
		{ "{\"merge\": {\"on_conflict\": null}}", "\"merge.on_conflict\" must be" },
		{ "{\"merge\": {\"resolves\": 0}}", "from 1 to 10" },
		{ "{\"merge\": {\"on_conflit\": 1}}", "did you mean \"merge.on_conflict\"?" },
		{ "{\"limits\": {\"stall\": \"10\"}}", "\"limits.stall\" must be a number from 0" },
		{ "{\"limits\": {\"recoveries\": 0.5}}", "\"limits.recoveries\" must be a whole" },
		{ "{\"limits\": {\"stal\": 1}}", "did you mean \"limits.stal" },
		{ "{\"breaker\": -1}", "\"breaker\" must be" },
		{ "{\"gates\": [\"a\", {\"command\": \"b\", \"timeout\": 0}]}",
		    "\"gates[1].timeout\" must be a whole number from 1 to 86400" },
		{ "{\"setup\": [{\"command\": \"b\", \"timeout\": 86401}]}", "\"setup[0].timeout\"" },
		{ "{\"gates\": \"make\"}", "\"gates\" must be a list" },
		{ "{\"gates\": [7]}", "\"gates[0]\" must be a command" },
		{ "{\"gates\": [\" \"]}", "\"gates[0]\" must be a string of 1 to" },
		{ "{\"gates\": [{\"name\": \"x\"}]}", "\"gates[0]\" must be an object with a \"command\"" },
		{ "{\"review\": \"nobody\"}", "\"review\" must be \"council\", \"gates\" or \"none\"" },
		{ "{\"target\": 7}", "\"target\" must be a string" },
		{ "{\"target\": \"-x\"}", "\"target\" must be the name of a branch" },
		{ "{\"agents\": []}", "\"agents\" must be an object" },
		{ "{\"agents\": {\"a/b\": {}}}", "\"agents.a/b\" must be named by" },
		{ "{\"agents\": {\"a\": 1}}", "\"agents.a\" must be an object" },
		{ "{\"agents\": {\"a\": {}}}", "\"agents.a.command\" is missing" },
		{ "{\"agents\": {\"a\": {\"command\": {}}}}", "\"agents.a.command\" must be a command" },
		{ "{\"agents\": {\"a\": {\"command\": [1]}}}", "must be a list of strings" },
		{ "{\"agents\": {\"a\": {\"command\": [\"\"]}}}", "names a program" },
		{ "{\"agents\": {\"a\": {\"verdict\": true}}}", "\"message\" or \"exit-status\"" },
		{ "{\"agents\": {\"a\": {\"args\": \"x\"}}}", "\"agents.a.args\" must be a list" },
		{ "{\"agents\": {\"a\": {\"env\": {\"A\": 1}}}}", "\"agents.a.env.A\" must be a string" },
		{ "{\"env\": {\"A\": {}}}", "\"env.A\" must be a string, {\"command\": ...}" },
		{ "{\"env\": {\"A\": {\"file\": \" \"}}}", "\"env.A\" must be" },
		{ "{\"env\": {\"A\": {\"file\": \"x\", \"command\": \"y\"}}}", "\"env.A\" must be" },
		{ "{\"confine\": \"of\"}", "\"confine\" must be \"off\", \"auto\" or \"require\"" },
		{ "{\"confine\": {\"network\": false}}", "\"confine.network\" must be \"on\" or \"off\"" },
		{ "{\"confine\": {\"writeable\": []}}", "did you mean \"confine.writable\"" },
		{ "{\"confine\": {\"writable\": [\"a\\n\\u001b[2J\"]}}",
		    "\"confine.writable\": \"a" },
		{ "{\"confine\": {\"sockets\": [\"\\n\"]}}", "\"confine.sockets\": \"" },
		{ "{\"protected\": \"x\"}", "\"protected\" must be a list" },
		{ "{\"env\": {\"A=B\": \"1\"}}", "\"env.A=B\" must be named by" },
		{ "{\"env\": {\"\": \"1\"}}", "must be named by" },
		{ "{\"env\": [\"A=B\"]}", "\"env\" must be an object" },
		{ "{\"roles\": \"x\"}", "\"roles\" must be an object" },
		{ "{\"roles\": {\"reviewer\": []}}", "\"roles.reviewer\" must be a string" },
		{ "{\"answers\": []}", "\"answers\" must be an object" },
		{ "{\"answers\": {\"rules\": {}}}", "\"answers.rules\" must be a list" },
		{ "{\"answers\": {\"rules\": [{\"match\": \"x\"}]}}", "\"answers.rules[0]\" must be" },
		{ "{\"answers\": {\"rules\": [{\"match\": \"(\", \"answer\": \"x\"}]}}",
		    "\"answers.rules[0].match\" is not a regular expression" },
		{ "{\n\"rounds\": 1,\n\"rounds\": 2}", "config.json: line 3: duplicate key" },
		{ "", "config.json: line 1: ends too early" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		const char *err = error_of(bad[i].text);

		if (strstr(err, bad[i].why) == NULL || strncmp(err, file, strlen(file)) != 0)
			fail_msg("%s: %s", bad[i].text, err);
		for (; *err != '\0'; err++)
			if ((unsigned char)*err < ' ')
				fail_msg("%s: not one plain line", bad[i].text);
	}
}

static void
the_ends_of_each_range_and_comments_are_taken(void **state)
{
	(void)state;
	assert_string_equal(error_of("// all at the lower end\n{\"rounds\": 0, \"gate_tries\": 0,"
	    "\"transcript_mb\": 1, /* no wait */ \"stop_grace\": 0,"
	    "\"setup\": [{\"command\": \"x\", \"timeout\": 1}]}"), "");
	assert_string_equal(error_of("{\"rounds\": 10, \"gate_tries\": 10, \"transcript_mb\": 65536,"
	    "\"stop_grace\": 3600, \"setup\": [{\"command\": \"x\", \"timeout\": 86400}]}"), "");
}

static void
settings_survive_the_way_through_config_json(void **state)
{
	static const char text[] = "{\"agents\": {\"a\": {\"command\": \"x\", \"resume\": [\"r\"],"
	    "\"verdict\": \"exit-status\", \"args\": [\"\"], \"env\": {\"A\": \"\"}}},"
	    "\"roles\": {\"implementer\": \"a\"}, \"gates\": [{\"name\": \"n\", \"command\": \"c\","
	    "\"timeout\": 7}, \"other\"], \"answers\": {\"rules\": [{\"match\": \"^x\","
	    "\"answer\": \"y\"}], \"default\": [{\"name\": \"d\", \"match\": \"z\", \"after\": 9, \"answer\": \"a\"}], "
	    "\"command\": [\"p\"]}, \"park\": {\"worker\": true}, \"review\": \"gates\", \"stop_grace\": 3}";
	struct config c = { 0 }, back;
	char err[512] = "", *first, *second;
	size_t len;

	(void)state;
	settings_default(&c.settings);
	assert_int_equal(apply(&c.settings, text, err, sizeof(err)), 0);
	strlcpy(c.session, "session-it-abc123", sizeof(c.session));
	strlcpy(c.item, "it", sizeof(c.item));
	c.attempt = 2;
	first = config_text(&c, &len);
	if (config_parse(&back, first, len, err, sizeof(err)) == -1)
		fail_msg("%s", err);
	second = config_text(&back, &len);
	assert_string_equal(first, second);
	assert_int_equal(back.settings.agents[back.settings.nagents - 1].verdict, VERDICT_BY_EXIT);
	assert_int_equal(back.settings.gates[0].timeout, 7);
	assert_string_equal(back.settings.rules[0].match, "^x");
	assert_string_equal(back.settings.defaults[0].name, "d");
	assert_int_equal(back.settings.defaults[0].after, 9);
	assert_true(back.settings.park_worker);
	free(first);
	free(second);
	config_release(&c);
	config_release(&back);
}

static void
only_what_git_takes_is_a_branch(void **state)
{
	static const char *const good[] = { "main", "session/it/1", "a.b", "x@y", "v1.0-rc" };
	static const char *const bad[] = { "", "-x", "a..b", "a b", "/a", "a/", "a//b", ".a", "a/.b",
		"a.lock", "a.lock/b", "a.", "a~1", "a^", "a:b", "a?", "a*", "a[", "a\\b", "@", "a@{1}",
		"a\x01", "a\xff", "HEAD" };

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		if (!branch_valid(good[i]))
			fail_msg("refused: %s", good[i]);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (branch_valid(bad[i]))
			fail_msg("taken: %s", bad[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_defaults_are_the_documented_ones),
		cmocka_unit_test(secrets_are_kept_as_where_they_come_from),
		cmocka_unit_test(confinement_that_is_required_stays_so),
		cmocka_unit_test(what_a_file_says_is_harmless_in_the_error),
		cmocka_unit_test(a_later_file_is_laid_over_key_by_key),
		cmocka_unit_test(an_unknown_key_names_the_nearest),
		cmocka_unit_test(each_wrong_value_names_its_path_and_what_is_expected),
		cmocka_unit_test(the_ends_of_each_range_and_comments_are_taken),
		cmocka_unit_test(settings_survive_the_way_through_config_json),
		cmocka_unit_test(only_what_git_takes_is_a_branch),
	};

	return (cmocka_run_group_tests(tests, NULL, NULL));
}
