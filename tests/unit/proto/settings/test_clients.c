/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/scratch.h"

#include "proto/settings/clients.h"
#include "proto/settings/settings.h"

static void
what_steers_a_client_is_known_at_any_depth(void **state)
{
	static const char *const steer[] = { "CLAUDE.md", "AGENTS.md", "GEMINI.md", ".mcp.json", ".claude/settings.json",
		"sub/CLAUDE.md", "a/b/.opencode/plugin/x.js", ".codex", ".agents/skills/x/SKILL.md", "opencode.json", ".env" };
	static const char *const other[] = { "CLAUDE.md.txt", "xCLAUDE.md", "src/claude/x", ".claudex/settings.json",
		"x.mcp.json", "doc/AGENTS.mdx", ".environment", "" };

	(void)state;
	for (size_t i = 0; i < sizeof(steer) / sizeof(steer[0]); i++)
		if (!client_steered_by(steer[i]))
			fail_msg("%s", steer[i]);
	for (size_t i = 0; i < sizeof(other) / sizeof(other[0]); i++)
		if (client_steered_by(other[i]))
			fail_msg("%s", other[i]);
}

/* The client of an agent with this adapter and command. */
static const char *
client(const char *adapter, const char *const *words)
{
	struct agent a = { .adapter = strdup(adapter) };
	const struct client *c;

	for (; *words != NULL; words++)
		strings_add(&a.command, *words);
	c = client_of(&a);
	strings_free(&a.command);
	free(a.adapter);
	return c != NULL ? c->name : "none";
}

static void
a_client_is_known_by_adapter_or_program(void **state)
{
	static const struct { const char *adapter, *words[4], *name; } table[] = {
		{ "claude", { NULL }, "claude" },
		{ "command", { "codex", "exec", NULL }, "codex" },
		{ "command", { "/opt/bin/opencode", NULL }, "opencode" },
		{ "command", { "/bin/sh", "-c", "gemini -p x", NULL }, "gemini" },
		{ "command", { "/bin/sh", "-c", "/opt/codex;true", NULL }, "codex" },
		{ "command", { "/bin/sh", "-c", "make codex", NULL }, "none" },
		{ "command", { "sh", "codex", NULL }, "none" },
		{ "command", { "mycodex", NULL }, "none" },
		{ "command", { NULL }, "none" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		assert_string_equal(client(table[i].adapter, table[i].words), table[i].name);
}

static void
a_variable_says_where_the_user_has_it(void **state)
{
	static const struct { const char *name, *variable, *dir; } table[] = {
		{ "claude", NULL, "/h/.claude" }, { "claude", "/x", "/x" }, { "claude", "relative", "/h/.claude" },
		{ "gemini", NULL, "/h/.gemini" }, { "gemini", "/x", "/x/.gemini" },
		{ "opencode", "/x", "/x/opencode" }, { "aider", NULL, "/h/.aider" },
	};
	char *dir;

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		for (size_t j = 0; j < nclients; j++) {
			if (strcmp(clients[j].name, table[i].name) != 0)
				continue;
			dir = client_user_home(&clients[j].homes[0], table[i].variable, "/h");
			assert_string_equal(dir, table[i].dir);
			free(dir);
		}
}

static void
a_variable_that_others_use_too_is_for_the_client_that_reads_it(void **state)
{
	const struct client *claude = client_of_adapter("claude"), *codex = client_of_adapter("codex");

	(void)state;
	assert_true(client_own_variable(claude, "AWS_SECRET_ACCESS_KEY"));
	assert_true(client_own_variable(claude, "MCP_TIMEOUT"));
	assert_true(client_own_variable(client_of_adapter("gemini"), "GOOGLE_GENAI_USE_VERTEXAI"));
	assert_false(client_own_variable(codex, "AWS_SECRET_ACCESS_KEY"));
	assert_true(client_own_variable(NULL, "AWS_SECRET_ACCESS_KEY"));
	assert_false(client_own_variable(NULL, "HOME"));
}

static void
a_variable_of_any_client_is_for_agents(void **state)
{
	(void)state;
	assert_true(client_variable("ANTHROPIC_API_KEY"));
	assert_true(client_variable("GROQ_API_KEY"));
	assert_true(client_variable("IS_SANDBOX"));
	assert_false(client_variable("IS_SANDBOXED"));
	assert_false(client_variable("AWS_SECRET_ACCESS_KEY"));
}

static void
an_agent_reports_late_what_its_adapter_hears_at_the_end_of_a_turn(void **state)
{
	static const struct { const char *adapter; bool tokens, usd; } rows[] = {
		{ "claude", false, true }, { "opencode", false, false }, { "codex", false, true }, { "gemini", true, true },
		{ ADAPTER_ACP, true, true }, { ADAPTER_COMMAND, false, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char adapter[16];
		struct agent a = { .adapter = adapter };

		strlcpy(adapter, rows[i].adapter, sizeof(adapter));
		assert_int_equal(client_reports_late(&a, &(struct budget){ .tokens = 1 }), rows[i].tokens);
		assert_int_equal(client_reports_late(&a, &(struct budget){ .microusd = 1 }), rows[i].usd);
		assert_false(client_reports_late(&a, &(struct budget){ .tokens = 0 }));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_steers_a_client_is_known_at_any_depth),
		cmocka_unit_test(a_client_is_known_by_adapter_or_program),
		cmocka_unit_test(a_variable_says_where_the_user_has_it),
		cmocka_unit_test(a_variable_of_any_client_is_for_agents),
		cmocka_unit_test(a_variable_that_others_use_too_is_for_the_client_that_reads_it),
		cmocka_unit_test(an_agent_reports_late_what_its_adapter_hears_at_the_end_of_a_turn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
