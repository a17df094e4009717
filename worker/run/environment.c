/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/fault.h"
#include "proto/base/text.h"
#include "proto/sandbox/sandbox_names.h"
#include "proto/session/layout.h"
#include "proto/settings/clients.h"
#include "proto/sys/child.h"
#include "proto/sys/file.h"
#include "worker/core/worker.h"
#include "worker/run/confine.h"
#include "worker/run/ports.h"
#include "worker/run/run.h"

#define SECRET_MAX	65536
#define SECRET_MS	30000

extern char **environ;

/* The output of a command.  It runs like the worker, since it may ask a keyring, but in no directory that an
 * agent writes. */
static char *
secret_of_command(const char *shell, const char *dir, char *why, size_t len)
{
	const char *const argv[] = { "/bin/sh", "-c", shell, NULL };
	char *out = NULL;
	struct child_io io = { .max = SECRET_MAX, .out = &out, .timeout_ms = SECRET_MS };
	int status;

	status = child_run(&(struct child_spec){ .argv = argv, .dir = dir, .session = true,
	    .die_with_parent = true }, &io);
	if (status == 0)
		return out;
	fault_set(status == -1 ? errno : fault_of_status(status));
	if (status == -1)
		strlcpy(why, strerror(errno), len);
	else
		child_status_text(status, why, len);
	free(out);
	return NULL;
}

static char *
secret_of_file(const char *name, char *why, size_t len)
{
	const char *home = getenv("HOME");
	char *path, *buf = NULL;
	size_t n;

	path = strncmp(name, "~/", 2) == 0 && home != NULL ? text_format("%s%s", home, name + 1)
	    : text_format("%s", name);
	if (file_read(AT_FDCWD, path, SECRET_MAX, &buf, &n) == -1) {
		fault_set(errno);
		strlcpy(why, strerror(errno), len);
		buf = NULL;
	}
	free(path);
	return buf;
}

/* pair is NAME=command:SHELL or NAME=file:PATH. */
static int
fetch(const char *pair, const char *dir, struct strings *env, char *err, size_t len)
{
	const char *source = strchr(pair, '=') + 1, *rest = strchr(source, ':') + 1;
	char *name = text_format("%.*s", (int)(source - 1 - pair), pair), why[128] = "", *value;
	int rc = -1;

	value = source[0] == 'c' ? secret_of_command(rest, dir, why, sizeof(why))
	    : secret_of_file(rest, why, sizeof(why));
	if (value != NULL) {
		value[text_trim(value, strlen(value))] = '\0';
		strings_set(env, name, value);
		explicit_bzero(value, strlen(value));
		rc = 0;
	} else
		snprintf(err, len, "env.%s: its %s: %s", name,
		    source[0] == 'c' ? "command" : "file", why);
	free(value);
	free(name);
	return rc;
}

static int
put_all(const struct strings *plain, const struct strings *secrets, const char *dir, struct strings *env,
    char *err, size_t len)
{
	for (size_t i = 0; i < plain->n; i++)
		strings_put(env, plain->v[i]);
	for (size_t i = 0; i < secrets->n; i++)
		if (fetch(secrets->v[i], dir, env, err, len) == -1)
			return -1;
	return 0;
}

int
run_settings_environment(const struct worker *w, const struct agent *a, struct strings *env,
    char *err, size_t len)
{
	const struct settings *s = &w->config.settings;

	if (put_all(&s->env, &s->secrets, w->path, env, err, len) == -1)
		return -1;
	return a == NULL ? 0 : put_all(&a->env, &a->secrets, w->path, env, err, len);
}

/* Keeps only the absolute directories of a list: relative ones would be in the tree. */
static void
keep_absolute(struct strings *env, const char *name)
{
	const char *p = strings_value(env, name);
	struct text t = { 0 };
	size_t n;

	text_puts(&t, "");
	for (; p != NULL && *p != '\0'; p += n + (p[n] != '\0')) {
		n = strcspn(p, ":");
		if (*p == '/')
			text_printf(&t, "%s%.*s", t.len > 0 ? ":" : "", (int)n, p);
	}
	if (p != NULL)
		strings_set(env, name, t.buf);
	text_free(&t);
}

/* Keeps a judge's client, its loader and filters from looking for files in the tree under judgement. */
static void
keep_out_of_tree(struct strings *env, bool all)
{
	static const char *const lists[] = { "LD_LIBRARY_PATH", "PATH", "PYTHONPATH", "PERL5LIB", "NODE_PATH" };

	for (size_t i = 0; i < (all ? sizeof(lists) / sizeof(lists[0]) : 1); i++)
		keep_absolute(env, lists[i]);
}

static void
set_path(const struct worker *w, struct strings *env)
{
	const char *path = strings_value(env, "PATH");
	char *s;

	s = text_format("%s/" SESSION_DIR_BIN ":%s", w->path,
	    path != NULL && *path != '\0' ? path : "/usr/local/bin:/usr/bin:/bin");
	strings_set(env, "PATH", s);
	free(s);
}

/*
 * Sets the paths that a judge's commands may write through worker within: not the inbox, nor the
 * client's home.  Their scratch directory is separate, since nothing could be created in a
 * directory that contains the session.
 */
