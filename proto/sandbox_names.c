/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/stat.h>

#include <stdlib.h>
#include <string.h>

#include "sandbox_names.h"
#include "text.h"

/* "*" at the end stands for any rest. */
static const char *const everyone[] = {
	"PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "LC_*", "TZ", "TERM",
	"COLORTERM", "NO_COLOR", "CI", "ORCHESTRATOR_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME",
	"XDG_STATE_HOME", "http_proxy", "https_proxy", "no_proxy", "all_proxy", "HTTP_PROXY",
	"HTTPS_PROXY", "NO_PROXY", "ALL_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR",
	"NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "CC", "CXX", "CPPFLAGS",
	"CFLAGS", "CXXFLAGS", "LDFLAGS", "LD_LIBRARY_PATH", "PKG_CONFIG_PATH", "CMAKE_PREFIX_PATH",
	"JAVA_HOME", "GOROOT", "GOPATH", "GOPROXY", "GOFLAGS", "RUSTUP_HOME", "RUSTUP_TOOLCHAIN",
	"NVM_DIR", "NODE_OPTIONS", "NODE_PATH", "PNPM_HOME", "PYENV_ROOT", "PYTHONPATH",
	"VIRTUAL_ENV", "CONDA_PREFIX", "RBENV_ROOT", "GEM_HOME", "GEM_PATH", "PERL5LIB", NULL
};
static const char *const agents[] = {
	"ANTHROPIC_*", "CLAUDE_*", "BASH_DEFAULT_TIMEOUT_MS", "BASH_MAX_TIMEOUT_MS",
	"MAX_THINKING_TOKENS", "IS_SANDBOX", "OPENAI_*", "CODEX_*", "AZURE_OPENAI_*", "GEMINI_*",
	"GOOGLE_API_KEY", "GOOGLE_APPLICATION_CREDENTIALS", "GOOGLE_CLOUD_*", "OPENCODE_*",
	"OPENROUTER_API_KEY", "AIDER_*", "DEEPSEEK_API_KEY", "GROQ_API_KEY", "MISTRAL_API_KEY",
	"XAI_API_KEY", NULL
};

static bool
matches(const char *pattern, const char *name)
{
	size_t len = strlen(pattern);

	if (len > 0 && pattern[len - 1] == '*')
		return strncmp(pattern, name, len - 1) == 0;
	return strcmp(pattern, name) == 0;
}

static bool
one_of(const char *const *list, const char *name)
{
	for (; *list != NULL; list++)
		if (matches(*list, name))
			return true;
	return false;
}

bool
sandbox_variable(const char *name, bool agent, const struct strings *names)
{
	for (size_t i = 0; i < names->n; i++)
		if (matches(names->v[i], name))
			return true;
	return one_of(everyone, name) || (agent && one_of(agents, name));
}

static const struct cache { const char *variable, *dir; } caches[] = {
	{ "XDG_CACHE_HOME", "" }, { "npm_config_cache", "/npm" }, { "npm_config_store_dir", "/pnpm" },
	{ "YARN_CACHE_FOLDER", "/yarn" }, { "BUN_INSTALL_CACHE_DIR", "/bun" },
	{ "PIP_CACHE_DIR", "/pip" }, { "UV_CACHE_DIR", "/uv" }, { "CARGO_HOME", "/cargo" },
	{ "GOCACHE", "/go-build" }, { "GOMODCACHE", "/go-mod" }, { "GRADLE_USER_HOME", "/gradle" },
	{ "CCACHE_DIR", "/ccache" }, { "NUGET_PACKAGES", "/nuget" },
};

void
sandbox_caches(struct strings *env, const char *dir)
{
	for (size_t i = 0; i < sizeof(caches) / sizeof(caches[0]); i++) {
		char *path = text_format("%s%s", dir, caches[i].dir);

		strings_set(env, caches[i].variable, path);
		free(path);
	}
}

/* Paths below home, blank between them; what begins with "-" is not to be written. */
static const struct client { const char *name, *variable, *paths; } clients[] = {
	{ "claude", "CLAUDE_CONFIG_DIR", ".claude .claude.json -settings.json -settings.local.json "
	    "-CLAUDE.md -agents -commands -hooks -plugins -skills" },
	{ "codex", "CODEX_HOME", ".codex -config.toml -AGENTS.md -prompts -hooks -rules" },
	{ "gemini", NULL, ".gemini -settings.json -GEMINI.md -commands -extensions" },
	{ "opencode", NULL, ".local/share/opencode .local/state/opencode .cache/opencode" },
	{ "aider", NULL, ".aider" },
};

static void
client_paths(struct sandbox *sb, const struct client *c, const char *home)
{
	const char *own = c->variable != NULL ? getenv(c->variable) : NULL, *p;
	char *dir = NULL, *path;
	size_t len;

	for (p = c->paths; *p != '\0'; p += len + strspn(p + len, " ")) {
		len = strcspn(p, " ");
		if (*p == '-')
			path = text_format("%s/%.*s", dir, (int)len - 1, p + 1);
		else if (dir == NULL && own != NULL && own[0] == '/')
			path = text_format("%s", own);
		else
			path = text_format("%s/%.*s", home, (int)len, p);
		if (dir == NULL)
			(void)mkdir(path, 0700);
		sandbox_add(sb, path, *p == '-' ? SANDBOX_READ : SANDBOX_WRITE);
		if (dir == NULL)
			dir = path;
		else
			free(path);
	}
	free(dir);
}

void
sandbox_client(struct sandbox *sb, const char *name, const char *home)
{
	const char *base = name != NULL ? strrchr(name, '/') : NULL;

	for (size_t i = 0; name != NULL && i < sizeof(clients) / sizeof(clients[0]); i++)
		if (strcmp(clients[i].name, base != NULL ? base + 1 : name) == 0)
			client_paths(sb, &clients[i], home);
}
