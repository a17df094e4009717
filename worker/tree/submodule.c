/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/base/fault.h"
#include "proto/base/text.h"
#include "proto/session/layout.h"
#include "proto/sys/file.h"
#include "worker/core/worker.h"
#include "worker/tree/submodule.h"

#define MODE_GITLINK	0160000u
#define NAME_MAX_LEN	255

/* The name becomes part of a path. */
static bool
name_valid(const char *name)
{
	char *around = text_format("/%s/", name);
	bool valid = name[0] != '\0' && name[0] != '/' && strlen(name) <= NAME_MAX_LEN && strstr(around, "/../") == NULL;

	free(around);
	return valid;
}

/* The name of the submodule at path, from .gitmodules of the session's head; malloced, *name NULL = none. */
static int
name_of(struct worker *w, const char *path, char **name, char *err, size_t len)
{
	static const char prefix[] = "submodule.", suffix[] = ".path";
	char *blob = text_format("%s:.gitmodules", w->state.head), *out = NULL, *value;
	const char *argv[] = { "config", "--null", "--blob", blob, "--get-regexp", "^submodule\\..*\\.path$", NULL };
	struct git g = w->git;
	size_t n = 0, key;
	int status, rc;

	g.worktree = g.index = NULL;
	*name = NULL;
	rc = git_run(&g, argv, NULL, 0, &out, &n, &status, err, len);
	for (char *p = out; rc == 0 && status == 0 && p != NULL && p < out + n; p += strlen(p) + 1) {
		if ((value = strchr(p, '\n')) == NULL || strcmp(value + 1, path) != 0)
			continue;
		key = (size_t)(value - p);
		if (*name == NULL && key > strlen(prefix) + strlen(suffix))
			*name = text_format("%.*s", (int)(key - strlen(prefix) - strlen(suffix)), p + strlen(prefix));
	}
	free(out);
	free(blob);
	return rc;
}

/* Runs git with these objects only, and without writing.  1: exit status 0 and no output. */
static int
asks(struct worker *w, const char *objects, const char *const argv[], const struct text *in, char *err, size_t len)
{
	struct git g = w->git;
	char *out = NULL, store[4200];
	int status, rc;

	strlcpy(store, objects, sizeof(store));
	g.objects = store;
	g.alternates = g.worktree = g.index = NULL;
	rc = git_run(&g, argv, in->buf, in->len, &out, NULL, &status, err, len);
	if (rc == 0)
		rc = status == 0 && (out == NULL || out[0] == '\0');
	free(out);
	return rc;
}

/* The user's copy: its commits were fetched, or are the user's own. */
static int
in_repository(struct worker *w, const char *name, const char *oid, char *err, size_t len)
{
	char *objects = text_format("%s/modules/%s/objects", w->repo.common, name), *commit = text_format("%s^{commit}", oid);
	const char *argv[] = { "cat-file", "-e", commit, NULL };
	int rc = 0;

	if (access(objects, F_OK) == 0)
		rc = asks(w, objects, argv, &(struct text){ 0 }, err, len);
	free(commit);
	free(objects);
	return rc;
}

/* A copy that the implementer wrote, with git directory dir: is the commit in a branch of its remote? */
static int
in_remote(struct worker *w, const char *dir, const char *oid, char *err, size_t len)
{
	static const char *const argv[] = { "-c", "core.commitGraph=false", "-c", "core.multiPackIndex=false", "rev-list",
		"-1", "--stdin", NULL };
	char *objects = text_format("%s/objects", dir);
	int dirfd = file_open_dir(AT_FDCWD, dir), rc = 0;
	struct git_refs refs = { 0 };
	struct text in = { 0 };

	if (dirfd != -1 && !file_exists(dirfd, "objects/info/alternates") && git_store_check(objects, err, len) == 0)
		rc = git_refs_list(dirfd, "refs/remotes/", w->repo.hexlen, true, &refs, err, len);
	text_printf(&in, "%s\n", oid);
	for (size_t i = 0; rc == 0 && i < refs.n; i++) {
		rc = strcmp(refs.v[i].oid, oid) == 0;	/* an incomplete commit may still be fetchable */
		text_printf(&in, "^%s\n", refs.v[i].oid);
	}
	if (rc == 0 && refs.n > 0)
		rc = asks(w, objects, argv, &in, err, len);
	git_refs_free(&refs);
	text_free(&in);
	file_close(dirfd);
	free(objects);
	return rc == -1 && !fault_undecided() ? 0 : rc;
}

/* 1: others can get the submodule's commit; 0; -1. */
static int
available(struct worker *w, const char *name, const char *path, const char *oid, char *err, size_t len)
{
	char *dirs[] = { text_format("%s/" SESSION_DIR_AGENT_GIT "/modules/%s", w->path, name),
		text_format("%s/%s/.git", w->state.worktree, path) };
	int rc = in_repository(w, name, oid, err, len);

	for (size_t i = 0; i < 2; i++) {
		if (rc == 0)
			rc = in_remote(w, dirs[i], oid, err, len);
		free(dirs[i]);
	}
	return rc;
}

static enum event
check(struct worker *w, const struct git_change *c)
{
	char err[GIT_ERR] = "", *name = NULL;
	int rc = name_of(w, c->path, &name, err, sizeof(err));
	enum event event = EVENT_DONE;

	if (rc == 0 && (name == NULL || !name_valid(name)))
		event = worker_hand_back(w, "unfinished", "%s points at another commit than before, but .gitmodules names no "
		    "submodule there: name it, or put %.12s back", c->path, c->old_oid);
	else if (rc == 0 && (rc = available(w, name, c->path, c->new_oid, err, sizeof(err))) == 0)
		event = worker_hand_back(w, "unfinished", "submodule %s points at %.12s, which others can't fetch: neither the "
		    "repository's copy of it nor a branch fetched from its remote has that commit; check out one that has been "
		    "pushed there, or put %.12s back", c->path, c->new_oid, c->old_oid);
	if (rc == -1)
		event = worker_failed(w, "git", "%s", err);
	free(name);
	return event;
}

enum event
submodule_check(struct worker *w, const struct git_change *c, size_t n)
{
	enum event event = EVENT_DONE;

	for (size_t i = 0; i < n && event == EVENT_DONE; i++)
		if (c[i].new_mode == MODE_GITLINK && strcmp(c[i].old_oid, c[i].new_oid) != 0)
			event = check(w, &c[i]);
	return event;
}
