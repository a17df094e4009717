/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "proto/base/fault.h"
#include "proto/session/layout.h"
#include "worker/core/output.h"
#include "worker/core/worker.h"
#include "worker/run/gitdir.h"
#include "worker/tree/filter.h"
#include "worker/tree/import.h"
#include "worker/tree/junk.h"
#include "worker/tree/worktree.h"

/* The worktree's tree; computed once, until agent code runs again.  rest: silently leaves out what can't be committed. */
static int
worktree_now(struct worker *w, bool rest, char *err, size_t len)
{
	if (w->tree[0] != '\0')
		return 0;
	return rest ? git_tree_of_rest(&w->git, NULL, w->tree, err, len) :
	    git_tree_of_worktree(&w->git, w->tree, err, len);
}

/* Compares paths of the commit; added paths are no difference. */
static enum worktree_state
worktree_judge(const struct git_change *c, size_t n, char *detail, size_t len)
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
	return changed > 0 ? WORKTREE_CHANGED : WORKTREE_EXTRA;
}

enum worktree_state
worktree_compare(struct worker *w, char *detail, size_t len)
{
	struct git_change *changes;
	char err[GIT_ERR], head[OID_MAX];
	enum worktree_state state;
	struct git g;
	size_t n;
	int rc;

	if (worktree_now(w, true, err, sizeof(err)) == -1 ||
	    git_tree_of(&w->git, w->state.head, head, err, sizeof(err)) == -1) {
		strlcpy(detail, err, len);
		return WORKTREE_ERROR;
	}
	if (strcmp(head, w->tree) == 0)
		return WORKTREE_SAME;
	g = git_apart(&w->git);
	rc = git_diff(&g, head, w->tree, &changes, &n, err, sizeof(err));
	git_apart_free(&g);
	if (rc == -1) {
		strlcpy(detail, err, len);
		return WORKTREE_ERROR;
	}
	state = worktree_judge(changes, n, detail, len);
	git_changes_free(changes, n);
	return state;
}

/* Commits that must not be judged would become part of the history of the next commit: commits of an agent that
 * was to make none, and a person's commits beside them.  1 when there are any; they are saved if possible. */
static int
save_commits(struct worker *w, bool agent)
{
	static const char *const names[] = { SESSION_DIR_GIT, SESSION_DIR_AGENT_GIT };
	char dir[PATH_MAX + 32], commit[OID_MAX], err[GIT_ERR];
	struct strings tips = { 0 };
	int rc = 0;

	for (size_t i = 0; i < (agent ? 2 : 1); i++) {
		gitdir_path(w, names[i], dir, sizeof(dir));
		if (git_private_head(&w->repo, dir, commit, err, sizeof(err)) == 0 &&
		    strcmp(commit, w->state.head) == 0)
			continue;
		rc = 1;
		if (import_objects(w, dir, commit, err, sizeof(err)) == 0)
			strings_add(&tips, commit);
		else if (fault_undecided()) {	/* the commits may be complete */
			strings_free(&tips);
			return worker_git_failed(w, err);
		} else
			output_log("%s is reset to %.12s, since its commits can't be imported: %s", names[i], w->state.head, err);
	}
	if (tips.n > 0 && git_salvage_commits(&w->git, w->config.session, w->state.head, &tips, err,
	    sizeof(err)) == -1)
		rc = worker_git_failed(w, err);
	else if (tips.n > 0)
		output_log("commit %.12s, which is not to be judged, is saved in refs/salvage/%s; the branch stays "
		    "at %.12s", tips.v[0], w->config.session, w->state.head);
	strings_free(&tips);
	return rc;
}

static int
check_out(struct worker *w, const char *tree, char *err, size_t len)
{
	struct git g = git_apart(&w->git);
	int rc = git_checkout(&g, tree, err, len);

	git_apart_free(&g);
	w->tree[0] = '\0';
	return rc;
}

