/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/text.h"
#include "worker/core/output.h"
#include "worker/core/worker.h"
#include "worker/run/gitdir.h"
#include "worker/session/resolve.h"
#include "worker/tree/worktree.h"

#define MESSAGES_MAX	(16u << 10)	/* bytes of the messages of commits that become one */
#define LEFT_MAX	50		/* number of files named */

int
resolve_forget(struct worker *w)
{
	struct review *r = &w->review;

	if (r->verdict == VERDICT_NONE)
		return 0;
	r->verdict = VERDICT_NONE;
	r->decided_by[0] = '\0';
	r->decided_at = 0;
	return worker_review_save(w);
}

/* The merge of the session's head and the target, with conflicts. */
static int
merged_tree(struct worker *w, char tree[OID_MAX])
{
	struct state *s = &w->state;
	struct state_conflict *list;
	char err[GIT_ERR];
	size_t n;

	if (git_merge_tree(&w->git, s->head, s->resolving.target, tree, &list, &n, err,
	    sizeof(err)) == -1)
		return worker_git_failed(w, err);
	state_conflicts_free(s);
	s->conflicts = list;
	s->nconflicts = n;
	return 0;
}

enum event
step_resolve(struct worker *w)
{
	char tree[OID_MAX], files[OID_MAX];

	if (worktree_pin(w) == -1 || merged_tree(w, tree) == -1 || worktree_move(w, w->state.head, tree, files) == -1)
		return EVENT_FAILED;
	output_log("merged %s (%.12s) into the worktree; conflicts in %zu file%s",
	    worker_target(w), w->state.resolving.target, w->state.nconflicts,
	    w->state.nconflicts == 1 ? "" : "s");
	return gitdir_index(w) == -1 ? EVENT_FAILED : EVENT_DONE;
}

/* May a resolution leave the path as it was before the merge?  A council sees what it drops; without one, the lines of the
 * target must not all go from a file that both sides changed, as in the second run of a plain command. */
static bool
may_stay(const struct worker *w, const char *path)
{
	for (size_t i = 0; i < w->state.nconflicts; i++)
		if (strcmp(w->state.conflicts[i].path, path) == 0)
			return w->config.settings.review == REVIEW_COUNCIL ||
			    strcmp(w->state.conflicts[i].kind, "contents") != 0;
	return false;
}

/* Finds files that were put back to their state before the merge, which would undo the target's change. */
static int
find_undone(struct worker *w, const char *merged, struct strings *paths)
{
	struct git_change *theirs, *ours = NULL;
	char head[OID_MAX], err[GIT_ERR];
	size_t i, k = 0, n, m = 0;
	int rc;

	if (git_tree_of(&w->git, w->state.head, head, err, sizeof(err)) == -1 ||
	    git_diff(&w->git, head, merged, &theirs, &n, err, sizeof(err)) == -1)
		return worker_git_failed(w, err);
	if ((rc = git_diff(&w->git, head, w->taken.tree, &ours, &m, err, sizeof(err))) == -1)
		worker_failed(w, "git", "%s", err);
	for (i = 0; rc == 0 && i < n && paths->n < LEFT_MAX; i++) {
		while (k < m && strcmp(ours[k].path, theirs[i].path) < 0)	/* both are sorted */
			k++;
		if ((k == m || strcmp(ours[k].path, theirs[i].path) != 0) &&
		    !may_stay(w, theirs[i].path))
			strings_add(paths, theirs[i].path);
	}
	git_changes_free(theirs, n);
	git_changes_free(ours, m);
	return rc;
}

static void
add_paths(struct text *t, const char *what, const struct strings *paths)
{
	size_t i;

	if (paths->n == 0)
		return;
	text_printf(t, "%s%s:\n", t->len > 0 ? "\n" : "", what);
	for (i = 0; i < paths->n && i < LEFT_MAX; i++)
		text_printf(t, "- %s\n", paths->v[i]);
}

