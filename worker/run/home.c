/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/base/fault.h"
#include "proto/session/layout.h"
#include "proto/settings/clients.h"
#include "proto/sys/file.h"
#include "worker/core/worker.h"
#include "worker/run/home.h"
#include "worker/run/run.h"
#include "worker/run/sign_in.h"

#define SEED_MAX	(64u << 20)

struct making {			/* one home being made */
	struct worker	*w;
	const struct client *client;
	const struct client_home *home;
	struct strings	*env;
	char		*user;		/* where the user has it */
	bool		 moved;		/* ... because of the variable */
	int		 fd;
	bool		 failed;
};

/* Opens a directory that a run may write, and replaces anything else there. */
static int
enter(int dirfd, const char *name)
{
	if (file_make_dir(dirfd, name, 0700) == -1 &&
	    (errno != ENOTDIR || file_remove_tree(dirfd, name) == -1 || file_make_dir(dirfd, name, 0700) == -1))
		return -1;
	return file_open_dir(dirfd, name);
}

/* Makes a private directory for the client, outside its tools' scratch. */
static int
make_tmp(const struct worker *w)
{
	char *role = text_format(SESSION_DIR_CLIENT "/%s", role_name(w->role));
	int fd = -1, tmp;

	if (file_make_dir(w->dirfd, SESSION_DIR_CLIENT, 0700) == 0 && file_make_dir(w->dirfd, role, 0700) == 0)
		fd = file_open_dir(w->dirfd, role);
	free(role);
	if (fd == -1)
		return -1;
	tmp = enter(fd, HOME_TMP);
	close(fd);
	if (tmp == -1)
		return -1;
	close(tmp);
	return 0;
}

static char *
home_name(const struct client *c, size_t i)
{
	return i == 0 ? text_format("%s", c->name) : text_format("%s.%zu", c->name, i);
}

/* Opens the home number i, and makes it first if needed; returns its descriptor or -1. */
static int
home_open(const struct worker *w, const struct client *c, size_t i)
{
	char *name = home_name(c, i);
	const char *const path[] = { SESSION_DIR_CLIENT, role_name(w->role), name, c->homes[i].below };
	int fd = file_dup(w->dirfd, 3), next;

	for (size_t j = 0; fd != -1 && j < sizeof(path) / sizeof(path[0]); j++) {
		if (path[j][0] == '\0')
			continue;
		next = enter(fd, path[j]);
		close(fd);
		fd = next;
	}
	free(name);
	return fd;
}

static char *
home_path(const struct worker *w, const struct client *c, size_t i, const char *below)
{
	char *name = home_name(c, i), *path;

	path = text_format("%s/" SESSION_DIR_CLIENT "/%s/%s%s%s", w->path, role_name(w->role), name,
	    below[0] != '\0' ? "/" : "", below);
	free(name);
	return path;
}

static bool
mounts(const struct worker *w, const struct client_home *h)
{
	return h->mounted && w->sandbox == SANDBOX_BWRAP;
}

/* Names that a role gets from the user's home. */
static const char *
words_for(const struct worker *w, const struct client_home *h)
{
	return w->role == ROLE_IMPLEMENTER ? h->shared : h->needed;
}

static void
link_one(void *arg, const char *name)
{
	struct making *m = arg;
	char *target = text_format("%s/%s", m->user, name), was[8];
	bool there = access(target, F_OK) == 0;

	if ((there || readlinkat(m->fd, name, was, sizeof(was)) != -1) &&
	    (file_remove_tree(m->fd, name) == -1 || (there && symlinkat(target, m->fd, name) == -1)))
		m->failed = true;
	free(target);
}

/* Copies, once, a file that the client would rewrite. */
static void
seed(struct making *m)
{
	const char *name = m->home->seed, *home = getenv("HOME");
	char *path, *buf;
	size_t len;

	if (name[0] == '\0' || file_exists(m->fd, name))
		return;
	path = text_format("%s/%s", m->moved ? m->user : home, name);
	if (file_read(AT_FDCWD, path, SEED_MAX, &buf, &len) == 0) {
		(void)file_replace(m->fd, name, buf, len, 0);
		free(buf);
	}
	free(path);
}

static int
make(struct making *m, size_t i)
{
	const struct client_home *h = m->home;
	char *path;
	int rc = 0;

	if ((m->fd = home_open(m->w, m->client, i)) == -1)
		return -1;
	if (!mounts(m->w, h))
		client_words(words_for(m->w, h), link_one, m);
	if (m->w->role == ROLE_IMPLEMENTER)
		seed(m);
	else if (sign_in_settings(m->w, m->user) == -1)
		m->failed = true;
	if (m->failed || sign_in_give(m->w, i, m->user, m->fd, m->env) == -1 || (mounts(m->w, h) && file_make_dirs(m->user) == -1))
		rc = -1;
	close(m->fd);
	if (h->variable != NULL && !mounts(m->w, h)) {
		path = home_path(m->w, m->client, i, "");
		strings_set(m->env, h->variable, path);
		free(path);
	}
	return rc;
}