int
worktree_move(struct worker *w, const char *from, const char *to, char files[OID_MAX])
{
	char err[GIT_ERR], tree[OID_MAX];
	int rc;

	files[0] = '\0';
	rc = git_tree_of(&w->git, to, tree, err, sizeof(err));
	if (rc == 0 && w->state.files[0] != '\0')
		rc = git_tree_move(&w->git, w->state.files, from, to, files, err, sizeof(err));
	if (strcmp(files, tree) == 0)
		files[0] = '\0';
	if (rc == 0)
		rc = check_out(w, files[0] != '\0' ? files : tree, err, sizeof(err));
	return rc == -1 ? worker_git_failed(w, err) : 0;
}

/* Saves and discards the worktree's differences from state.head. */
static int
worktree_restore(struct worker *w, enum worktree_state state, const char *detail)
{
	char err[GIT_ERR];
	bool saved = false;

	if (git_salvage(&w->git, w->config.session, w->state.head, &saved, err, sizeof(err)) == -1)
		return worker_git_failed(w, err);
	if (saved)
		output_log("uncommitted changes to %.12s are saved in refs/salvage/%s and removed "
		    "from the worktree%s%s", w->state.head, w->config.session,
		    state == WORKTREE_CHANGED ? ": " : "", state == WORKTREE_CHANGED ? detail : "");
	if (check_out(w, w->state.files[0] != '\0' ? w->state.files : w->state.head, err, sizeof(err)) == -1)
		return worker_git_failed(w, err);
	return 0;
}

int
worktree_pin(struct worker *w)
{
	char detail[512];
	enum worktree_state state = worktree_compare(w, detail, sizeof(detail));
	int moved = save_commits(w, true);

	if (moved == -1)
		return -1;
	/* After a crash the agent's git directory may be incomplete. */
	if (state == WORKTREE_SAME && !w->recovered) {
		if (moved == 0)
			return 0;
	} else if (worktree_restore(w, state, detail) == -1)
		return -1;
	w->recovered = false;
	return gitdir_make(w, w->state.head) == -1 ? -1 : gitdir_index(w);
}

/* Imports the agent's commits or, if there are none, a person's commits in the worktree; *commit is the new tip. */
static int
import_commits(struct worker *w, char commit[OID_MAX])
{
	char dir[PATH_MAX + 32], person[OID_MAX];

	gitdir_path(w, SESSION_DIR_AGENT_GIT, dir, sizeof(dir));
	if (gitdir_refill(w) == -1 || import_work(w, dir, commit) == -1)
		return -1;
	if (gitdir_outside(w, person) == -1)
		return -1;
	if (strcmp(person, w->state.head) == 0)
		return 0;
	if (strcmp(commit, w->state.head) != 0)
		return save_commits(w, false) == -1 ? -1 : 0;
	gitdir_path(w, SESSION_DIR_GIT, dir, sizeof(dir));
	if (import_work(w, dir, commit) == -1)
		return -1;
	output_log("commit %.12s, made in the worktree by hand, is part of the work", commit);
	return 0;
}

/* Commits when no file needs conversion. */
static int
commit_plain(struct worker *w, const char *message, char commit[OID_MAX])
{
	const char *parents[] = { commit };
	char err[GIT_ERR], new[OID_MAX];

	if (git_tree_keep(&w->git, commit, w->tree, err, sizeof(err)) == -1 ||
	    git_commit_tree(&w->git, w->tree, parents, 1, message, new, err, sizeof(err)) == -1)
		return worker_git_failed(w, err);
	output_log("committed the changes left in the worktree as %.12s", new);
	strlcpy(commit, new, OID_MAX);
	strlcpy(w->taken.tree, w->tree, sizeof(w->taken.tree));
	return 0;
}

