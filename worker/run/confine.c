/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/base/fault.h"
#include "proto/base/text.h"
#include "proto/sandbox/sandbox_names.h"
#include "proto/session/layout.h"
#include "proto/sys/file.h"
#include "worker/core/output.h"
#include "worker/core/worker.h"
#include "worker/run/confine.h"
#include "worker/run/gitdir.h"
#include "worker/run/home.h"
#include "worker/run/run.h"

/* Says that a run was not confined by bubblewrap, when the session continues with it. */
#define UNCONFINED	SESSION_DIR_SAFE_GIT "/unconfined"
#define CACHE	"confine"	/* file in the state directory: bubblewrap works here */

/* The session's own binary, which every run sees; otherwise this one, for gates of a session that has never run. */
static bool
own_binary(const struct worker *w, char *path, size_t size)
{
	ssize_t n;

	snprintf(path, size, "%s/" SESSION_DIR_BIN "/worker", w->path);
	if (access(path, X_OK) == 0)
		return true;
	n = readlink("/proc/self/exe", path, size - 1);
	path[n > 0 ? n : 0] = '\0';
	return false;
}

void
confine_begin(struct worker *w)
{
	char *state = confine_state(w), *cache;
	struct strings trial = { 0 };

	w->sandbox = SANDBOX_NONE;
	w->probing = w->config.settings.confine.mode != CONFINE_OFF;
	(void)file_remove_tree(w->dirfd, SESSION_DIR_TMP);	/* left by a run whose worker was killed */
	cache = state != NULL ? text_format("%s/" CACHE, state) : NULL;
	if (w->probing) {
		/* before bubblewrap: this program, whatever the version of the session's own copy */
		sandbox_layers(&trial, "/proc/self/exe", w->path, SESSION_DIR_CACHE, SESSION_DIR_LAYER, true);
		sandbox_probe_start(&w->probe, cache, &trial);
	}
	strings_free(&trial);
	free(cache);
	free(state);
}

static int
mark_unconfined(struct worker *w)
{
	if (w->sandbox == SANDBOX_BWRAP || !file_exists(w->dirfd, SESSION_DIR_SAFE_GIT) ||
	    file_replace(w->dirfd, UNCONFINED, "", 0, FILE_DATA) == 0)
		return 0;
	worker_broken(w, "%s/" UNCONFINED ": %s", w->path, strerror(errno));
	return -1;
}

int
confine_ready(struct worker *w)
{
	enum confine_mode mode = w->config.settings.confine.mode;
	char why[320];

	if (!w->probing)
		return mark_unconfined(w);
	w->probing = false;
	w->sandbox = sandbox_probe_end(&w->probe, why, sizeof(why));
	w->layered = w->probe.layered;
	if (w->sandbox == SANDBOX_BWRAP)
		return 0;
	if (mark_unconfined(w) == -1)
		return -1;
	if (w->sandbox == SANDBOX_NONE && mode == CONFINE_REQUIRE) {
		worker_fail(w, "confine", "\"confine\" is \"require\", but %s; install bubblewrap, or "
		    "see orchestrator doctor", why);
		return -1;
	}
	if (w->sandbox == SANDBOX_NONE)
		output_log("warning: nothing confines agents, setup and gates: %s", why);
	else
		output_log("%s", why);
	return 0;
}

bool
confine_holds(const struct worker *w)
{
	const struct confine *c = &w->config.settings.confine;
	const char *home = getenv("HOME");
	bool holds = w->sandbox == SANDBOX_BWRAP && c->sockets.n == 0 && !file_exists(w->dirfd, UNCONFINED);
	char *path, *real;

	for (size_t i = 0; i < c->writable.n && holds; i++) {
		path = c->writable.v[i][0] == '~' && home != NULL ? text_format("%s/%s", home, c->writable.v[i] + 2) :
		    text_format("%s", c->writable.v[i]);
		real = realpath(path, NULL);
		holds = !sandbox_below(real != NULL ? real : path, w->repo.common);
		free(real);
		free(path);
	}
	return holds;
}

static void
add_below(struct sandbox *sb, const char *dir, const char *name, enum sandbox_access access)
{
	char *path = text_format("%s/%s", dir, name);

	sandbox_add(sb, path, access);
	free(path);
}

/* The user's own list; the protection below overrides it. */
static void
add_settings(const struct confine *c, struct sandbox *sb)
{
	const char *home = getenv("HOME");

	for (size_t i = 0; i < c->writable.n; i++)
		if (c->writable.v[i][0] == '~' && home != NULL)
			add_below(sb, home, c->writable.v[i] + 2, SANDBOX_WRITE);
		else
			sandbox_add(sb, c->writable.v[i], SANDBOX_WRITE);
}

