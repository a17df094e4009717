/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/stat.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/fault.h"
#include "proto/file.h"
#include "worker/output.h"
#include "worker/tree.h"
#include "worker/worker.h"

/* The worktree's tree; computed once, until agent code runs again. */
static int
tree_now(struct worker *w, char *err, size_t len)
{
	if (w->tree[0] != '\0')
		return 0;
	return git_tree_of_worktree(&w->git, w->tree, err, len);
}

/* Paths of the commit that are not as the commit has them; added ones are no difference. */
static enum tree_state
tree_judge(const struct git_change *c, size_t n, char *detail, size_t len)
{
	size_t i, changed = 0;

	detail[0] = '\0';
	for (i = 0; i < n; i++) {
		if (c[i].status == 'A')
			continue;
		if (changed++ < 5) {
			strlcat(detail, changed > 1 ? ", " : "", len);
			strlcat(detail, c[i].path, len);
		}
	}
	if (changed > 5)
		strlcat(detail, ", ...", len);
	return changed > 0 ? TREE_CHANGED : TREE_EXTRA;
}

enum tree_state
tree_compare(struct worker *w, char *detail, size_t len)
{
	struct git_change *changes;
	char err[GIT_ERR], head[OID_MAX];
	enum tree_state state;
	size_t n;

	if (tree_now(w, err, sizeof(err)) == -1 ||
	    git_tree_of(&w->git, w->state.head, head, err, sizeof(err)) == -1) {
		strlcpy(detail, err, len);
		return TREE_ERROR;
	}
	if (strcmp(head, w->tree) == 0)
		return TREE_SAME;
	if (git_diff(&w->git, head, w->tree, &changes, &n, err, sizeof(err)) == -1) {
		strlcpy(detail, err, len);
		return TREE_ERROR;
	}
	state = tree_judge(changes, n, detail, len);
	git_changes_free(changes, n);
	return state;
}

static int
tree_error(struct worker *w, const char *err)
{
	worker_failed(w, "git", "%s", err);
	return -1;
}

/* The agent's git starts from an index with stat data, like ours. */
int
tree_index_share(struct worker *w)
{
	char dir[PATH_MAX + 32], err[GIT_ERR];

	snprintf(dir, sizeof(dir), "%s/" SESSION_DIR_GIT, w->path);
	return git_index_give(&w->git, dir, false, err, sizeof(err)) == -1 ? tree_error(w, err) : 0;
}

/* A judge's own commits would be in the history of whatever is committed next. */
static bool
agent_git_moved(struct worker *w, const char *dir)
{
	char commit[OID_MAX], err[GIT_ERR];

	if (git_private_head(&w->repo, dir, commit, err, sizeof(err)) == 0 &&
	    strcmp(commit, w->state.head) == 0)
		return false;
	output_log("commits of a role that has none to make are discarded; the branch stays at "
	    "%.12s", w->state.head);
	return true;
}

/* Saves and discards what differs from state.head in the worktree. */
static int
tree_restore(struct worker *w, enum tree_state state, const char *detail)
{
	char err[GIT_ERR];
	bool saved = false;

	if (git_salvage(&w->git, w->config.session, w->state.head, &saved, err, sizeof(err)) == -1)
		return tree_error(w, err);
	if (saved)
		output_log("what was changed beside %.12s is saved in refs/salvage/%s and "
		    "discarded%s%s", w->state.head, w->config.session,
		    state == TREE_CHANGED ? ": " : "", state == TREE_CHANGED ? detail : "");
	w->tree[0] = '\0';
	if (git_checkout(&w->git, w->state.head, err, sizeof(err)) == -1)
		return tree_error(w, err);
	return 0;
}

int
tree_pin(struct worker *w)
{
	char detail[512], err[GIT_ERR], dir[PATH_MAX + 32];
	enum tree_state state = tree_compare(w, detail, sizeof(detail));

	snprintf(dir, sizeof(dir), "%s/" SESSION_DIR_GIT, w->path);
	/* After a crash the agent's git directory may be half made. */
	if (state == TREE_SAME && !w->recovered) {
		if (!agent_git_moved(w, dir))
			return 0;
	} else if (tree_restore(w, state, detail) == -1)
		return -1;
	w->recovered = false;
	if (git_private_make(&w->repo, dir, w->state.branch, w->state.head, w->config.target, err, sizeof(err)) == -1)
		return tree_error(w, err);
	return tree_index_share(w);
}

