/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/base/fault.h"
#include "proto/base/text.h"
#include "proto/git/git.h"
#include "proto/sys/file.h"
#include "worker/core/output.h"
#include "worker/core/worker.h"
#include "worker/run/gitdir.h"
#include "worker/tree/beside.h"

#define BRANCHES_MAX	100		/* branches examined */
#define COMMITS_MAX	"50"		/* commits of HEAD that may have a branch's content */

struct look {
	struct worker	*w;
	char		 dir[PATH_MAX + 32], *objects;
	char		 head[OID_MAX], target[OID_MAX];	/* HEAD there; the target's commit, "" = none */
	bool		 imported;	/* HEAD was imported into the repository */
};

/* The number of commits of oid that no other branch has. */
static int
count(const struct look *l, const char *oid, long *n, char *err, size_t len)
{
	const char *argv[] = { "rev-list", "--count", "--stdin", NULL };
	struct git g = l->w->git;
	struct text in = { 0 };
	char *out = NULL;
	int rc;

	text_printf(&in, "%s\n^%s\n^%s\n", oid, l->head, l->w->state.base);
	if (l->target[0] != '\0')
		text_printf(&in, "^%s\n", l->target);
	g.objects = l->objects;
	g.alternates = l->w->repo.objects;
	g.worktree = g.index = NULL;
	rc = git_run(&g, argv, in.buf, in.len, &out, NULL, NULL, err, len);
	*n = rc == 0 && out != NULL ? strtol(out, NULL, 10) : 0;
	free(out);
	text_free(&in);
	return rc;
}

static int
import(const struct look *l, const char *oid, char *err, size_t len)
{
	bool descends;

	return git_import_any(&l->w->git, l->objects, l->w->state.base, oid, &descends, err, len);
}

/* Untracked files of a stash are in its third parent, and in no merge. */
static int
has_untracked(struct worker *w, const char *oid, char *err, size_t len)
{
	char third[OID_MAX + 2], *out = NULL;
	const char *argv[] = { "rev-parse", "--verify", "-q", third, NULL };
	int status = 1, rc;

	snprintf(third, sizeof(third), "%s^3", oid);
	rc = git_run(&w->git, argv, NULL, 0, &out, NULL, &status, err, len);
	free(out);
	return rc == -1 ? -1 : status == 0;
}

/* 1: merging oid into commit changes nothing.  0, or -1. */
static int
has_content(struct worker *w, const char *commit, const char *oid, char *err, size_t len)
{
	char tree[OID_MAX], own[OID_MAX];
	struct state none = { 0 };
	int rc = git_merge_tree(&w->git, commit, oid, tree, &none.conflicts, &none.nconflicts, err, len);

	state_conflicts_free(&none);
	if (rc == 0)
		rc = git_tree_of(&w->git, commit, own, err, len) == -1 ? -1 : strcmp(tree, own) != 0;
	return rc == -1 ? -1 : rc == 0;
}

/* 1: HEAD, or a commit in its history, has its changes: merged, picked or squashed.  0, or -1. */
static int
contained(struct look *l, const char *name, const char *oid, char *err, size_t len)
{
	struct worker *w = l->w;
	char not_base[OID_MAX + 1], *out = NULL, *line, *next;
	const char *argv[] = { "rev-list", "-" COMMITS_MAX, "--first-parent", l->head, not_base, "--", NULL };
	int rc;

	if (!l->imported && import(l, l->head, err, len) == -1)
		return -1;
	l->imported = true;
	if (import(l, oid, err, len) == -1)
		return -1;
	if (strcmp(name, BESIDE_STASH) == 0 && (rc = has_untracked(w, oid, err, len)) != 0)
		return rc == -1 ? -1 : 0;
	snprintf(not_base, sizeof(not_base), "^%s", w->state.base);
	rc = git_run(&w->git, argv, NULL, 0, &out, NULL, NULL, err, len);
	for (next = out; rc == 0 && (line = strsep(&next, "\n")) != NULL && line[0] != '\0';)
		rc = has_content(w, line, oid, err, len);
	free(out);
	return rc;
}

static int
add(struct look *l, struct beside *b, const char *name, const char *oid, char *err, size_t len)
{
	long n;
	int rc;

	if (strcmp(oid, l->head) == 0)
		return 0;
	rc = count(l, oid, &n, err, len);
	if (rc == 0 && n > 0 && (rc = contained(l, name, oid, err, len)) != 1 && !(rc == -1 && fault_undecided())) {
		strings_add(&b->names, name);
		strings_add(&b->tips, oid);
		b->commits = n;
	}
	/* the import reports what is wrong with its objects */
	return rc == -1 && fault_undecided() ? -1 : 0;
}

