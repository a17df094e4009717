/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <sys/stat.h>

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/base/text.h"
#include "proto/sandbox/sandbox_names.h"
#include "proto/sys/file.h"

static void
entry(struct sandbox *sb, const char *path, enum sandbox_access access)
{
	sb->v = reallocarray(sb->v, sb->n + 1, sizeof(*sb->v));
	assert_non_null(sb->v);
	sb->v[sb->n++] = (struct sandbox_path){ strdup(path), access, true, NULL };
}

/* "r/path w/path ...": the entries in order. */
static void
check(struct sandbox *sb, const char *expected)
{
	char buf[1024] = "";

	for (size_t i = 0; i < sb->n; i++) {
		strlcat(buf, i > 0 ? " " : "", sizeof(buf));
		strlcat(buf, (const char *[]){ "r", "w", "h", "e", "t" }[sb->v[i].access], sizeof(buf));
		strlcat(buf, sb->v[i].path, sizeof(buf));
	}
	assert_string_equal(buf, expected);
}

static void
the_deeper_path_counts(void **state)
{
	struct sandbox sb = { 0 };

	(void)state;
	entry(&sb, "/r/.worktrees/i/.git", SANDBOX_READ);
	entry(&sb, "/r/.worktrees/i", SANDBOX_WRITE);
	entry(&sb, "/r", SANDBOX_READ);
	entry(&sb, "/r-other", SANDBOX_WRITE);
	entry(&sb, "/r.c/x", SANDBOX_WRITE);
	sandbox_settle(&sb);
	check(&sb, "w/r/.worktrees/i r/r/.worktrees/i/.git w/r-other w/r.c/x");
	assert_int_equal(sandbox_access_of(&sb, "/r/.worktrees/i/a"), SANDBOX_WRITE);
	assert_int_equal(sandbox_access_of(&sb, "/r/.worktrees/i/.git"), SANDBOX_READ);
	assert_int_equal(sandbox_access_of(&sb, "/r/.worktrees/i/.github"), SANDBOX_WRITE);
	assert_int_equal(sandbox_access_of(&sb, "/r/.worktrees/ii"), SANDBOX_READ);
	assert_int_equal(sandbox_access_of(&sb, "/r"), SANDBOX_READ);
	assert_int_equal(sandbox_access_of(&sb, "/"), SANDBOX_READ);
	sandbox_free(&sb);
}

static void
of_one_path_the_later_entry_counts(void **state)
{
	struct sandbox sb = { 0 };

	(void)state;
	entry(&sb, "/s", SANDBOX_WRITE);
	entry(&sb, "/s/git", SANDBOX_WRITE);
	entry(&sb, "/s", SANDBOX_READ);
	entry(&sb, "/s/git", SANDBOX_WRITE);
	sandbox_settle(&sb);
	check(&sb, "w/s/git");
	sandbox_free(&sb);
}

static void
what_is_protected_stays_so_in_what_the_settings_open(void **state)
{
	struct sandbox sb = { 0 };

	(void)state;
	entry(&sb, "/user", SANDBOX_WRITE);
	entry(&sb, "/user/state", SANDBOX_READ);
	entry(&sb, "/user/state/s/inbox/001", SANDBOX_WRITE);
	entry(&sb, "/user/repo", SANDBOX_READ);
	entry(&sb, "/user/repo/.git", SANDBOX_READ);
	sandbox_settle(&sb);
	check(&sb, "w/user r/user/repo r/user/state w/user/state/s/inbox/001");
	sandbox_free(&sb);
}

static void
in_the_place_of_tmp_all_has_to_be_named(void **state)
{
	struct sandbox sb = { .tmp = "/s/tmp" };

	(void)state;
	entry(&sb, "/tmp/r", SANDBOX_READ);
	entry(&sb, "/tmp/r/.git", SANDBOX_READ);
	entry(&sb, "/tmp/sock", SANDBOX_HIDE);
	entry(&sb, "/run", SANDBOX_HIDE);
	entry(&sb, "/run/x", SANDBOX_HIDE);
	entry(&sb, "/run/resolv.conf", SANDBOX_READ);
	sandbox_settle(&sb);
	check(&sb, "t/dev/shm h/run r/run/resolv.conf t/tmp r/tmp/r h/tmp/sock t/var/tmp");
	sandbox_settle(&sb);
	check(&sb, "t/dev/shm h/run r/run/resolv.conf t/tmp r/tmp/r h/tmp/sock t/var/tmp");
	sandbox_free(&sb);
}

