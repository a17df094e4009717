/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/stat.h>

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/base/text.h"
#include "proto/git/pool.h"
#include "proto/sys/dir.h"
#include "proto/sys/file.h"
#include "worker/core/worker.h"
#include "worker/tree/reuse.h"
#include "worker/tree/worktree.h"

/* The taken slots of the pool, in order. */
static void
slots(const char *pool, struct strings *names)
{
	const struct dirent *e;
	char *one;
	DIR *d = opendir(pool);

	while ((e = dir_next(d)) != NULL)
		if (pool_name(e->d_name)) {
			strings_add(names, e->d_name);
			for (size_t i = names->n - 1; i > 0 && pool_order(names->v[i - 1], names->v[i]) > 0; i--) {
				one = names->v[i];
				names->v[i] = names->v[i - 1];
				names->v[i - 1] = one;
			}
		}
	dir_close(d);
}

/* Takes one entry; two workers can't get the same.  last: takes entries that keep ignored files, which clean
 * trees should get, only as the last ones. */
static bool
take(const char *pool, const char *taken, bool last)
{
	struct strings names = { 0 };
	bool got = false;
	char *entry;

	slots(pool, &names);
	for (size_t i = 0; i < names.n && !got; i++) {
		entry = text_format("%s/%s", pool, names.v[last ? names.n - 1 - i : i]);
		got = file_shift(AT_FDCWD, entry, AT_FDCWD, taken) == 0;
		free(entry);
	}
	strings_free(&names);
	return got;
}

/* Files that are equal in both commits may be converted differently now. */
static bool
same_attributes(const struct git *g, const char *from, const char *to)
{
	struct git_change *c;
	const char *slash;
	bool same = true;
	size_t n;

	if (strcmp(from, to) == 0)
		return true;
	if (git_diff(g, from, to, &c, &n, NULL, 0) == -1)
		return false;
	for (size_t i = 0; i < n; i++) {
		slash = strrchr(c[i].path, '/');
		same = same && strcmp(slash == NULL ? c[i].path : slash + 1, ".gitattributes") != 0;
	}
	git_changes_free(c, n);
	return same;
}

/* Works inside the pool first, so that after a crash the final place is empty or complete. */
bool
reuse_entry(struct worker *w, const char *entry, const struct git *g, const char *commit)
{
	char *pool = pool_dir(w->state.worktree), *index = text_format("%s/" POOL_INDEX, entry);
	char from[OID_MAX];
	bool ok = pool_ours(pool);

	if (ok)
		(void)file_remove_tree(AT_FDCWD, entry);	/* left by a crash */
	ok = ok && w->config.settings.recycle && take(pool, entry, strcmp(index, g->index) == 0) && pool_fits(&w->repo, entry, from) &&
	    same_attributes(&w->git, from, commit);
	if (ok && strcmp(index, g->index) != 0) {
		(void)unlink(g->index);
		ok = file_copy(index, g->index, false) == 0;
	}
	ok = ok && git_checkout(g, commit, NULL, 0) == 0;
	if (!ok)
		(void)unlink(g->index);
	free(index);
	free(pool);
	return ok;
}

/* This process may have the empty directory as its working directory. */
static bool
put_in_place(const struct worker *w, const char *tree)
{
	struct stat here, old;
	bool inside = stat(".", &here) == 0 && stat(w->state.worktree, &old) == 0 &&
	    here.st_dev == old.st_dev && here.st_ino == old.st_ino;

	if (file_swap(AT_FDCWD, tree, AT_FDCWD, w->state.worktree) == -1)
		return false;
	return !inside || chdir(w->state.worktree) == 0;
}

bool
worktree_reuse(struct worker *w, const char *git, bool empty)
{
	char *pool = pool_dir(w->state.worktree), *taken, *tree;
	struct git g = w->git;
	bool done = false;

	taken = text_format("%s/" POOL_TAKEN "%s", pool, w->config.session);
	tree = text_format("%s/" POOL_TREE, taken);
	g.worktree = tree;
	if (empty)
		done = reuse_entry(w, taken, &g, w->state.base) && git_worktree_link(tree, git, NULL, 0) == 0 &&
		    put_in_place(w, tree);
	if (!done)
		(void)unlink(w->git.index);
	if (pool_ours(pool))
		(void)file_remove_tree(AT_FDCWD, taken);
	free(tree);
	free(taken);
	free(pool);
	return done;
}
