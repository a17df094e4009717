/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/stat.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/base/text.h"
#include "proto/sandbox/sandbox_names.h"

/* "*" at the end matches any rest. */
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

bool
sandbox_variable(const char *name, const struct strings *names)
{
	for (size_t i = 0; i < names->n; i++)
		if (name_like(names->v[i], name))
			return true;
	for (const char *const *v = everyone; *v != NULL; v++)
		if (name_like(*v, name))
			return true;
	return false;
}

/* Where the user has the cache: the value of variable, else the first existing place (each begins with the name
 * of a variable); "" = in XDG_CACHE_HOME, under the name dir. */
static const struct cache { const char *variable, *dir, *places, *hidden; } caches[] = {
	{ "XDG_CACHE_HOME", SANDBOX_CACHE_XDG, "HOME/.cache", "" },
	{ "npm_config_cache", "npm", "HOME/.npm", "" },
	{ "npm_config_store_dir", "pnpm", "PNPM_HOME/store XDG_DATA_HOME/pnpm/store "
	    "HOME/.local/share/pnpm/store", "" },
	{ "YARN_CACHE_FOLDER", "yarn", "", "" }, { "PIP_CACHE_DIR", "pip", "", "" },
	{ "UV_CACHE_DIR", "uv", "", "" }, { "GOCACHE", "go-build", "", "" },
	{ "BUN_INSTALL_CACHE_DIR", "bun", "BUN_INSTALL/install/cache HOME/.bun/install/cache", "" },
	{ "CARGO_HOME", "cargo", "HOME/.cargo", "credentials.toml credentials" },
	{ "GOMODCACHE", "go-mod", "GOPATH/pkg/mod HOME/go/pkg/mod", "" },
	{ "GRADLE_USER_HOME", "gradle", "HOME/.gradle", "gradle.properties" },
	{ "CCACHE_DIR", "ccache", "HOME/.ccache XDG_CACHE_HOME/ccache HOME/.cache/ccache", "" },
	{ "NUGET_PACKAGES", "nuget", "HOME/.nuget/packages", "" },
};
#define NCACHES	(sizeof(caches) / sizeof(caches[0]))

/* A layer over the containing cache is enough: each layer costs every run a mount. */
static bool
in_xdg(const struct cache *c)
{
	const char *own = getenv(c->variable);

	return c->places[0] == '\0' && (own == NULL || own[0] != '/');
}

void
sandbox_caches(struct strings *env, const char *dir)
{
	for (size_t i = 0; i < NCACHES; i++) {
		char *path = text_format("%s/%s%s", dir, in_xdg(&caches[i]) ? SANDBOX_CACHE_XDG "/" : "",
		    caches[i].dir);

		strings_set(env, caches[i].variable, path);
		free(path);
	}
}

static const struct cache *
cache_of(const char *name)
{
	for (size_t i = 0; i < NCACHES; i++)
		if (strcmp(caches[i].dir, name) == 0)
			return &caches[i];
	return NULL;
}

const char *
sandbox_cache_hidden(const char *name)
{
	const struct cache *c = cache_of(name);

	return c != NULL ? c->hidden : NULL;
}

/* place is VARIABLE or VARIABLE/REST and has len bytes. */
static void
add_place(const char *place, size_t len, const struct strings *env, struct strings *places)
{
	size_t n = strcspn(place, "/ ");
	char *name = text_format("%.*s", (int)n, place), *path;
	const char *value = strings_value(env, name);

	if (value != NULL && value[0] == '/') {
		path = text_format("%s%.*s", value, (int)(len - n), place + n);
		strings_add(places, path);
		free(path);
	}
	free(name);
}

void
sandbox_cache_places(const char *name, const struct strings *env, struct strings *places)
{
	const struct cache *c = cache_of(name);
	size_t len;

	if (c == NULL)
		return;
	add_place(c->variable, strlen(c->variable), env, places);
	for (const char *p = c->places; *p != '\0'; p += len + strspn(p + len, " ")) {
		len = strcspn(p, " ");
		add_place(p, len, env, places);
	}
}

/* The first of the places that is a directory, unless it contains the session's directory or is inside it. */
static char *
user_cache(const struct cache *c, const struct strings *env, const char *session)
{
	struct strings places = { 0 };
	char *real = NULL;
	struct stat st;

	sandbox_cache_places(c->dir, env, &places);
	for (size_t i = 0; i < places.n && real == NULL; i++)
		if (stat(places.v[i], &st) == 0 && S_ISDIR(st.st_mode))
			real = realpath(places.v[i], NULL);
	strings_free(&places);
	if (real != NULL && (sandbox_below(session, real) || sandbox_below(real, session))) {
		free(real);
		real = NULL;
	}
	return real;
}

static void
begin_layers(struct strings *argv, const char *worker, const char *session, const char *cache,
    const char *layer, bool trial)
{
	const char *dirs[] = { cache, layer };
	char *path;

	strings_add(argv, worker);
	strings_add(argv, "layer");
	if (trial)
		strings_add(argv, "-t");
	for (size_t i = 0; i < 2; i++) {
		path = text_format("%s/%s", session, dirs[i]);
		strings_add(argv, path);
		free(path);
	}
}

void
sandbox_layers(struct strings *argv, const char *worker, const char *session, const char *cache,
    const char *layer, bool trial)
{
	struct strings env = { .v = environ };
	char *lower;

	while (environ[env.n] != NULL)
		env.n++;
	for (size_t i = 0; i < NCACHES; i++) {
		if ((lower = user_cache(&caches[i], &env, session)) == NULL)
			continue;
		if (argv->n == 0)
			begin_layers(argv, worker, session, cache, layer, trial);
		strings_add(argv, caches[i].dir);
		strings_add(argv, lower);
		free(lower);
	}
	if (argv->n > 0)
		strings_add(argv, "--");
}