static void
bubblewrap_gets_it_in_that_order(void **state)
{
	static const char *const expected[] = { "--tmpfs", "/run", "--bind", "/s/tmp", "/tmp",
		"--ro-bind", "/tmp/r", "/tmp/r", "--bind", "/s/tmp", "/var/tmp", "--bind", "/w", "/w",
		"--chdir", "/w", "--as-pid-1", "--" };
	struct sandbox sb = { .tmp = "/s/tmp" };
	struct strings argv = { 0 };
	size_t n = sizeof(expected) / sizeof(expected[0]), i;
	bool net = false;

	(void)state;
	entry(&sb, "/w", SANDBOX_WRITE);
	entry(&sb, "/tmp/r", SANDBOX_READ);
	entry(&sb, "/run", SANDBOX_HIDE);
	sandbox_settle(&sb);
	sandbox_bwrap(&sb, "/w", &argv);
	assert_string_equal(argv.v[0], "bwrap");
	assert_true(argv.n > n);
	for (i = 0; i < n; i++)
		assert_string_equal(argv.v[argv.n - n + i], expected[i]);
	for (i = 0; i < argv.n; i++)
		net = net || strcmp(argv.v[i], "--unshare-net") == 0;
	assert_true(net);
	strings_free(&argv);
	sandbox_free(&sb);
}

static bool
has_word(const struct strings *argv, const char *word)
{
	for (size_t i = 0; i < argv->n; i++)
		if (strcmp(argv->v[i], word) == 0)
			return true;
	return false;
}

static void
a_socket_is_hidden_in_a_home_below_tmp(void **state)
{
	struct sandbox sb = { .tmp = "/s/tmp", .network = true };
	struct strings argv = { 0 };

	(void)state;
	entry(&sb, "/tmp/h/agent", SANDBOX_HIDE);
	entry(&sb, "/tmp/agent", SANDBOX_HIDE);
	sandbox_settle(&sb);
	entry(&sb, "/tmp/h", SANDBOX_READ);	/* becomes visible later, since it is needed */
	sandbox_settle(&sb);
	sandbox_bwrap(&sb, "/", &argv);
	assert_true(has_word(&argv, "/tmp/h/agent"));
	assert_false(has_word(&argv, "/tmp/agent"));
	strings_free(&argv);
	sandbox_free(&sb);
}

static void
the_environment_is_a_list(void **state)
{
	struct strings none = { 0 }, more = { 0 };

	(void)state;
	strings_add(&more, "MY_*");
	strings_add(&more, "ONE");
	assert_true(sandbox_variable("PATH", &none));
	assert_true(sandbox_variable("LC_ALL", &none));
	assert_false(sandbox_variable("LCX", &none));
	assert_false(sandbox_variable("PATHS", &none));
	assert_false(sandbox_variable("ANTHROPIC_API_KEY", &none));
	assert_true(sandbox_variable("MY_TOKEN", &more));
	assert_true(sandbox_variable("ONE", &more));
	assert_false(sandbox_variable("ONES", &more));
	strings_free(&more);
}

static void
variables_of_sockets_are_known(void **state)
{
	struct strings none = { 0 }, docker = { 0 };

	(void)state;
	strings_add(&docker, "docker");
	assert_int_equal(sandbox_socket_variable("DOCKER_HOST", &none), -1);
	assert_int_equal(sandbox_socket_variable("DOCKER_HOST", &docker), 1);
	assert_int_equal(sandbox_socket_variable("DBUS_SESSION_BUS_ADDRESS", &docker), -1);
	assert_int_equal(sandbox_socket_variable("TMUX_PANE", &none), -1);
	assert_int_equal(sandbox_socket_variable("PANE", &none), 0);
	assert_true(sandbox_socket_known("ssh-agent"));
	assert_false(sandbox_socket_known("ssh"));
	strings_free(&docker);
}

static void
caches_are_below_one_directory(void **state)
{
	struct strings env = { 0 };

	(void)state;
	strings_add(&env, "XDG_CACHE_HOME=/user/.cache");
	unsetenv("PIP_CACHE_DIR");
	sandbox_caches(&env, "/s/cache");
	assert_string_equal(strings_value(&env, "XDG_CACHE_HOME"), "/s/cache/xdg");
	assert_string_equal(strings_value(&env, "npm_config_cache"), "/s/cache/npm");
	assert_string_equal(strings_value(&env, "CARGO_HOME"), "/s/cache/cargo");
	assert_string_equal(strings_value(&env, "PIP_CACHE_DIR"), "/s/cache/xdg/pip");
	setenv("PIP_CACHE_DIR", "/p", 1);
	sandbox_caches(&env, "/s/cache");
	assert_string_equal(strings_value(&env, "PIP_CACHE_DIR"), "/s/cache/pip");
	unsetenv("PIP_CACHE_DIR");
	strings_free(&env);
}

static void
places(const char *name, const char *expected, const char *const *vars)
{
	struct strings env = { 0 }, found = { 0 };
	char buf[1024] = "";

	for (; *vars != NULL; vars++)
		strings_add(&env, *vars);
	sandbox_cache_places(name, &env, &found);
	for (size_t i = 0; i < found.n; i++) {
		strlcat(buf, i > 0 ? " " : "", sizeof(buf));
		strlcat(buf, found.v[i], sizeof(buf));
	}
	assert_string_equal(buf, expected);
	strings_free(&found);
	strings_free(&env);
}

