/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/base/text.h"
#include "proto/git/git_internal.h"
#include "proto/record/config.h"
#include "proto/sys/file.h"

#define MODE_GITLINK	0160000u
#define INDEX_NEW	".index"

struct gitdir {
	const struct git_repo *repo;
	const char	*dir, *target;
	bool		 inside;	/* for a run, which writes there */
};

static char *
config_text_of(const struct gitdir *p)
{
	const struct git_repo *r = p->repo;
	bool sha1 = strcmp(r->format, "sha1") == 0;
	struct text t = { 0 };

	text_printf(&t, "[core]\n\trepositoryformatversion = %d\n\tbare = false\n\tlogallrefupdates = true\n%s",
	    sha1 ? 0 : 1, r->worktree_config);
	if (!sha1)
		text_printf(&t, "[extensions]\n\tobjectformat = %s\n", r->format);
	text_puts(&t, "[orchestrator]\n\tprivate = true\n[gc]\n\tauto = 0\n[maintenance]\n\tauto = false\n[user]\n");
	git_config_add(&t, "name", r->author_name);
	git_config_add(&t, "email", r->author_email);
	if (p->inside)
		text_printf(&t, "[commit]\n\tgpgSign = false\n[tag]\n\tgpgSign = false\n%s", r->inherited);
	return t.buf;
}

static int
put(const struct gitdir *p, const char *path, const char *text, char *err, size_t errlen)
{
	return git_put_below(p->dir, path, text, p->inside, err, errlen);
}

/* Writes the parts that never change; git_point then completes the directory. */
static int
fill(const struct gitdir *p, const char *config, const char *alternates, char *err, size_t errlen)
{
	static const char *const dirs[] = { "objects", "objects/info", "objects/pack", "refs", "refs/heads", "info",
		NULL };
	const struct git_repo *r = p->repo;
	char *shallow = text_format("%s/shallow", r->common), *mine = text_format("%s/shallow", p->dir), *refs = NULL;
	int rc;

	rc = git_dirs_make(p->dir, dirs, err, errlen);
	if (rc == 0)
		rc = put(p, "config", config, err, errlen);
	if (rc == 0)
		rc = put(p, "objects/info/alternates", alternates, err, errlen);
	if (rc == 0)
		rc = git_exclude_copy(r, p->dir, err, errlen);
	if (rc == 0 && p->inside)
		rc = git_attributes_copy(r, p->dir, err, errlen);
	if (rc == 0 && r->shallow && file_copy(shallow, mine, false) == -1 && errno != EEXIST)
		rc = git_fail_errno(err, errlen, "%s", mine);
	if (rc == 0 && (refs = git_refs_inherited(r, p->target, err, errlen)) == NULL)
		rc = -1;
	if (rc == 0)
		rc = put(p, "packed-refs", refs, err, errlen);
	free(refs);
	free(shallow);
	free(mine);
	return rc;
}

/* Sets the branch to commit and HEAD to the branch, wherever they were. */
static int
point(const struct gitdir *p, const char *ref, const char *commit, char *err, size_t errlen)
{
	char *line = text_format("%s\n", commit), *head = text_format("ref: %s\n", ref);
	int rc;

	rc = put(p, ref, line, err, errlen);
	if (rc == 0)
		rc = put(p, "HEAD", head, err, errlen);
	free(line);
	free(head);
	return rc;
}

/* Is the configuration that is read outside a run ours?  0; 1: it must be rewritten; -1. */
static int
trust(const struct gitdir *p, const char *config, const char *alternates)
{
	int fd = file_open_dir(AT_FDCWD, p->dir), rc;
	char buf[4200];

	if (fd == -1 && (errno == ENOTDIR || errno == ELOOP) && file_remove_tree(AT_FDCWD, p->dir) == 0)
		return 1;
	if (fd == -1)
		return errno == ENOENT ? 1 : -1;
	rc = git_dir_distrust(fd, config, p->repo->shallow);
	if (rc == 0 && (git_small_read(fd, "objects/info/alternates", true, buf, sizeof(buf)) == -1 ||
	    strncmp(buf, alternates, strlen(alternates) - 1) != 0 || buf[strlen(alternates) - 1] != '\0'))
		rc = 1;
	close(fd);
	return rc;
}

static int
make(const struct gitdir *p, const char *branch, const char *commit, char *err, size_t errlen)
{
	char *ref = text_format("refs/heads/%s", branch), *config, *alternates;
	int rc = 0;

	if (!git_ref_valid(ref))
		rc = git_fail(err, errlen, "\"%s\" is not a valid branch name", branch);
	else if (!git_oid_valid(p->repo, commit))
		rc = git_fail(err, errlen, "%s: not a full object id", commit);
	if (rc == -1) {
		free(ref);
		return -1;
	}
	config = config_text_of(p);
	alternates = text_format("%s\n", p->repo->objects);
	if (!p->inside && (rc = trust(p, config, alternates)) == -1)
		git_fail_errno(err, errlen, "%s", p->dir);
	if (rc == 1 || (rc == 0 && !git_dir_complete(p->dir)))
		rc = fill(p, config, alternates, err, errlen);
	if (rc == 0)
		rc = point(p, ref, commit, err, errlen);
	free(config);
	free(alternates);
	free(ref);
	return rc;
}