/* The value of the variable in the run, from the settings and the user. */
static const char *
value_of(const struct client_home *h, const struct strings *env)
{
	const char *value = h->variable == NULL ? NULL : strings_value(env, h->variable);

	return value != NULL || h->variable == NULL ? value : getenv(h->variable);
}

int
home_begin(struct worker *w, const struct agent *a, struct strings *env, char *err, size_t len)
{
	const struct client *c = client_of(a);
	const char *home = getenv("HOME"), *value;
	struct making m = { .w = w, .client = c, .env = env };
	int rc = 0;

	home_end(w);
	if (c == NULL || home == NULL)
		return 0;
	rc = make_tmp(w);
	w->home.client = c;
	for (size_t i = 0; rc == 0 && i < CLIENT_HOMES && c->homes[i].user != NULL; i++) {
		m.home = &c->homes[i];
		value = value_of(m.home, env);
		m.moved = value != NULL && value[0] == '/';
		m.user = w->home.user[i] = client_user_home(m.home, value, home);
		rc = make(&m, i);
	}
	if (rc == -1) {
		fault_set(errno);
		snprintf(err, len, "the home of %s in %.96s/" SESSION_DIR_CLIENT ": %s", c->name, w->path,
		    strerror(errno));
	}
	return rc;
}

/* Runs must not write what the user's own clients read. */
static void
protect(struct sandbox *sb, const struct client_home *h, const char *home)
{
	char *dir = client_user_home(h, value_of(h, &(struct strings){ 0 }), home), *seed_path;

	sandbox_add(sb, dir, SANDBOX_READ);
	free(dir);
	seed_path = h->seed[0] != '\0' ? text_format("%s/%s", home, h->seed) : NULL;
	sandbox_add(sb, seed_path, SANDBOX_READ);
	free(seed_path);
}

struct showing { struct sandbox *sb; const char *dir; };

/* Shows a name below a home mounted over the user's. */
static void
show_one(void *arg, const char *name)
{
	struct showing *s = arg;
	char *path = text_format("%s/%s", s->dir, name);

	sandbox_bind(s->sb, path, path, SANDBOX_READ);
	free(path);
}

void
home_confine(const struct worker *w, const struct run_spec *spec, struct sandbox *sb)
{
	const struct client *c = spec->run != NULL ? w->home.client : NULL;
	const char *home = getenv("HOME");
	char *path, *file;

	for (size_t i = 0; home != NULL && i < nclients; i++)
		for (size_t j = 0; j < CLIENT_HOMES && clients[i].homes[j].user != NULL; j++)
			protect(sb, &clients[i].homes[j], home);
	for (size_t i = 0; c != NULL && i < CLIENT_HOMES && w->home.user[i] != NULL; i++) {
		path = text_format("%s/" SESSION_DIR_CLIENT "/%s", w->path, role_name(w->role));
		sandbox_add(sb, path, SANDBOX_WRITE);
		free(path);
		path = home_path(w, c, i, c->homes[i].below);
		if (mounts(w, &c->homes[i])) {
			sandbox_bind(sb, path, w->home.user[i], SANDBOX_WRITE);
			client_words(words_for(w, &c->homes[i]), show_one,
			    &(struct showing){ sb, w->home.user[i] });
		}
		if (w->home.signed_in[i] != NULL && w->home.copied[i] == NULL) {
			file = text_format("%s/%s", mounts(w, &c->homes[i]) ? w->home.user[i] : path,
			    c->homes[i].sign_in);
			sandbox_bind(sb, w->home.signed_in[i], file, SANDBOX_WRITE);
			free(file);
		}
		free(path);
	}
}

void
home_end(struct worker *w)
{
	int fd;

	for (size_t i = 0; i < CLIENT_HOMES; i++) {
		if (w->home.copied[i] != NULL && (fd = home_open(w, w->home.client, i)) != -1) {
			sign_in_take(w, i, fd);
			close(fd);
		}
		free(w->home.user[i]);
		free(w->home.signed_in[i]);
		w->home.user[i] = w->home.signed_in[i] = NULL;
	}
	if (w->home.lock > 0)
		close(w->home.lock);
	w->home.lock = -1;
	w->home.client = NULL;
}

bool
home_exists(const struct worker *w, int role)
{
	char *path = text_format(SESSION_DIR_CLIENT "/%s", role_name((enum role)role));
	bool exists = file_exists(w->dirfd, path);

	free(path);
	return exists;
}