static void
a_cache_of_the_user_is_where_its_variable_says_or_where_it_usually_is(void **state)
{
	static const char *const home[] = { "HOME=/u", NULL };
	static const char *const all[] = { "HOME=/u", "XDG_CACHE_HOME=/x", "CARGO_HOME=/c",
		"GOPATH=/g", "PIP_CACHE_DIR=relative", "npm_config_cache=", NULL };
	static const char *const pip[] = { "HOME=/u", "PIP_CACHE_DIR=/p", NULL };
	static const char *const none[] = { "HOMES=/u", NULL };

	(void)state;
	places(SANDBOX_CACHE_XDG, "/u/.cache", home);
	places(SANDBOX_CACHE_XDG, "/x /u/.cache", all);
	places("npm", "/u/.npm", home);
	places("npm", "/u/.npm", all);
	places("cargo", "/u/.cargo", home);
	places("cargo", "/c /u/.cargo", all);
	places("go-mod", "/g/pkg/mod /u/go/pkg/mod", all);
	places("pip", "", all);	/* in XDG_CACHE_HOME */
	places("pip", "/p", pip);
	places("ccache", "/u/.ccache /u/.cache/ccache", home);
	places("cargo", "", none);
	places("registry", "", home);
	places("../cargo", "", home);
}

static void
credentials_in_caches_are_known(void **state)
{
	(void)state;
	assert_string_equal(sandbox_cache_hidden("cargo"), "credentials.toml credentials");
	assert_string_equal(sandbox_cache_hidden("npm"), "");
	assert_null(sandbox_cache_hidden("cargo/registry"));
	assert_null(sandbox_cache_hidden(""));
}

static void
layers_are_of_caches_that_are_there_and_apart_from_the_session(void **state)
{
	static const char *const elsewhere[] = { "npm_config_cache", "npm_config_store_dir", "PNPM_HOME",
		"XDG_DATA_HOME", "YARN_CACHE_FOLDER", "PIP_CACHE_DIR", "UV_CACHE_DIR", "GOCACHE",
		"BUN_INSTALL_CACHE_DIR", "BUN_INSTALL", "CARGO_HOME", "GOMODCACHE", "GOPATH",
		"GRADLE_USER_HOME", "CCACHE_DIR", "NUGET_PACKAGES" };
	char home[] = "/tmp/test-sandbox-XXXXXX", *npm, *cargo, *xdg;
	struct strings argv = { 0 };

	(void)state;
	assert_non_null(mkdtemp(home));
	for (size_t i = 0; i < sizeof(elsewhere) / sizeof(elsewhere[0]); i++)
		unsetenv(elsewhere[i]);
	setenv("HOME", home, 1);
	npm = text_format("%s/.npm", home);
	cargo = text_format("%s/.cargo", home);
	xdg = text_format("%s/.cache", home);
	assert_int_equal(mkdir(xdg, 0700), 0);
	setenv("XDG_CACHE_HOME", home, 1);	/* the session is inside */
	sandbox_layers(&argv, "/worker", cargo, "cache", "layer", true);
	assert_int_equal(argv.n, 0);
	assert_int_equal(mkdir(npm, 0700), 0);
	assert_int_equal(symlink(npm, cargo), 0);
	sandbox_layers(&argv, "/worker", xdg, "cache", "layer", true);
	assert_int_equal(argv.n, 10);
	assert_string_equal(argv.v[2], "-t");
	assert_string_equal(argv.v[5], "npm");
	assert_string_equal(argv.v[6], npm);
	assert_string_equal(argv.v[7], "cargo");
	assert_string_equal(argv.v[8], npm);	/* links are followed */
	assert_string_equal(argv.v[9], "--");
	assert_int_equal(file_remove_tree(AT_FDCWD, home), 0);
	strings_free(&argv);
	free(npm);
	free(cargo);
	free(xdg);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_deeper_path_counts),
		cmocka_unit_test(of_one_path_the_later_entry_counts),
		cmocka_unit_test(what_is_protected_stays_so_in_what_the_settings_open),
		cmocka_unit_test(in_the_place_of_tmp_all_has_to_be_named),
		cmocka_unit_test(bubblewrap_gets_it_in_that_order),
		cmocka_unit_test(a_socket_is_hidden_in_a_home_below_tmp),
		cmocka_unit_test(the_environment_is_a_list),
		cmocka_unit_test(variables_of_sockets_are_known),
		cmocka_unit_test(caches_are_below_one_directory),
		cmocka_unit_test(a_cache_of_the_user_is_where_its_variable_says_or_where_it_usually_is),
		cmocka_unit_test(credentials_in_caches_are_known),
		cmocka_unit_test(layers_are_of_caches_that_are_there_and_apart_from_the_session),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