static void
set_within(const struct worker *w, enum actor actor, struct strings *env)
{
	const struct confine *c = &w->config.settings.confine;
	const char *tmp = strings_value(env, "TMPDIR"), *home = getenv("HOME");
	struct text t = { 0 };

	text_printf(&t, "%s\n%s/" CONFINE_SCRATCH "\n%s/%s\n", tmp, tmp, w->path,
	    confine_caches(actor)->cache);
	if (w->sandbox == SANDBOX_BWRAP)	/* the run's own terminals */
		text_printf(&t, "/dev/pts\n");
	if (actor_rights[actor].write)
		text_printf(&t, "%s\n", run_dir(w, actor));
	if (actor_rights[actor].git == ACTOR_GIT_SCRATCH)
		text_printf(&t, "%s/" SESSION_DIR_CLEAN_GIT "\n%s/" SESSION_DIR_SCRATCH_GIT "\n", w->path, w->path);
	for (size_t i = 0; i < c->writable.n; i++)
		text_printf(&t, "%s%s\n", c->writable.v[i][0] == '~' && home != NULL ? home : "",
		    c->writable.v[i] + (c->writable.v[i][0] == '~'));
	strings_set(env, "WITHIN_WRITE", t.buf);
	strings_set(env, "WITHIN_READ", w->path);
	text_clear(&t);
	text_printf(&t, "%s/" CONFINE_SCRATCH, tmp);
	strings_set(env, "TMPDIR", t.buf);
	text_free(&t);
}

/* Gates get the same environment wherever they run. */
static enum step
step_of(const struct worker *w, enum actor actor)
{
	return actor == ACTOR_CLEAN_SETUP || actor == ACTOR_GATE || actor == ACTOR_OWN_GATE ? STEP_GATES : w->state.step;
}

void
run_session_environment(const struct worker *w, enum actor actor, struct strings *env)
{
	char buf[PATH_MAX + 64];

	strings_set(env, "SESSION_DIR", w->path);
	strings_set(env, "SESSION_ID", w->config.session);
	strings_set(env, "ITEM_ID", w->config.item);
	strings_set(env, "WORKTREE", run_dir(w, actor));
	strings_set(env, "BASE", w->state.base);
	strings_set(env, "ROLE", role_name(w->role));
	strings_set(env, "STEP", step_name(step_of(w, actor)));
	snprintf(buf, sizeof(buf), "%lld", (long long)w->state.round);
	strings_set(env, "ROUND", buf);
	if (w->run[0] != '\0') {
		strings_set(env, "SESSION_RUN", w->run);
		if (!w->inbox)
			return;
		snprintf(buf, sizeof(buf), "%s/" SESSION_DIR_INBOX "/%s", w->path, w->run);
		strings_set(env, "SESSION_INBOX", buf);
	}
}

/* Is this variable of ours passed on? */
static bool
passes(const struct confine *c, const char *pair, bool agent, const struct client *client)
{
	size_t n = strcspn(pair, "=");
	char name[SETTINGS_MAX_ENV_NAME + 1];
	int socket;

	if (strncmp(pair, "GIT_", 4) == 0 || pair[n] == '\0' || n >= sizeof(name))
		return false;
	if (c->mode == CONFINE_OFF)
		return true;
	memcpy(name, pair, n);
	name[n] = '\0';
	socket = sandbox_socket_variable(name, &c->sockets);
	return socket != 0 ? socket > 0 : sandbox_variable(name, &c->environment) ||
	    (agent && (client_variable(name) || (client != NULL && client_own_variable(client, name))));
}

/* The commit may contain a bare repository, in which git would show what its author chose, and run its programs. */
static void
refuse_bare(struct strings *env)
{
	const char *value = strings_value(env, "GIT_CONFIG_COUNT");
	unsigned long n = value != NULL ? strtoul(value, NULL, 10) : 0;
	char name[64];

	snprintf(name, sizeof(name), "GIT_CONFIG_KEY_%lu", n);
	strings_set(env, name, "safe.bareRepository");
	snprintf(name, sizeof(name), "GIT_CONFIG_VALUE_%lu", n);
	strings_set(env, name, "explicit");
	snprintf(name, sizeof(name), "%lu", n + 1);
	strings_set(env, "GIT_CONFIG_COUNT", name);
}

int
run_environment(const struct worker *w, const struct run_spec *spec, struct strings *env, char *err,
    size_t len)
{
	const struct strings *agent = spec->env;
	char *cache, *tmp;

	for (size_t i = 0; environ[i] != NULL; i++)
		if (passes(&w->config.settings.confine, environ[i], agent != NULL, w->home.client))
			strings_add(env, environ[i]);
	if (w->sandbox != SANDBOX_NONE) {
		cache = text_format("%s/%s", w->path, confine_caches(spec->actor)->cache);
		tmp = text_format("%s/" SESSION_DIR_TMP, w->path);
		sandbox_caches(env, cache);
		strings_set(env, "TMPDIR", w->sandbox == SANDBOX_BWRAP ? "/tmp" : tmp);
		free(cache);
		free(tmp);
	}
	if (agent == NULL && run_settings_environment(w, NULL, env, err, len) == -1)
		return -1;
	for (size_t i = 0; agent != NULL && i < agent->n; i++)
		strings_put(env, agent->v[i]);
	keep_out_of_tree(env, actor_rights[spec->actor].judge || spec->actor == ACTOR_COMMIT);
	set_path(w, env);
	run_session_environment(w, spec->actor, env);
	ports_environment(w, env);
	if (actor_rights[spec->actor].judge)
		refuse_bare(env);
	if (w->sandbox != SANDBOX_NONE && actor_rights[spec->actor].judge)
		set_within(w, spec->actor, env);
	return 0;
}