static int
find(struct look *l, size_t max, struct beside *b, char *err, size_t len)
{
	static const char heads[] = "refs/heads/";
	struct worker *w = l->w;
	int dirfd = file_open_dir(AT_FDCWD, l->dir), rc;
	char stash[OID_MAX];
	struct git_refs refs;

	if (dirfd == -1)
		return 0;
	rc = git_refs_list(dirfd, heads, w->repo.hexlen, true, &refs, err, len);
	close(dirfd);
	if (rc == -1)
		return fault_undecided() ? -1 : 0;
	if (w->config.target != NULL)
		rc = git_branch_read(&w->repo, w->config.target, l->target, err, len);
	for (size_t i = 0; rc == 0 && i < refs.n && i < BRANCHES_MAX && b->names.n < max; i++)
		rc = add(l, b, refs.v[i].name + strlen(heads), refs.v[i].oid, err, len);
	git_refs_free(&refs);
	if (rc == -1 || b->names.n >= max)
		return rc;
	if (git_private_stash(&w->repo, l->dir, stash, err, len) == -1)
		return fault_undecided() ? -1 : 0;
	return stash[0] != '\0' ? add(l, b, BESIDE_STASH, stash, err, len) : 0;
}

static void
look_at(struct look *l, struct worker *w, const char *gitdir)
{
	*l = (struct look){ .w = w };
	gitdir_path(w, gitdir, l->dir, sizeof(l->dir));
	l->objects = text_format("%s/objects", l->dir);
}

int
beside_find(struct worker *w, const char *gitdir, size_t max, struct beside *b, char *err, size_t len)
{
	struct look l;
	int rc = 0;

	look_at(&l, w, gitdir);
	if (git_private_head(&w->repo, l.dir, l.head, err, len) == 0)	/* otherwise its import reports why */
		rc = find(&l, max, b, err, len);
	free(l.objects);
	return rc;
}

void
beside_free(struct beside *b)
{
	strings_free(&b->names);
	strings_free(&b->tips);
}

/* HEAD first, since its tree is shown for the saved work. */
static void
saved_tips(struct look *l, const struct beside *b, struct strings *tips, struct text *named)
{
	char err[GIT_ERR];

	if (l->head[0] != '\0' && git_ancestor(&l->w->git, l->head, l->w->state.head, err, sizeof(err)) != 1 &&
	    import(l, l->head, err, sizeof(err)) == 0) {
		strings_add(tips, l->head);
		text_puts(named, "HEAD");
	}
	for (size_t i = 0; i < b->tips.n; i++)
		if (import(l, b->tips.v[i], err, sizeof(err)) == 0) {
			strings_add(tips, b->tips.v[i]);
			text_printf(named, "%s%s%s", named->len > 0 ? ", " : "",
			    strcmp(b->names.v[i], BESIDE_STASH) == 0 ? "the " : "branch ", b->names.v[i]);
		}
}

void
beside_save(struct worker *w, const char *gitdir)
{
	struct strings tips = { 0 }, some;
	struct text named = { 0 };
	struct beside b = { 0 };
	char err[GIT_ERR];
	struct look l;
	int rc;

	look_at(&l, w, gitdir);
	(void)git_private_head(&w->repo, l.dir, l.head, NULL, 0);
	rc = beside_find(w, gitdir, BRANCHES_MAX, &b, err, sizeof(err));
	saved_tips(&l, &b, &tips, &named);
	for (size_t i = 0; rc == 0 && i < tips.n; i += some.n) {
		some = (struct strings){ .v = tips.v + i, .n = tips.n - i };
		if (some.n > GIT_SALVAGE_TIPS)
			some.n = GIT_SALVAGE_TIPS;
		rc = git_salvage_commits(&w->git, w->config.session, w->state.head, &some, err, sizeof(err));
	}
	if (rc == -1)
		output_log("the commits left in %s could not be saved: %s", l.dir, err);
	else if (tips.n > 0)
		output_log("commits outside the session's branch are saved in refs/salvage/%s: %s",
		    w->config.session, named.buf);
	beside_free(&b);
	strings_free(&tips);
	text_free(&named);
	free(l.objects);
}
