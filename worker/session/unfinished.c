/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/stat.h>

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/base/text.h"
#include "proto/git/git.h"
#include "proto/session/layout.h"
#include "proto/sys/file.h"
#include "worker/core/worker.h"
#include "worker/run/gitdir.h"
#include "worker/session/unfinished.h"
#include "worker/tree/beside.h"
#include "worker/tree/submodule.h"

#define PATHS_MAX	2000		/* changed files that are searched individually */

static const struct { const char *file, *what, *repair; } states[] = {
	{ "MERGE_HEAD", "a merge", "resolve its conflicts and commit, or git merge --abort" },
	{ "rebase-merge", "a rebase", "git rebase --continue, or git rebase --abort" },
	{ "rebase-apply", "a rebase or git am", "continue it, or git rebase --abort" },
	{ "CHERRY_PICK_HEAD", "a cherry-pick", "git cherry-pick --continue, or git cherry-pick --abort" },
	{ "REVERT_HEAD", "a revert", "git revert --continue, or git revert --abort" },
	{ "sequencer/todo", "a series of cherry-picks or reverts",
	    "git cherry-pick --continue, or git cherry-pick --abort, as git status says" },
	{ "BISECT_LOG", "a bisection", "git bisect reset" },
};

bool
unfinished_text(const struct unfinished *u, char *text, size_t len)
{
	for (size_t i = 0; u->file != NULL && i < sizeof(states) / sizeof(states[0]); i++)
		if (strcmp(states[i].file, u->file) == 0) {
			snprintf(text, len, "%s is not finished in the worktree: %s", states[i].what, states[i].repair);
			return true;
		}
	if (u->unmerged[0] != '\0')
		snprintf(text, len, "%s has conflicts that are not resolved: resolve them, then git add it", u->unmerged);
	else if (strcmp(u->branch, BESIDE_STASH) == 0)
		snprintf(text, len, "work is left in the stash: git stash pop and commit it, or git stash drop");
	else if (u->branch[0] != '\0')
		snprintf(text, len, "branch %s has %ld commit%s that HEAD lacks: merge it, or delete it",
		    u->branch, u->commits, u->commits == 1 ? "" : "s");
	else
		return false;
	return true;
}

static void
find_unmerged(const struct index_entry *e, void *arg)
{
	struct unfinished *u = arg;

	if (e->stage != 0 && u->unmerged[0] == '\0')
		strlcpy(u->unmerged, e->path, sizeof(u->unmerged));
}

enum event
unfinished_git(struct worker *w)
{
	char dir[PATH_MAX + 32], err[GIT_ERR], text[600];
	struct unfinished u = { 0 };
	struct beside b = { 0 };
	struct stat st;
	char *index;
	int dirfd;

	gitdir_path(w, SESSION_DIR_AGENT_GIT, dir, sizeof(dir));
	if ((dirfd = file_open_dir(AT_FDCWD, dir)) == -1)
		return EVENT_DONE;	/* its import reports what is wrong with it */
	for (size_t i = 0; u.file == NULL && i < sizeof(states) / sizeof(states[0]); i++)
		if (file_exists(dirfd, states[i].file))
			u.file = states[i].file;
	index = text_format("%s/index", dir);
	(void)index_walk(index, w->repo.hexlen, &st, find_unmerged, &u, err, sizeof(err));
	free(index);
	close(dirfd);
	if (beside_find(w, SESSION_DIR_AGENT_GIT, 1, &b, err, sizeof(err)) == -1)
		return worker_failed(w, "git", "%s", err);
	if (b.names.n > 0) {
		strlcpy(u.branch, b.names.v[0], sizeof(u.branch));
		u.commits = b.commits;
	}
	beside_free(&b);
	return unfinished_text(&u, text, sizeof(text)) ? worker_hand_back(w, "unfinished", "%s", text) : EVENT_DONE;
}

/* The first of the paths whose file in a commit has all three markers; "" = none. */
static int
marked(struct worker *w, const char *commit, const struct strings *paths, char *first, size_t len, char *err,
    size_t errlen)
{
	static const char *const words[] = { "--literal-pathspecs", "grep", "-I", "-z", "-l", "--all-match",
		"-e", "^<<<<<<< ", "-e", "^=======$", "-e", "^>>>>>>> " };
	const size_t n = sizeof(words) / sizeof(words[0]);
	const char **argv = calloc(n + paths->n + 3, sizeof(*argv));
	struct git g = w->git;
	char *out = NULL, *colon;
	int rc, status;

	if (argv == NULL)
		abort();
	memcpy(argv, words, sizeof(words));
	argv[n] = commit;
	argv[n + 1] = "--";
	for (size_t i = 0; i < paths->n; i++)
		argv[n + 2 + i] = paths->v[i];
	g.worktree = g.index = NULL;
	first[0] = '\0';
	rc = git_run(&g, argv, NULL, 0, &out, NULL, &status, err, errlen);
	if (rc == 0 && out != NULL && (colon = strchr(out, ':')) != NULL)
		strlcpy(first, colon + 1, len);
	free(out);
	free(argv);
	return rc;
}

static enum event
check_markers(struct worker *w, const struct git_change *c, size_t n)
{
	struct strings paths = { 0 }, one = { 0 };
	char path[1024] = "", before[1024] = "", err[GIT_ERR];
	int rc;

	for (size_t i = 0; i < n && paths.n < PATHS_MAX; i++)
		if (c[i].status != 'D' && c[i].new_mode != 0160000)
			strings_add(&paths, c[i].path);
	rc = paths.n == 0 ? 0 : marked(w, w->state.head, &paths, path, sizeof(path), err, sizeof(err));
	if (rc == 0 && path[0] != '\0') {	/* a document about markers may have had them before */
		strings_add(&one, path);
		rc = marked(w, w->state.base, &one, before, sizeof(before), err, sizeof(err));
	}
	strings_free(&paths);
	strings_free(&one);
	if (rc == -1)
		return worker_failed(w, "git", "%s", err);
	return path[0] == '\0' || before[0] != '\0' ? EVENT_DONE : worker_hand_back(w, "unfinished",
	    "%s holds the markers of a conflict (<<<<<<<, =======, >>>>>>>): resolve it and commit", path);
}

enum event
unfinished_commit(struct worker *w)
{
	struct git_change *c;
	char err[GIT_ERR];
	enum event event;
	size_t n;

	if (git_diff(&w->git, w->state.base, w->state.head, &c, &n, err, sizeof(err)) == -1)
		return worker_failed(w, "git", "%s", err);
	if ((event = submodule_check(w, c, n)) == EVENT_DONE)
		event = check_markers(w, c, n);
	git_changes_free(c, n);
	return event;
}
