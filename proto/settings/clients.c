/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "proto/base/text.h"
#include "proto/settings/clients.h"
#include "proto/settings/settings.h"

const struct client clients[] = {
	{ .name = "claude", .also = "claude-agent-acp", .provider = "anthropic", .adapter = true, .reports = REPORTS_TOKENS,
	    .variables = "ANTHROPIC_* CLAUDE_* BASH_DEFAULT_TIMEOUT_MS BASH_MAX_TIMEOUT_MS MAX_THINKING_TOKENS IS_SANDBOX",
	    .own = "API_TIMEOUT_MS AWS_* CLOUD_ML_REGION DISABLE_* GOOGLE_* MCP_* VERTEX_*",
	    .homes = { { .variable = "CLAUDE_CONFIG_DIR", .below = "", .user = ".claude",
		.shared = "settings.json settings.local.json CLAUDE.md agents commands hooks output-styles "
		    "plugins rules skills", .needed = "", .seed = ".claude.json", .sign_in = ".credentials.json" } },
	    .sign_in = { "CLAUDE_CODE_OAUTH_TOKEN", "claudeAiOauth.accessToken",
		"claudeAiOauth.refreshToken", "claudeAiOauth.expiresAt", "apiKeyHelper awsAuthRefresh "
		"awsCredentialExport model", "ANTHROPIC_* API_TIMEOUT_MS AWS_* CLAUDE_CODE_SKIP_* CLAUDE_CODE_USE_* "
		"CLOUD_ML_REGION GOOGLE_* HTTPS_PROXY HTTP_PROXY NODE_EXTRA_CA_CERTS NO_PROXY VERTEX_*" },
	    .steers = "CLAUDE.md CLAUDE.local.md AGENTS.md .claude .mcp.json",
	    .instructions = "CLAUDE.md .claude/CLAUDE.md AGENTS.md", .imports = 5,
	    .screen = "IS_SANDBOX=1 claude --resume %s --dangerously-skip-permissions" },
	{ .name = "codex", .also = "codex-acp", .provider = "openai", .adapter = true, .reports = REPORTS_TOKENS,
	    .server = "app-server", .variables = "OPENAI_* CODEX_* AZURE_OPENAI_*",
	    .homes = { { .variable = "CODEX_HOME", .below = "", .user = ".codex",
		.shared = "config.toml AGENTS.md AGENTS.override.md hooks hooks.json prompts rules skills",
		.needed = "config.toml", .seed = "", .sign_in = "auth.json" } },
	    .sign_in = { .refresh = "tokens.refresh_token", .expires = "last_refresh" },
	    .steers = "AGENTS.md AGENTS.override.md .agents .codex",
	    .instructions = "AGENTS.override.md AGENTS.md",
	    .screen = "codex resume %s --dangerously-bypass-approvals-and-sandbox -c allow_login_shell=false" },
	{ .name = "gemini", .provider = "gcp.gen_ai", .adapter = true, .minutes = true,
	    .variables = "GEMINI_* GOOGLE_API_KEY GOOGLE_APPLICATION_CREDENTIALS GOOGLE_CLOUD_*", .own = "GOOGLE_*",
	    .homes = { { .variable = "GEMINI_CLI_HOME", .below = ".gemini", .user = ".gemini",
		.shared = ".env GEMINI.md commands extensions policies settings.json skills",
		.needed = ".env settings.json", .seed = "", .sign_in = "oauth_creds.json" } },
	    .sign_in = { .refresh = "refresh_token", .expires = "expiry_date" },
	    .steers = "GEMINI.md AGENTS.md .agents .gemini .env",
	    .instructions = "GEMINI.md",
	    .screen = "GEMINI_CLI_TRUST_WORKSPACE=true gemini --approval-mode yolo --resume %s" },
	{ .name = "opencode", .adapter = true, .reports = REPORTS_ALL,
	    .variables = "OPENCODE_* OPENROUTER_API_KEY", .own = "AWS_* AZURE_* GOOGLE_*",
	    .homes = { { .variable = "XDG_DATA_HOME", .below = "opencode", .user = ".local/share/opencode",
		.mounted = true, .shared = "", .needed = "", .seed = "", .sign_in = "auth.json" },
		{ .variable = "XDG_STATE_HOME", .below = "opencode", .user = ".local/state/opencode",
		.mounted = true, .shared = "", .needed = "", .seed = "", .sign_in = "" },
		{ .below = "", .user = ".config/opencode", .mounted = true,
		.shared = "AGENTS.md agent agents command commands config.json mode modes opencode.json "
		    "opencode.jsonc node_modules package.json package-lock.json plugin plugins skill skills themes tool tools",
		.needed = "config.json opencode.json opencode.jsonc", .seed = "", .sign_in = "" } },
	    .steers = "AGENTS.md CLAUDE.md .agents .claude .opencode opencode.json opencode.jsonc",
	    .instructions = "AGENTS.md CLAUDE.md",
	    .screen = "OPENCODE_PERMISSION={\"*\":\"allow\"} OPENCODE_DISABLE_AUTOUPDATE=1 opencode --session %s" },
	{ .name = "aider", .variables = "AIDER_* DEEPSEEK_API_KEY GROQ_API_KEY MISTRAL_API_KEY XAI_API_KEY",
	    .homes = { { .below = "", .user = ".aider", .mounted = true, .shared = "", .needed = "", .seed = "",
		.sign_in = "" } },
	    .steers = ".aider.conf.yml .aider.model.settings.yml .aider.model.metadata.json .env", .instructions = "" },
	{ .name = "copilot", .fails = "Error: ", .servers = "--additional-mcp-config", .variables = "COPILOT_* GH_TOKEN",
	    .homes = { { .below = "", .user = ".copilot", .mounted = true,
		.shared = "config.json mcp-config.json agents skills copilot-instructions.md", .needed = "config.json", .seed = "",
		.sign_in = "" } },
	    .steers = "AGENTS.md CLAUDE.md GEMINI.md .github/copilot-instructions.md .github/instructions .github/agents "
		".copilot .mcp.json .vscode/mcp.json",
	    .instructions = ".github/copilot-instructions.md AGENTS.md" },
	{ .name = "qwen", .variables = "QWEN_* DASHSCOPE_API_KEY OPENAI_*",
	    .homes = { { .below = "", .user = ".qwen", .mounted = true,
		.shared = ".env QWEN.md commands extensions settings.json skills agents", .needed = ".env settings.json", .seed = "",
		.sign_in = "oauth_creds.json" } },
	    .sign_in = { .refresh = "refresh_token", .expires = "expiry_date" },
	    .steers = "QWEN.md AGENTS.md .agents .qwen .env", .instructions = "QWEN.md AGENTS.md" },
};
const size_t nclients = sizeof(clients) / sizeof(clients[0]);

