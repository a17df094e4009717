/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/stat.h>

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/file.h"
#include "proto/pool.h"
#include "proto/text.h"
#include "worker/tree.h"
#include "worker/worker.h"

/* Makes one entry ours; two workers can't get the same. */
static bool
take(const char *pool, const char *taken)
{
	const struct dirent *e;
	bool got = false;
	char *entry;
	DIR *d;

	if ((d = opendir(pool)) == NULL)
		return false;
	while (!got && (e = readdir(d)) != NULL) {
		if (!pool_name(e->d_name))
			continue;
		entry = text_format("%s/%s", pool, e->d_name);
		got = file_shift(AT_FDCWD, entry, AT_FDCWD, taken) == 0;
		free(entry);
	}
	closedir(d);
	return got;
}

/* Files that did not change between the two commits may be converted otherwise now. */
static bool
same_attributes(struct worker *w, const char *from)
{
	struct git_change *c;
	const char *slash;
	bool same = true;
	size_t n;

	if (strcmp(from, w->state.base) == 0)
		return true;
	if (git_diff(&w->git, from, w->state.base, &c, &n, NULL, 0) == -1)
		return false;
	for (size_t i = 0; i < n; i++) {
		slash = strrchr(c[i].path, '/');
		same = same && strcmp(slash == NULL ? c[i].path : slash + 1, ".gitattributes") != 0;
	}
	git_changes_free(c, n);
	return same;
}

/* Brings the tree to base where it is, so that a crash leaves the worktree empty or complete. */
static bool
bring_to_base(struct worker *w, const char *taken, const char *tree, const char *git)
{
	char commit[OID_MAX], *index = text_format("%s/" POOL_INDEX, taken);
	struct git g = w->git;
	bool ok = pool_fits(&w->repo, taken, commit) && same_attributes(w, commit);

	g.worktree = text_format("%s", tree);
	(void)unlink(g.index);
	ok = ok && file_copy(index, g.index, false) == 0 &&
	    git_checkout(&g, w->state.base, NULL, 0) == 0 &&
	    git_worktree_link(tree, git, NULL, 0) == 0;
	if (!ok)
		(void)unlink(g.index);
	free(g.worktree);
	free(index);
	return ok;
}

/* The empty one may be where this process stands. */
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
tree_reuse(struct worker *w, const char *git, bool empty)
{
	char *pool = pool_dir(w->state.worktree), *taken, *tree;
	bool done = false;

	taken = text_format("%s/" POOL_TAKEN "%s", pool, w->config.session);
	tree = text_format("%s/" POOL_TREE, taken);
	if (pool_ours(pool))
		(void)file_remove_tree(AT_FDCWD, taken);	/* of a crash */
	if (pool_ours(pool) && empty && w->config.settings.recycle && take(pool, taken)) {
		done = bring_to_base(w, taken, tree, git) && put_in_place(w, tree);
		(void)file_remove_tree(AT_FDCWD, taken);
	}
	free(tree);
	free(taken);
	free(pool);
	return done;
}
