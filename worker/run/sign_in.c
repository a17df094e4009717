/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/base/clock.h"
#include "proto/base/text.h"
#include "proto/json/json.h"
#include "proto/json/record.h"
#include "proto/session/layout.h"
#include "proto/settings/clients.h"
#include "proto/sys/file.h"
#include "proto/sys/lock.h"
#include "proto/sys/watch.h"
#include "worker/core/output.h"
#include "worker/core/worker.h"
#include "worker/run/confine.h"
#include "worker/run/home.h"
#include "worker/run/sign_in.h"

#define HOUR	(60 * 60 * INT64_C(1000))	/* for a run without a time limit */
#define MARGIN	(5 * 60 * INT64_C(1000))	/* how long before expiry a client renews its token */

/* A nested member: "a.b". */
static const struct json *
member(const struct json *o, const char *path)
{
	char *name;
	size_t n;

	if (path == NULL)
		return NULL;
	for (; o != NULL && *path != '\0'; path += n + (path[n] == '.')) {
		n = strcspn(path, ".");
		name = text_format("%.*s", (int)n, path);
		o = json_get(o, name);
		free(name);
	}
	return o;
}

static struct json *
parse(const char *text)
{
	char err[64];

	return text != NULL ? json_parse(text, strlen(text), 0, err, sizeof(err)) : NULL;
}

static char *
read_text(int dirfd, const char *path)
{
	char *buf;
	size_t len;

	return file_read(dirfd, path, RECORD_MAX, &buf, &len) == 0 ? buf : NULL;
}

static void
forget(char *secret)
{
	if (secret != NULL)
		explicit_bzero(secret, strlen(secret));
	free(secret);
}

/* Does the token last as long as the run may take? */
static bool
give_token(const struct worker *w, const struct client_sign_in *s, const char *text, struct strings *env)
{
	int64_t left = w->limits.time == 0 ? HOUR : w->limits.time - w->state.agent_ms;
	struct json *o = parse(text);
	const char *token = json_string(member(o, s->access));
	bool lasts = s->variable != NULL && token != NULL && *token != '\0' &&
	    json_integer(member(o, s->expires), 0) >= clock_wall() + left + MARGIN;

	if (lasts)
		strings_set(env, s->variable, token);
	json_free(o);
	return lasts;
}

/* Does a expire later than b? */
static bool
later(const struct client_sign_in *s, const struct json *a, const struct json *b)
{
	const struct json *x = member(a, s->expires), *y = member(b, s->expires);

	if (json_string(x) != NULL && json_string(y) != NULL)
		return strcmp(json_string(x), json_string(y)) > 0;
	return json_integer(x, 0) > json_integer(y, 0);
}

/* Writes the file, readable for its user alone. */
static void
replace(const char *path, const char *text)
{
	mode_t mask = umask(077);
	int rc = file_replace(AT_FDCWD, path, text, strlen(text), FILE_DATA);

	umask(mask);
	output_log(rc == 0 ? "the sign-in renewed by a run is saved to %s"
	    : "the sign-in renewed by a run can't be saved to %s", path);
}

/* copied = the user's file when it was copied, NULL = unknown. */
static void
take_over(const struct client_sign_in *s, const char *path, int fd, const char *name, const char *copied)
{
	char *now = read_text(AT_FDCWD, path), *renewed = read_text(fd, name);
	struct json *was = parse(now), *is = parse(renewed);
	const char *refresh = json_string(member(is, s->refresh));

	if (refresh != NULL && *refresh != '\0' && was != NULL && later(s, is, was) &&
	    (copied == NULL || strcmp(copied, now) == 0))
		replace(path, renewed);
	json_free(was);
	json_free(is);
	forget(now);
	forget(renewed);
}