int
tree_import(struct worker *w, const char *dir, char *commit)
{
	const char *target = w->state.resolving.target;
	char objects[PATH_MAX + 64], err[GIT_ERR];

	snprintf(objects, sizeof(objects), "%s/objects", dir);
	if (git_private_head(&w->repo, dir, commit, err, sizeof(err)) == -1) {
		worker_failed(w, "import", "%s", err);
		return -1;
	}
	if (strcmp(commit, w->state.head) == 0)
		return 0;
	if (git_import(&w->git, objects, w->state.base, target[0] != '\0' ? target : NULL, commit,
	    err, sizeof(err)) == -1) {
		if (fault_code() == FAULT_WORK)
			worker_hand_back(w, "import", "%s", err);
		else
			worker_failed(w, "import", "%s", err);
		return -1;
	}
	return 0;
}

static int
commit_rest(struct worker *w, const char *message, char commit[OID_MAX])
{
	const char *parents[] = { commit };
	char err[GIT_ERR], tree[OID_MAX], new[OID_MAX];

	w->tree[0] = '\0';
	/* What is ignored, and was committed all the same, is not to be left out. */
	if (strcmp(commit, w->state.head) != 0 &&
	    git_index_at(&w->git, commit, err, sizeof(err)) == -1)
		return tree_error(w, err);
	if (tree_now(w, err, sizeof(err)) == -1) {
		if (fault_code() == FAULT_WORK)
			worker_hand_back(w, "import", "%s", err);
		else
			worker_failed(w, "git", "%s", err);
		return -1;
	}
	if (git_tree_of(&w->git, commit, tree, err, sizeof(err)) == -1)
		return tree_error(w, err);
	if (strcmp(tree, w->tree) == 0)
		return 0;
	if (git_commit_tree(&w->git, w->tree, parents, 1, message, new, err, sizeof(err)) == -1)
		return tree_error(w, err);
	output_log("committed what was left in the worktree as %.12s", new);
	strlcpy(commit, new, OID_MAX);
	return 0;
}

/* After a crash the branch may stand at the new commit already, or at an older one of ours. */
static int
branch_move(struct worker *w, const char *commit, char *err, size_t len)
{
	char ref[256], now[OID_MAX];

	snprintf(ref, sizeof(ref), "refs/heads/%s", w->state.branch);
	if (git_ref_move(&w->repo, ref, commit, w->state.head, "orchestrator: session", err, len) ==
	    0)
		return 0;
	if (git_ref_read(&w->repo, ref, now, err, len) == -1)
		return -1;
	if (strcmp(now, commit) == 0)
		return 0;
	output_log("branch %s was at %.12s, not at %.12s; it is moved", w->state.branch, now,
	    w->state.head);
	return git_ref_move(&w->repo, ref, commit, now, "orchestrator: session", err, len);
}

int
tree_take(struct worker *w, const char *message, char *commit)
{
	char dir[PATH_MAX + 32];
	bool own;

	if (access(w->state.worktree, F_OK) == -1) {
		worker_fail(w, "io", "%s: the worktree is gone; what was committed is in %s/"
		    SESSION_DIR_GIT, w->state.worktree, w->path);
		return -1;
	}
	snprintf(dir, sizeof(dir), "%s/" SESSION_DIR_GIT, w->path);
	if (tree_import(w, dir, commit) == -1)
		return -1;
	own = strcmp(commit, w->state.head) != 0;
	return commit_rest(w, message, commit) == -1 ? -1 : own;
}

int
tree_advance(struct worker *w, const char *commit)
{
	char dir[PATH_MAX + 32], err[GIT_ERR];

	snprintf(dir, sizeof(dir), "%s/" SESSION_DIR_GIT, w->path);
	if (branch_move(w, commit, err, sizeof(err)) == -1 ||
	    git_private_make(&w->repo, dir, w->state.branch, commit, w->config.target, err, sizeof(err)) == -1)
		return tree_error(w, err);
	strlcpy(w->state.head, commit, sizeof(w->state.head));
	return tree_index_share(w);
}

int
tree_commit(struct worker *w, const char *message)
{
	char commit[OID_MAX], base[OID_MAX], err[GIT_ERR];
	int own;

	if ((own = tree_take(w, message, commit)) == -1)
		return -1;
	if (strcmp(commit, w->state.base) == 0)
		return 1;
	/* Commits that together change nothing are no work. */
	if (own && git_tree_of(&w->git, w->state.base, base, err, sizeof(err)) == -1)
		return tree_error(w, err);
	if (own && strcmp(base, w->tree) == 0)
		return 1;
	return strcmp(commit, w->state.head) == 0 ? 0 : tree_advance(w, commit);
}