static int
commit_rest(struct worker *w, const char *message, char commit[OID_MAX])
{
	char err[GIT_ERR];
	int rc;

	w->tree[0] = '\0';
	/* Ignored files that were committed nevertheless must not be left out. */
	if (strcmp(commit, w->state.head) != 0 &&
	    git_index_at(&w->git, commit, err, sizeof(err)) == -1)
		return worker_git_failed(w, err);
	if (worktree_now(w, false, err, sizeof(err)) == -1) {
		if (fault_code() == FAULT_WORK)
			worker_hand_back(w, "import", "%s", err);
		else
			worker_failed(w, "git", "%s", err);
		return -1;
	}
	if (git_tree_of(&w->git, commit, w->taken.tree, err, sizeof(err)) == -1)
		return worker_git_failed(w, err);
	if (strcmp(w->taken.tree, w->tree) == 0)
		return 0;
	rc = filter_commit(w, message, commit);
	return rc == 1 ? commit_plain(w, message, commit) : rc;
}

/* Takes over the worktree's contents, which our index describes. */
static int
take_files(struct worker *w)
{
	char err[GIT_ERR];

	if (git_index_tree(&w->git, w->taken.files, err, sizeof(err)) == -1)
		return worker_git_failed(w, err);
	if (strcmp(w->taken.files, w->taken.tree) == 0)
		w->taken.files[0] = '\0';
	return 0;
}

/* After a crash the branch may already be at the new commit, or at an older one of ours. */
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
	output_log("branch %s was at %.12s instead of %.12s; moving it to the new commit", w->state.branch, now,
	    w->state.head);
	return git_ref_move(&w->repo, ref, commit, now, "orchestrator: session", err, len);
}

int
worktree_take(struct worker *w, const char *message, char *commit)
{
	bool own;

	if (access(w->state.worktree, F_OK) == -1) {
		worker_fail(w, "io", "%s: the worktree is gone; its commits are in %s/"
		    SESSION_DIR_AGENT_GIT, w->state.worktree, w->path);
		return -1;
	}
	if (import_commits(w, commit) == -1)
		return -1;
	own = strcmp(commit, w->state.head) != 0;
	return commit_rest(w, message, commit) == -1 || junk_check(w, commit) == -1 || take_files(w) == -1 ? -1 : own;
}

int
worktree_advance(struct worker *w, const char *commit, const char *files)
{
	char err[GIT_ERR];

	if (branch_move(w, commit, err, sizeof(err)) == -1)
		return worker_git_failed(w, err);
	if (gitdir_make(w, commit) == -1)
		return -1;
	if (strcmp(w->state.files, files) != 0)
		w->tree[0] = '\0';	/* it was computed relative to head's contents */
	strlcpy(w->state.head, commit, sizeof(w->state.head));
	strlcpy(w->state.files, files, sizeof(w->state.files));
	return gitdir_index(w);
}

int
worktree_commit(struct worker *w, const char *message)
{
	char commit[OID_MAX], base[OID_MAX], err[GIT_ERR];
	int own;

	if ((own = worktree_take(w, message, commit)) == -1)
		return -1;
	if (strcmp(commit, w->onto) == 0)
		return 1;
	/* Commits that change nothing in total are not work. */
	if (own && git_tree_of(&w->git, w->onto, base, err, sizeof(err)) == -1)
		return worker_git_failed(w, err);
	if (own && strcmp(base, w->taken.tree) == 0)
		return 1;
	if (strcmp(commit, w->state.head) != 0)
		return worktree_advance(w, commit, w->taken.files);
	strlcpy(w->state.files, w->taken.files, sizeof(w->state.files));
	w->tree[0] = '\0';
	return 0;
}

void
worktree_settle_base(struct worker *w)
{
	if (w->onto[0] == '\0' || strcmp(w->onto, w->state.base) == 0)
		return;
	strlcpy(w->state.base, w->onto, sizeof(w->state.base));
	output_log("the base is now %.12s, which the work contains", w->state.base);
}