/* Moves what git obeys there aside, or back.  What a crash left aside still belongs to the run. */
static int
put_aside(const char *dir, bool begin)
{
	static const char *const names[] = { "config", "config.worktree", "commondir", "attributes" };
	const size_t below = 3;		/* info/ */
	int top = file_open_dir(AT_FDCWD, dir), info = top == -1 ? -1 : file_open_dir(top, "info"), fd, rc = 0;
	char aside[32];

	if (top == -1 || (info == -1 && errno != ENOENT && errno != ENOTDIR && errno != ELOOP))
		rc = -1;
	for (size_t i = 0; rc == 0 && i < sizeof(names) / sizeof(names[0]); i++) {
		if ((fd = i < below ? top : info) == -1)
			continue;
		snprintf(aside, sizeof(aside), "%s.own", names[i]);
		if (begin && file_exists(fd, aside))
			rc = file_remove_tree(fd, names[i]);
		else if (begin ? file_exists(fd, names[i]) : file_exists(fd, aside) &&
		    file_remove_tree(fd, names[i]) == 0)
			rc = file_shift(fd, begin ? names[i] : aside, fd, begin ? aside : names[i]);
	}
	file_close(info);
	file_close(top);
	return rc;
}

int
git_private_plain(const struct git_repo *r, const char *dir, bool begin, char *err, size_t errlen)
{
	const struct gitdir p = { r, dir, NULL, true };
	char *config;
	int rc;

	if (put_aside(dir, begin) == -1)
		return git_fail_errno(err, errlen, "%s", dir);
	if (!begin)
		return 0;
	config = config_text_of(&p);
	rc = put(&p, "config", config, err, errlen);
	if (rc == 0)
		rc = git_attributes_copy(r, dir, err, errlen);
	free(config);
	return rc;
}

int
git_private_make(const struct git_repo *r, const char *dir, const char *branch, const char *commit,
    const char *target, char *err, size_t errlen)
{
	return make(&(struct gitdir){ r, dir, target, true }, branch, commit, err, errlen);
}

int
git_outside_make(const struct git_repo *r, const char *dir, const char *branch, const char *commit,
    const char *target, char *err, size_t errlen)
{
	return make(&(struct gitdir){ r, dir, target, false }, branch, commit, err, errlen);
}

/* Moves a reference unless it is checked out, or has a commit that the repository lacks. */
static int
follow(const struct git *g, const char *dir, const char *ref, const char *oid, char *err, size_t errlen)
{
	const char *argv[] = { "cat-file", "-e", NULL, NULL };
	char head[512] = "", now[OID_MAX] = "", *line;
	int fd = file_open_dir(AT_FDCWD, dir), rc;

	if (fd == -1)
		return git_fail_errno(err, errlen, "%s", dir);
	rc = git_small_read(fd, "HEAD", true, head, sizeof(head)) == -1 ? git_fail_errno(err, errlen, "%s/HEAD", dir) :
	    git_ref_lookup(fd, ref, g->repo->hexlen, true, now, err, errlen);
	close(fd);
	argv[2] = now;
	if (rc == -1 || (strncmp(head, "ref: ", 5) == 0 && strcmp(head + 5, ref) == 0) || (rc == 0 &&
	    (strcmp(now, oid) == 0 || git_run(g, argv, NULL, 0, NULL, NULL, NULL, NULL, 0) == -1)))
		return rc == -1 ? -1 : 0;
	line = text_format("%s\n", oid);
	rc = git_put_below(dir, ref, line, false, err, errlen);
	free(line);
	return rc;
}

int
git_outside_target(const struct git *g, const char *dir, const char *target, char *err, size_t errlen)
{
	char *refs = git_refs_inherited(g->repo, target, err, errlen), *next = refs, *line, *name;
	int rc = refs == NULL ? -1 : 0;

	while (rc == 0 && (line = strsep(&next, "\n")) != NULL) {
		if ((name = strchr(line, ' ')) == NULL || (strncmp(name, " refs/heads/", 12) != 0 &&
		    strncmp(name, " refs/remotes/", 14) != 0))
			continue;
		*name++ = '\0';
		rc = follow(g, dir, name, line, err, errlen);
	}
	free(refs);
	return rc;
}

static void
add_gitlink(const struct index_entry *e, void *arg)
{
	if (e->mode == MODE_GITLINK && e->stage == 0 && !e->skip_worktree)
		text_add(arg, e->path, strlen(e->path) + 1);
}

int
git_index_skip_links(const struct git *g, char *index, char *err, size_t errlen)
{
	const char *argv[] = { "update-index", "-z", "--skip-worktree", "--stdin", NULL };
	struct git own = *g;
	struct text paths = { 0 };
	struct stat st;
	int rc;

	own.index = index;
	rc = index_walk(index, g->repo->hexlen, &st, add_gitlink, &paths, err, errlen);
	if (rc == 0 && paths.len > 0)
		rc = git_run(&own, argv, paths.buf, paths.len, NULL, NULL, NULL, err, errlen);
	text_free(&paths);
	return rc;
}

int
git_index_give(const struct git *g, const char *dir, bool outside, char *err, size_t errlen)
{
	char *path = text_format("%s/" INDEX_NEW, dir);
	int fd = file_open_dir(AT_FDCWD, dir), rc = -1;

	if (fd != -1) {
		(void)unlinkat(fd, INDEX_NEW, 0);
		if (!outside)
			(void)unlinkat(fd, "index.lock", 0);	/* left by a git that was killed with its run */
		rc = file_copy(g->index, path, false);
	}
	if (rc == -1)
		git_fail_errno(err, errlen, "%s", path);
	if (rc == 0 && g->files != NULL && g->files[0] != '\0')
		rc = git_index_move(g, path, g->files, g->at, err, errlen);
	if (rc == 0 && outside)
		rc = git_index_skip_links(g, path, err, errlen);
	if (rc == 0 && (rc = file_rename_over(fd, INDEX_NEW, "index", 0)) == -1)
		git_fail_errno(err, errlen, "%s", path);
	file_close(fd);
	free(path);
	return rc;
}