struct named { const char *program; size_t len; bool found; };

static void
compare_name(void *arg, const char *name)
{
	struct named *n = arg;

	n->found = n->found || (strlen(name) == n->len && strncmp(n->program, name, n->len) == 0);
}

/* Is a program, by the end of its path, one of the client's? */
static bool
is_named(const char *path, size_t len, const struct client *c)
{
	struct named n = { .program = path + len };

	for (; n.len < len && n.program[-1] != '/'; n.len++)
		n.program--;
	compare_name(&n, c->name);
	client_words(c->also != NULL ? c->also : "", compare_name, &n);
	return n.found;
}

const struct client *
client_of(const struct agent *a)
{
	const char *program = a->client != NULL ? a->client : a->command.n > 0 ? a->command.v[0] : "";

	/* a command string for sh(1) */
	if (a->client == NULL && a->command.n == 3 && strcmp(a->command.v[1], "-c") == 0)
		program = a->command.v[2];
	for (size_t i = 0; i < nclients; i++)
		if (strcmp(clients[i].name, a->adapter) == 0 ||
		    is_named(program, strcspn(program, " \t\n;&|<>"), &clients[i]))
			return &clients[i];
	return NULL;
}

const struct client *
client_of_adapter(const char *adapter)
{
	for (size_t i = 0; i < nclients; i++)
		if (clients[i].adapter && strcmp(clients[i].name, adapter) == 0)
			return &clients[i];
	return NULL;
}

bool
client_reports_late(const struct agent *a, const struct budget *limit)
{
	const struct client *c = client_of_adapter(a->adapter);
	bool tokens = c != NULL && c->reports != REPORTS_TURNS, all = c != NULL && c->reports == REPORTS_ALL;

	if (strcmp(a->adapter, ADAPTER_COMMAND) == 0)	/* it reports nothing */
		return false;
	return (limit->tokens != 0 && !tokens) || (limit->microusd != 0 && !all);
}

bool
client_variable(const char *name)
{
	for (size_t i = 0; i < nclients; i++)
		if (client_words_like(clients[i].variables, name))
			return true;
	return false;
}

bool
client_own_variable(const struct client *c, const char *name)
{
	for (size_t i = 0; i < nclients; i++)
		if ((c == NULL || c == &clients[i]) && clients[i].own != NULL && client_words_like(clients[i].own, name))
			return true;
	return false;
}

char *
client_user_home(const struct client_home *h, const char *variable, const char *home)
{
	if (variable == NULL || variable[0] != '/')
		return text_format("%s/%s", home, h->user);
	return text_format("%s%s%s", variable, h->below[0] != '\0' ? "/" : "", h->below);
}

void
client_words(const char *words, void (*fn)(void *, const char *), void *arg)
{
	char *word;
	size_t n;

	for (; *words != '\0'; words += n + strspn(words + n, " ")) {
		n = strcspn(words, " ");
		word = text_format("%.*s", (int)n, words);
		fn(arg, word);
		free(word);
	}
}

struct like { const char *name; bool found; };

static void
like_one(void *arg, const char *pattern)
{
	struct like *l = arg;

	l->found = l->found || name_like(pattern, l->name);
}

bool
client_words_like(const char *words, const char *name)
{
	struct like l = { .name = name };

	client_words(words, like_one, &l);
	return l.found;
}

struct match { const char *path; size_t end; };

static void
match_one(void *arg, const char *word)
{
	struct match *m = arg;
	size_t len = strlen(word);

	for (const char *p = m->path; p != NULL && m->end == 0; p = strchr(p, '/'), p = p != NULL ? p + 1 : NULL)
		if (strncmp(p, word, len) == 0 && (p[len] == '\0' || p[len] == '/'))
			m->end = (size_t)(p - m->path) + len;
}

size_t
client_steered_at(const struct client *c, const char *path)
{
	struct match m = { .path = path };

	client_words(c->steers, match_one, &m);
	return m.end;
}

bool
client_steered_by(const char *path)
{
	for (size_t i = 0; i < nclients; i++)
		if (client_steered_at(&clients[i], path) != 0)
			return true;
	return false;
}
