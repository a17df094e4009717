/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "orchestrator/session/unjudged.h"
#include "proto/base/text.h"
#include "proto/json/record.h"
#include "proto/record/config.h"
#include "proto/record/state.h"
#include "proto/session/layout.h"
#include "proto/sys/file.h"

#define NAMED		3	/* commits and paths that are named */
#define NAME_LEN	60	/* bytes per name */
#define LOG_MAX		(64u << 10)

/* The commit of the session's target; head if it can't be read. */
static void
read_target(const struct unjudged *u, const char *head, char target[OID_MAX])
{
	char *path = text_format("%.*s", (int)(strlen(u->objects) - strlen(SESSION_DIR_GIT "/objects")), u->objects);
	int fd = file_open_dir(AT_FDCWD, path);
	char why[RECORD_ERR];
	struct config c;

	if (fd == -1 || config_load(fd, &c, why, sizeof(why)) == -1)
		target[0] = '\0';
	else {
		(void)git_branch_read(u->git.repo, c.target, target, why, sizeof(why));
		config_release(&c);
	}
	if (target[0] == '\0')
		strlcpy(target, head, OID_MAX);
	file_close(fd);
	free(path);
}

/* Reads a person's commits where they are: they are not in the repository yet. */
static void
read_commits(struct unjudged *u, const struct git *with, const char *head)
{
	char *out = NULL, *line, *next, *name, target[OID_MAX];
	struct git g = *with;
	size_t id;

	g.alternates = u->objects;
	read_target(u, head, target);
	(void)git_log_lines(&g, head, target, u->commit, LOG_MAX, &out, NULL, 0);
	next = out;
	while ((line = strsep(&next, "\n")) != NULL) {
		id = strcspn(line, " ");
		if (line[id] == '\0')
			continue;
		name = text_format("%.*s \"%s\"", (int)id, line, line + id + 1);
		strings_add(&u->commits, name);
		free(name);
	}
	free(out);
	if (u->commits.n == 0)
		strings_add(&u->commits, u->commit);
}

/* Finds HEAD of the git directory, and its commits that head lacks. */
static int
find_commits(struct unjudged *u, const struct git *g, const char *dir, const char *head, char *err,
    size_t errlen)
{
	if (access(dir, F_OK) == -1 && errno == ENOENT)
		return 0;
	if (git_private_head(g->repo, dir, u->commit, err, errlen) == -1)
		return -1;
	if (git_is_ancestor(g, u->commit, head))
		u->commit[0] = '\0';
	else
		read_commits(u, g, head);
	return 0;
}

static int
find(struct unjudged *u, const struct git *g, const char *dir, const char *head, bool quick, char *err,
    size_t errlen)
{
	int rc;

	if (find_commits(u, g, dir, head, err, errlen) == -1 ||
	    git_safe_make(g->repo, u->git.dir, err, errlen) == -1)
		return -1;
	if (u->commit[0] != '\0') {
		u->git.alternates = u->objects;
		head = u->commit;
	}
	rc = git_worktree_differs(&u->git, head, quick, &u->paths, &u->left, err, errlen);
	u->git.alternates = NULL;
	return rc == -1 ? -1 : u->commit[0] != '\0' || u->paths.n > 0 || u->left.n > 0;
}

int
unjudged_find(struct unjudged *u, const struct git *g, const char *path, const struct state *s,
    bool quick, char *err, size_t errlen)
{
	char *safe = text_format("%s/" SESSION_DIR_SAFE_GIT, path);
	int rc = unjudged_look(u, g, path, safe, s, quick, err, errlen);

	free(safe);
	return rc;
}

int
unjudged_look(struct unjudged *u, const struct git *g, const char *path, const char *safe, const struct state *s,
    bool quick, char *err, size_t errlen)
{
	char *dir = text_format("%s/" SESSION_DIR_GIT, path);
	int rc = 0;

	memset(u, 0, sizeof(*u));
	u->objects = text_format("%s/objects", dir);
	u->git = *g;
	u->git.dir = text_format("%s", safe);
	u->git.index = text_format("%s/index", u->git.dir);
	u->git.worktree = s->worktree;
	u->git.files = s->files;
	u->git.at = s->head;
	if (s->worktree != NULL && s->branch != NULL && access(s->worktree, F_OK) == 0 &&
	    git_worktree_is(g->repo, s->worktree, s->branch))
		rc = find(u, g, dir, s->head, quick, err, errlen);
	free(dir);
	return rc;
}

static void
add_names(struct text *t, const char *one, const char *many, const struct strings *names)
{
	struct text plain = { 0 };
	char name[NAME_LEN];

	if (names->n == 0)
		return;
	text_printf(t, "%s%s ", t->len > 0 ? " and " : "", names->n == 1 ? one : many);
	for (size_t i = 0; i < names->n && i < NAMED; i++) {
		text_clear(&plain);
		text_line(&plain, names->v[i], strlen(names->v[i]));
		text_first_line(name, sizeof(name), plain.buf);
		text_printf(t, "%s%s", i > 0 ? ", " : "", name);
	}
	text_free(&plain);
	if (names->n > NAMED)
		text_printf(t, " and %zu more", names->n - NAMED);
}

char *
unjudged_text(const struct unjudged *u)
{
	struct text t = { 0 };

	add_names(&t, "commit", "commits", &u->commits);
	add_names(&t, "a change in", "changes in", &u->paths);
	add_names(&t, "the nested repository or large file", "nested repositories or large files", &u->left);
	return t.buf;
}

int
unjudged_save(const struct unjudged *u, const struct git *g, const struct state *s, char *err,
    size_t errlen)
{
	struct strings tips = { 0 };
	bool saved;
	char *dir;
	int rc = 0;

	if (u->commit[0] != '\0') {
		strings_add(&tips, u->commit);
		dir = text_format("%.*s", (int)(strrchr(u->objects, '/') - u->objects), u->objects);
		rc = git_import(g, u->objects, s->base, NULL, u->commit, err, errlen);
		if (rc == 0)
			rc = git_lfs_take(g, dir, s->head, u->commit, err, errlen);
		free(dir);
		if (rc == 0)
			rc = git_salvage_commits(g, s->session, s->head, &tips, err, errlen);
		strings_free(&tips);
	}
	return rc == -1 ? -1 : git_salvage(&u->git, s->session, s->head, &saved, err, errlen);
}

void
unjudged_release(struct unjudged *u)
{
	free(u->git.dir);
	free(u->git.index);
	free(u->objects);
	strings_free(&u->commits);
	strings_free(&u->paths);
	strings_free(&u->left);
	memset(u, 0, sizeof(*u));
}