/* Protects other sessions, the orchestrator's state, the repository and its checkout. */
static void
add_protected(const struct worker *w, struct sandbox *sb)
{
	const char *common = w->repo.common != NULL ? w->repo.common : w->config.repository;
	char *dir = confine_state(w);

	/* a reader could lock a lock file, and block every process that waits for it */
	sandbox_add(sb, dir != NULL ? dir : getenv("ORCHESTRATOR_HOME"), SANDBOX_EMPTY);
	if (dir == NULL) {	/* at least the neighbouring sessions */
		dir = text_format("%.*s", (int)(strrchr(w->path, '/') - w->path), w->path);
		sandbox_add(sb, dir, SANDBOX_READ);
	}
	free(dir);
	sandbox_add(sb, w->repo.top, SANDBOX_READ);
	if (common != NULL && w->repo.top == NULL && strlen(common) > 5 &&
	    strcmp(common + strlen(common) - 5, "/.git") == 0) {
		dir = text_format("%.*s", (int)strlen(common) - 5, common);
		sandbox_add(sb, dir, SANDBOX_READ);
		free(dir);
	}
	sandbox_add(sb, common, SANDBOX_READ);
	sandbox_add(sb, w->path, SANDBOX_READ);
}

/* Mounts from at path where mounts work; elsewhere uses from. */
static void
add_at(const struct worker *w, const char *from, const char *path, enum sandbox_access access,
    struct sandbox *sb)
{
	if (strcmp(from, path) != 0 && w->sandbox == SANDBOX_BWRAP)
		sandbox_bind(sb, from, path, access);
	else
		sandbox_add(sb, from, access);
}

/* Adds the tree at the place where runs find it; it names its git directory itself. */
static void
add_tree(const struct worker *w, enum actor actor, struct sandbox *sb)
{
	const char *tree = run_tree(w, actor), *dir = run_dir(w, actor);
	char *from = text_format("%s/.git", tree), *to = text_format("%s/.git", dir);

	add_at(w, tree, dir, actor_rights[actor].write ? SANDBOX_WRITE : SANDBOX_READ, sb);
	add_at(w, from, to, SANDBOX_READ, sb);
	free(from);
	free(to);
}

/* Adds the git directory that a run in the clean tree may write, in place of the one that the tree names. */
static void
add_scratch(const struct worker *w, struct sandbox *sb)
{
	char *from = text_format("%s/" SESSION_DIR_SCRATCH_GIT, w->path);
	char *path = text_format("%s/" SESSION_DIR_CLEAN_GIT, w->path);

	add_at(w, from, path, SANDBOX_WRITE, sb);
	free(from);
	free(path);
}

/* Adds the run's own files. */
static void
add_own(const struct worker *w, const struct run_spec *spec, struct sandbox *sb)
{
	char inbox[64], from[PATH_MAX + 32], git[PATH_MAX + 32];

	add_tree(w, spec->actor, sb);
	add_below(sb, w->path, SESSION_DIR_TMP, SANDBOX_WRITE);
	add_below(sb, w->path, confine_caches(spec->actor)->cache, SANDBOX_WRITE);
	if (actor_rights[spec->actor].git == ACTOR_GIT_AGENT) {
		gitdir_path(w, SESSION_DIR_AGENT_GIT, from, sizeof(from));
		gitdir_path(w, SESSION_DIR_GIT, git, sizeof(git));
		add_at(w, from, git, SANDBOX_WRITE, sb);
	}
	if (actor_rights[spec->actor].git == ACTOR_GIT_SCRATCH)
		add_scratch(w, sb);
	if (spec->run != NULL && w->inbox) {
		snprintf(inbox, sizeof(inbox), SESSION_DIR_INBOX "/%s", spec->run);
		add_below(sb, w->path, inbox, SANDBOX_WRITE);
	}
}

/* Below /tmp only added paths are visible; shows one that the command line names. */
static void
show(struct sandbox *sb, const char *path)
{
	char *real = path != NULL && path[0] == '/' ? realpath(path, NULL) : NULL;

	if (real != NULL && sandbox_access_of(sb, real) == SANDBOX_TMP) {
		sandbox_add(sb, real, SANDBOX_READ);
		sandbox_settle(sb);
	}
	free(real);
}

/* A link in a directory of PATH may lead to the client's own directory. */
static void
show_program(struct sandbox *sb, const char *dir, const char *name)
{
	char *path = text_format("%s/%s", dir, name), *real = realpath(path, NULL);

	if (real != NULL && access(path, X_OK) == 0) {
		*strrchr(real, '/') = '\0';
		if (real[0] != '\0' && strcmp(real, "/tmp") != 0)
			show(sb, real);
	}
	free(real);
	free(path);
}