/* EVENT_DONE: the worktree holds a resolution. */
static enum event
check(struct worker *w)
{
	struct strings markers = { 0 }, undone = { 0 };
	char merged[OID_MAX], err[GIT_ERR];
	enum event event = EVENT_DONE;
	struct text t = { 0 };

	if (merged_tree(w, merged) == -1 || find_undone(w, merged, &undone) == -1)
		event = EVENT_FAILED;
	else if (git_markers(&w->git, w->taken.tree, w->state.head, w->state.resolving.target,
	    w->state.conflicts, w->state.nconflicts, &markers, err, sizeof(err)) == -1)
		event = worker_failed(w, "git", "%s", err);
	else if (markers.n + undone.n > 0) {
		add_paths(&t, "Conflict markers are left in", &markers);
		add_paths(&t, "These were put back to their state before the merge, which would undo the work done there", &undone);
		free(w->state.feedback);
		w->state.feedback = t.buf;
		w->state.gate_tries++;
		worker_fail(w, "conflict", "%s: %s", markers.n > 0 ? "conflict markers are left" :
		    "the merge was undone", markers.n > 0 ? markers.v[0] : undone.v[0]);
		output_log("not resolved: %s", w->fail_detail);
		event = EVENT_GATE_FAILED;
	}
	strings_free(&markers);
	strings_free(&undone);
	return event;
}

/* "ITEM: merge TARGET", and the messages of the implementer's own commits. */
static char *
message_of(struct worker *w, const char *commit)
{
	struct text t = { 0 };
	char err[GIT_ERR], *said = NULL;

	text_printf(&t, "%s: merge %s, conflicts resolved\n", w->config.item, worker_target(w));
	if (strcmp(commit, w->state.head) != 0 && git_log_messages(&w->git, w->state.head, commit,
	    MESSAGES_MAX, &said, err, sizeof(err)) == 0)
		text_printf(&t, "\n%s", said);
	free(said);
	return t.buf;
}

/*
 * Turns commit into one that has the target as an ancestor: the merge itself,
 * with its real parents, so that every line keeps its author.
 */
static int
join(struct worker *w, bool own, char commit[OID_MAX])
{
	const char *parents[] = { w->state.head, w->state.resolving.target };
	char err[GIT_ERR], *message;
	int rc;

	if ((rc = git_ancestor(&w->git, parents[1], commit, err, sizeof(err))) == 0) {
		message = message_of(w, own ? commit : w->state.head);
		rc = git_commit_tree(&w->git, w->taken.tree, parents, 2, message, commit, err,
		    sizeof(err));
		free(message);
	}
	if (rc == -1)
		worker_git_failed(w, err);
	return rc == -1 ? -1 : 0;
}

enum event
resolve_commit(struct worker *w)
{
	char commit[OID_MAX], tree[OID_MAX], err[GIT_ERR], message[160];
	enum event event;
	int own;

	snprintf(message, sizeof(message), "%s: conflicts resolved\n", w->config.item);
	if ((own = worktree_take(w, message, commit)) == -1)
		return w->handed_back ? EVENT_GATE_FAILED : EVENT_FAILED;
	if ((event = check(w)) != EVENT_DONE)
		return event;
	if (git_tree_of(&w->git, w->state.resolving.target, tree, err, sizeof(err)) == -1)
		return worker_failed(w, "git", "%s", err);
	if (strcmp(tree, w->taken.tree) == 0)
		return worker_fail(w, "no-change", "the resolution leaves no change against %s", worker_target(w));
	if (join(w, own == 1, commit) == -1 || worktree_advance(w, commit, w->taken.files) == -1)
		return EVENT_FAILED;
	/* the commit may contain more of the target than was merged for it */
	if (git_ancestor(&w->git, w->state.resolving.target, w->onto, err, sizeof(err)) != 1)
		strlcpy(w->onto, w->state.resolving.target, sizeof(w->onto));
	strlcpy(w->state.base, w->onto, sizeof(w->state.base));
	state_resolved(&w->state);
	output_log("resolved as %.12s, now based on %.12s", w->state.head, w->state.base);
	return EVENT_DONE;
}
