/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/fault.h"
#include "proto/session/layout.h"
#include "proto/settings/clients.h"
#include "proto/sys/file.h"
#include "worker/agent/agent.h"
#include "worker/agent/mask.h"
#include "worker/core/worker.h"
#include "worker/tree/clean.h"

#define MASKED	"masked"	/* directory beside the clean tree */

struct masking {
	struct worker	*w;
	int		 tree, masked;
	bool		 failed;
};

static int
open_dirs(struct masking *m)
{
	int entry = file_find_dir(AT_FDCWD, m->w->clean.entry);

	m->tree = file_find_dir(AT_FDCWD, m->w->clean.tree);
	m->masked = entry != -1 && file_make_dir(entry, MASKED, 0700) == 0 ? file_open_dir(entry, MASKED) : -1;
	file_close(entry);
	return m->tree != -1 && m->masked != -1 ? 0 : -1;
}

static void
close_dirs(const struct masking *m)
{
	file_close(m->tree);
	file_close(m->masked);
}

/* The name for a file that is put aside: its index among them. */
static void
aside_name(char *name, size_t len, size_t i)
{
	snprintf(name, len, "%zu", i);
}

/* Removes a link itself, not its target. */
static void
take_away(void *arg, const char *path)
{
	struct masking *m = arg;
	char name[32];

	if (m->failed || !file_exists(m->tree, path))
		return;
	aside_name(name, sizeof(name), m->w->masked.n);
	if (file_remove_tree(m->masked, name) == 0 && file_shift(m->tree, path, m->masked, name) == 0)
		strings_add(&m->w->masked, path);
	else
		m->failed = true;
}

/* Those in directories of the commit. */
static int
take_below(struct masking *m, const struct client *c, char *err, size_t len)
{
	static const char *const argv[] = { "ls-files", "-z", NULL };
	char *out = NULL;
	size_t n = 0, end;
	int rc = git_run(&m->w->clean.git, argv, NULL, 0, &out, &n, NULL, err, len);

	for (char *p = out, *next; rc == 0 && p != NULL && p < out + n; p = next) {
		next = p + strlen(p) + 1;
		if ((end = client_steered_at(c, p)) != 0) {
			p[end] = '\0';
			take_away(m, p);
		}
	}
	free(out);
	return rc;
}

/* Marks them in the index of the judge's git, so that git does not look for them. */
static int
skip(struct worker *w, const char *gitdir, char *err, size_t len)
{
	static const char *const update[] = { "update-index", "-z", "--skip-worktree", "--stdin", NULL };
	struct strings words = { 0 };
	struct git g = w->clean.git;
	const char **argv;
	char *out = NULL;
	size_t n = 0;
	int rc;

	strings_add(&words, "ls-files");
	strings_add(&words, "-z");
	strings_add(&words, "--");
	strings_add_all(&words, &w->masked);
	argv = strings_vector(&words);
	g.index = text_format("%s/%s/index", w->path, gitdir);
	rc = git_run(&g, argv, NULL, 0, &out, &n, NULL, err, len);
	if (rc == 0 && n > 0)
		rc = git_run(&g, update, out, n, NULL, NULL, NULL, err, len);
	free(out);
	free(g.index);
	free(argv);
	strings_free(&words);
	return rc;
}

int
mask_begin(struct worker *w, enum role role)
{
	const struct agent *a = agent_of(w, role);
	const struct client *c = a != NULL ? client_of(a) : NULL;
	struct masking m = { .w = w, .tree = -1, .masked = -1 };
	char err[GIT_ERR] = "";

	if (c == NULL || agent_channel(w, role) == CHANNEL_RESULT)
		return 0;
	if (open_dirs(&m) == -1)
		m.failed = true;
	else {
		client_words(c->steers, take_away, &m);
		if (!m.failed && take_below(&m, c, err, sizeof(err)) == -1)
			m.failed = true;
	}
	close_dirs(&m);
	if (m.failed && err[0] == '\0')
		fault_set(errno);
	if (!m.failed && w->masked.n > 0 && skip(w, role == ROLE_TECH_LEAD ? SESSION_DIR_SCRATCH_GIT
	    : SESSION_DIR_CLEAN_GIT, err, sizeof(err)) == -1)
		m.failed = true;
	if (!m.failed)
		return 0;
	worker_failed(w, "git", "files that steer %s can't be removed from the clean tree: %s", c->name,
	    err[0] != '\0' ? err : strerror(errno));
	mask_end(w);
	return -1;
}

void
mask_end(struct worker *w)
{
	struct masking m = { .w = w, .tree = -1, .masked = -1 };
	char name[32];

	if (w->masked.n > 0 && w->clean.tree != NULL) {
		m.failed = open_dirs(&m) == -1;
		/* a file that a tech-lead has made meanwhile stays */
		for (size_t i = 0; i < w->masked.n && !m.failed; i++) {
			aside_name(name, sizeof(name), i);
			m.failed = file_shift(m.masked, name, m.tree, w->masked.v[i]) == -1 && errno != EEXIST;
		}
		close_dirs(&m);
		if (m.failed)
			clean_drop(w);
	}
	strings_free(&w->masked);
}