static void
show_all(const struct worker *w, struct sandbox *sb, const struct run_spec *spec)
{
	const char *path = getenv("PATH");
	char *dir;
	size_t n;

	show(sb, getenv("HOME"));
	show(sb, run_tree(w, spec->actor));
	for (size_t i = 0; i < spec->argv->n; i++)
		show(sb, spec->argv->v[i]);
	for (; path != NULL && *path != '\0'; path += n + (path[n] == ':')) {
		n = strcspn(path, ":");
		dir = text_format("%.*s", (int)n, path);
		show(sb, dir);
		show_program(sb, dir, spec->argv->v[0]);
		free(dir);
	}
}

const struct confine_caches *
confine_caches(enum actor actor)
{
	static const struct confine_caches own = { SESSION_DIR_CACHE, SESSION_DIR_LAYER },
	    clean = { SESSION_DIR_CLEAN_CACHE, SESSION_DIR_CLEAN_LAYER };

	return actor_rights[actor].clean ? &clean : &own;
}

static int
make_dirs(const struct worker *w, enum actor actor, char *err, size_t len)
{
	const char *cache = confine_caches(actor)->cache;
	const char *dirs[] = { SESSION_DIR_TMP, cache, SESSION_DIR_TMP "/" CONFINE_SCRATCH };
	char *xdg = text_format("%s/" SANDBOX_CACHE_XDG, cache);

	for (size_t i = 0; i < (actor_rights[actor].judge ? 3 : 2); i++)
		if (file_make_dir(w->dirfd, dirs[i], 0700) == -1) {
			fault_set(errno);
			snprintf(err, len, "%.96s/%s: %s", w->path, dirs[i], strerror(errno));
			free(xdg);
			return -1;
		}
	/* if a run has put something else there, that is its own affair */
	(void)file_make_dir(w->dirfd, xdg, 0700);
	free(xdg);
	return 0;
}

static void
add_holder(const struct worker *w, enum actor actor, struct sandbox *sb, struct strings *argv)
{
	const struct confine_caches *c = confine_caches(actor);
	char path[PATH_MAX + 16];

	if (!own_binary(w, path, sizeof(path)))
		show(sb, path);
	if (w->layered)
		sandbox_layers(argv, "/proc/self/exe", w->path, c->cache, c->layer, false);
	sandbox_bwrap(sb, run_dir(w, actor), argv);
	strings_add(argv, path);
	strings_add(argv, "hold");
}

int
confine_run(struct worker *w, const struct run_spec *spec, struct strings *argv,
    struct sandbox_walls *walls, char *err, size_t len)
{
	const struct confine *c = &w->config.settings.confine;
	struct sandbox sb = { .network = !c->network_off };
	char tmp[PATH_MAX + 8];
	int rc = 0;

	*walls = SANDBOX_NO_WALLS;
	if (w->sandbox != SANDBOX_NONE) {
		if (make_dirs(w, spec->actor, err, len) == -1)
			return -1;
		snprintf(tmp, sizeof(tmp), "%s/" SESSION_DIR_TMP, w->path);
		sb.tmp = w->sandbox == SANDBOX_BWRAP ? tmp : NULL;
		sandbox_sockets(&sb, &c->sockets);
		add_settings(c, &sb);
		add_protected(w, &sb);
		add_own(w, spec, &sb);
		home_confine(w, spec, &sb);
		sandbox_settle(&sb);
		if (w->sandbox == SANDBOX_BWRAP) {
			show_all(w, &sb, spec);
			add_holder(w, spec->actor, &sb, argv);
		}
		rc = sandbox_walls_make(walls, &sb, w->sandbox, w->probe.scoped, err, len);
		sandbox_free(&sb);
	}
	strings_add_all(argv, spec->argv);
	return rc;
}

void
confine_clean(struct worker *w, enum status to, const char *reason)
{
	bool over = !status_live(to);
	size_t n = over ? SESSION_RUN_DIRS : 1;
	char why[320];

	if (w->probing)		/* the probe was never asked for its result */
		(void)sandbox_probe_end(&w->probe, why, sizeof(why));
	w->probing = false;
	if (w->gone || (w->sandbox == SANDBOX_NONE && !over))
		return;
	/* from these a session may continue with its conversations, which are in the homes */
	if (over && (to == STATUS_APPROVED || strcmp(reason, REASON_NO_VERDICT) == 0))
		n--;
	for (size_t i = 0; i < n; i++)
		if (file_remove_tree(w->dirfd, session_run_dirs[i]) == -1)
			output_log("%s/%s can't be removed: %s", w->path, session_run_dirs[i], strerror(errno));
}