/* Two clients that renew the same sign-in lose it. */
static int
wait_for_lock(struct worker *w)
{
	char *dir = confine_state(w), name[64];
	struct watch_event ev;
	struct watch watch = { 0 };
	int dirfd = -1;

	snprintf(name, sizeof(name), "sign-in-%s.lock", w->home.client->name);
	if (dir != NULL)
		dirfd = file_find_dir(AT_FDCWD, dir);
	if (dirfd == -1) {
		free(dir);
		return 0;	/* a session made by hand, which shares nothing */
	}
	watch_dir(&watch, dir, false);
	w->home.lock = lock_take(dirfd, name, "worker", false);
	if (w->home.lock == -1 && errno == EAGAIN)
		output_log("another run may renew the sign-in of %s: waiting for it to end", w->home.client->name);
	while (w->home.lock == -1 && errno == EAGAIN && !worker_interrupted(w) && watch_next(&ev) == 0) {
		if (ev.kind == WATCH_SIGNAL && ev.signo != SIGCHLD)
			w->stop_signal = ev.signo;
		w->home.lock = lock_take(dirfd, name, "worker", false);
	}
	watch_undir(&watch);
	close(dirfd);
	free(dir);
	return w->home.lock != -1 ? 0 : -1;
}

static int
give_copy(struct worker *w, size_t i, const char *path, int fd, const char *name)
{
	if (w->home.lock == -1 && wait_for_lock(w) == -1)
		return -1;
	/* a copy left by a crash */
	take_over(&w->home.client->sign_in, path, fd, name, NULL);
	if ((w->home.copied[i] = read_text(AT_FDCWD, path)) == NULL || file_remove_tree(fd, name) == -1)
		return -1;
	return file_replace(fd, name, w->home.copied[i], strlen(w->home.copied[i]), 0);
}

int
sign_in_give(struct worker *w, size_t i, const char *user, int fd, struct strings *env)
{
	const char *name = w->home.client->homes[i].sign_in;
	char *named = text_format("%s/%s", user, name), *path = name[0] != '\0' ? realpath(named, NULL) : NULL;
	char *text = path != NULL ? read_text(AT_FDCWD, path) : NULL;
	struct stat st;
	int rc = 0;

	if (text != NULL && give_token(w, &w->home.client->sign_in, text, env))
		rc = file_remove_tree(fd, name);
	else if (text != NULL) {
		w->home.signed_in[i] = text_format("%s", path);
		if (w->sandbox != SANDBOX_BWRAP)
			rc = give_copy(w, i, path, fd, name);
		else if (file_stat(fd, name, &st) == -1 || !S_ISREG(st.st_mode))	/* as a mount point */
			rc = file_remove_tree(fd, name) == -1 || file_replace(fd, name, "", 0, 0) == -1 ? -1 : 0;
	}
	forget(text);
	free(named);
	free(path);
	return rc;
}

void
sign_in_take(struct worker *w, size_t i, int fd)
{
	const char *name = w->home.client->homes[i].sign_in;

	if (w->home.copied[i] == NULL)
		return;
	take_over(&w->home.client->sign_in, w->home.signed_in[i], fd, name, w->home.copied[i]);
	(void)file_remove_tree(fd, name);
	forget(w->home.copied[i]);
	w->home.copied[i] = NULL;
}

struct picking { const struct json *from; struct json *to; };

static void
pick_key(void *arg, const char *key)
{
	struct picking *p = arg;
	const struct json *v = json_get(p->from, key);

	if (v != NULL)
		json_put(p->to, key, json_copy(v));
}

static void
pick_environment(struct picking *p, const char *patterns)
{
	const struct json *env = json_get(p->from, "env"), *v;
	struct json *o = json_new_object();
	const char *name;

	for (size_t i = 0; (name = json_key(env, i, &v)) != NULL; i++)
		if (client_words_like(patterns, name))
			json_put(o, name, json_copy(v));
	json_put(p->to, "env", o);
}

int
sign_in_settings(struct worker *w, const char *user)
{
	const struct client_sign_in *s = &w->home.client->sign_in;
	char *path = text_format("%s/" HOME_SETTINGS, user), *text = NULL;
	char *own = text_format(SESSION_DIR_CLIENT "/%s/" HOME_SETTINGS, role_name(w->role));
	struct picking p = { .to = json_new_object() };
	struct json *file = NULL;
	size_t len;
	int rc = file_remove_tree(w->dirfd, own);

	if (rc == 0 && s->keys != NULL && (text = read_text(AT_FDCWD, path)) != NULL &&
	    (file = parse(text)) != NULL) {
		p.from = file;
		client_words(s->keys, pick_key, &p);
		pick_environment(&p, s->env);
		forget(text);
		text = json_text(p.to, false, &len);
		rc = file_replace(w->dirfd, own, text, len, 0);
	}
	forget(text);
	json_free(file);
	json_free(p.to);
	free(own);
	free(path);
	return rc;
}
