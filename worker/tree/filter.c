/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/stat.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/base/text.h"
#include "proto/session/layout.h"
#include "proto/sys/file.h"
#include "worker/core/output.h"
#include "worker/core/worker.h"
#include "worker/run/gitdir.h"
#include "worker/run/run.h"
#include "worker/tree/filter.h"
#include "worker/tree/import.h"

#define LIMIT_S		600
#define SAID_MAX	8192	/* bytes of git's output */

/* $1 is git, $2 the message; the paths are on standard input. */
static const char script[] =
    "g() { \"$git\" -c core.hooksPath=/dev/null -c core.fsmonitor=false -c core.untrackedCache=false \"$@\"; }\n"
    "git=$1\n"
    "g update-index -z --add --remove --replace --stdin || exit\n"
    "g diff --cached --quiet --no-ext-diff || g commit -q --no-verify --cleanup=whitespace -m \"$2\"";

struct leftover {
	struct git_change *c;		/* changes of the commit, sorted */
	size_t		 n;
};

static bool
below(const char *path, const char *dir)
{
	size_t n = strlen(dir);

	return strncmp(path, dir, n) == 0 && (path[n] == '/' || path[n] == '\0');
}

/* Finds the git on the PATH of the user that started the worker, not one that a run may have put somewhere. */
static int
find_git(const struct worker *w, char *buf, size_t len)
{
	const char *path = getenv("PATH");
	struct stat st;
	size_t n;

	for (path = path != NULL ? path : "/usr/local/bin:/usr/bin:/bin"; *path != '\0'; path += n + (path[n] == ':')) {
		n = strcspn(path, ":");
		if (*path == '/' && (size_t)snprintf(buf, len, "%.*s/git", (int)n, path) < len && stat(buf, &st) == 0 &&
		    S_ISREG(st.st_mode) && access(buf, X_OK) == 0 && !below(buf, w->state.worktree) &&
		    !below(buf, w->path))
			return 0;
	}
	return -1;
}

/* Puts the agent's git directory at the commit, with an index that makes git read the changed files from the worktree. */
static int
prepare(struct worker *w, const char *dir, const struct leftover *l, const char *commit)
{
	struct git g = git_apart(&w->git);
	char err[GIT_ERR];
	int rc;

	g.index = text_format("%s/commit.index", w->git.dir);
	g.files = NULL;		/* done below: deleted paths must stay deleted */
	(void)unlink(g.index);
	rc = git_private_make(&w->repo, dir, w->state.branch, commit, w->config.target, err, sizeof(err));
	if (rc == 0)
		rc = git_private_plain(&w->repo, dir, true, err, sizeof(err));
	if (rc == 0 && (rc = file_copy(w->git.index, g.index, false)) == -1)
		snprintf(err, sizeof(err), "%s: %s", g.index, strerror(errno));
	if (rc == 0 && w->state.files[0] != '\0')
		rc = git_index_move(&w->git, g.index, w->state.files, w->state.head, err, sizeof(err));
	if (rc == 0)
		rc = git_index_undo(&g, l->c, l->n, err, sizeof(err));
	if (rc == 0)
		rc = git_index_give(&g, dir, false, err, sizeof(err));
	(void)unlink(g.index);
	free(g.index);
	git_apart_free(&g);
	return rc == -1 ? worker_git_failed(w, err) : 0;
}

/* The end of git's output is the reason. */
static int
hand_back(struct worker *w, const struct run_result *res)
{
	const char *said = res->tail.len > 0 ? res->tail.buf : "", *end = said + strlen(said), *line;

	while (end > said && end[-1] == '\n')
		end--;
	for (line = end; line > said && line[-1] != '\n'; line--)
		;
	worker_hand_back(w, "commit", "the changes left in the worktree can't be committed: %.*s (git: %s)\n%s",
	    (int)(end - line), line, res->text, said);
	return -1;
}

static int
run_git(struct worker *w, const struct text *paths, const char *message)
{
	char git[PATH_MAX];
	struct strings argv = { 0 };
	struct run_spec spec = { .actor = ACTOR_COMMIT, .label = "commit", .argv = &argv, .timeout_s = LIMIT_S,
		.keep = SAID_MAX };
	struct run_result res;
	int rc = 0;

	if (find_git(w, git, sizeof(git)) == -1) {
		worker_broken(w, "git: not found in PATH");
		return -1;
	}
	if ((spec.in = file_input(paths->buf, paths->len)) == -1) {
		worker_broken(w, "paths to be committed: %s", strerror(errno));
		return -1;
	}
	if (w->limits.time != 0 && w->limits.time / 1000 < LIMIT_S)
		spec.timeout_s = w->limits.time / 1000 + 1;
	strings_add(&argv, "/bin/sh");
	strings_add(&argv, "-c");
	strings_add(&argv, script);
	strings_add(&argv, "sh");
	strings_add(&argv, git);
	strings_add(&argv, message);
	w->role = ROLE_NONE;
	run_command(w, &spec, &res);
	close(spec.in);
	strings_free(&argv);
	if (res.end == RUN_STOPPED) {
		worker_fail(w, "stopped", "stopped while the work was committed");
		rc = -1;
	} else if (res.end == RUN_SURVIVED || res.end == RUN_SPAWN) {
		worker_failed(w, res.end == RUN_SPAWN ? "spawn" : "commit", "git, to commit the work: %s", res.text);
		rc = -1;
	} else if (res.end != RUN_EXITED || !WIFEXITED(res.status) || WEXITSTATUS(res.status) != 0)
		rc = hand_back(w, &res);
	run_result_release(&res);
	return rc;
}

/* Checks that the commit has each path as in the worktree, and differs only in converted files. */
static int
check(struct worker *w, const struct leftover *l, const char *left, const char *before, const char *commit)
{
	struct git g = git_apart(&w->git);
	const char *odd = NULL;
	char err[GIT_ERR];
	struct git_change *c = NULL;
	size_t n = 0;
	int rc;

	rc = git_diff(&g, left, commit, &c, &n, err, sizeof(err));
	git_apart_free(&g);
	if (rc == 0 && (rc = git_ancestor(&w->git, before, commit, err, sizeof(err))) != -1)
		rc = rc == 1 ? 0 : 1;
	for (size_t i = 0; rc == 0 && odd == NULL && i < n; i++)
		if (c[i].status != 'M' || c[i].old_mode != c[i].new_mode || git_change_of(l->c, l->n, c[i].path) == NULL)
			odd = c[i].path;
	if (rc == -1)
		worker_git_failed(w, err);
	else if (rc == 1 || odd != NULL) {
		worker_hand_back(w, "commit", "git, run with filters (see gitattributes(5)), did not commit %s as the "
		    "worktree has it: commit it yourself", odd != NULL ? odd : "the work");
		rc = -1;
	}
	git_changes_free(c, n);
	return rc;
}

static int
commit_all(struct worker *w, const struct leftover *l, const char *message, char commit[OID_MAX])
{
	char dir[PATH_MAX + 32], left[OID_MAX], before[OID_MAX], err[GIT_ERR];
	struct text paths = { 0 };
	int rc;

	gitdir_path(w, SESSION_DIR_AGENT_GIT, dir, sizeof(dir));
	strlcpy(left, w->tree, sizeof(left));
	strlcpy(before, commit, sizeof(before));
	for (size_t i = 0; i < l->n; i++)
		if (l->c[i].new_mode != 0)
			text_add(&paths, l->c[i].path, strlen(l->c[i].path) + 1);
	rc = prepare(w, dir, l, commit) == -1 || run_git(w, &paths, message) == -1 ? -1 : 0;
	text_free(&paths);
	if (git_private_plain(&w->repo, dir, false, err, sizeof(err)) == -1 && rc == 0)
		rc = worker_git_failed(w, err);
	if (rc == 0 && (import_work(w, dir, commit) == -1 || check(w, l, left, before, commit) == -1))
		rc = -1;
	if (rc == 0 && git_tree_of(&w->git, commit, w->taken.tree, err, sizeof(err)) == -1)
		rc = worker_git_failed(w, err);
	if (rc == 0 && strcmp(before, commit) != 0)
		output_log("committed the changes left in the worktree as %.12s, as filters convert it", commit);
	return rc;
}

int
filter_commit(struct worker *w, const char *message, char commit[OID_MAX])
{
	struct git g = git_apart(&w->git);
	struct strings paths = { 0 }, filtered = { 0 };
	struct leftover l = { 0 };
	char err[GIT_ERR];
	int rc;

	if (!git_is_apart(&w->git)) {	/* no differing path has a filter */
		git_apart_free(&g);
		return 1;
	}
	rc = git_diff(&g, commit, w->tree, &l.c, &l.n, err, sizeof(err));
	git_apart_free(&g);
	for (size_t i = 0; rc == 0 && i < l.n; i++)
		if (l.c[i].new_mode != 0)
			strings_add(&paths, l.c[i].path);
	if (rc == 0)
		rc = git_filtered(&w->git, &paths, &filtered, err, sizeof(err));
	if (rc == -1)
		worker_git_failed(w, err);
	else
		rc = filtered.n == 0 ? 1 : commit_all(w, &l, message, commit);
	strings_free(&paths);
	strings_free(&filtered);
	git_changes_free(l.c, l.n);
	return rc;
}

/* Does the file have the content of the pointer in the commit?  0; 1: no, or it is not a pointer; -1 with err. */
static int
is_content(struct worker *w, int treefd, const struct git_change *c, char *err, size_t len)
{
	const char *argv[] = { "cat-file", "blob", c->old_oid, NULL };
	char *out = NULL, *copy = text_format("%s", c->path), *name = strrchr(copy, '/');
	struct git_lfs_pointer p;
	size_t outlen = 0;
	int dirfd = treefd, rc;

	if (name != NULL)
		*name++ = '\0';
	else
		name = copy;
	rc = git_run(&w->clean.git, argv, NULL, 0, &out, &outlen, NULL, err, len);
	if (rc == 0 && !git_lfs_pointer(out, outlen, &p))
		rc = 1;
	if (rc == 0 && name != copy && (dirfd = file_open_beneath(treefd, copy)) == -1)
		rc = 1;
	if (rc == 0 && (rc = git_lfs_is(dirfd, name, &p)) == -1)
		snprintf(err, len, "%s/%s: %s", w->clean.tree, c->path, strerror(errno));
	if (dirfd != -1 && dirfd != treefd)
		close(dirfd);
	free(out);
	free(copy);
	return rc;
}

/* Moves the changes that stay to the front; returns their number, or -1 with err. */
static ssize_t
choose(struct worker *w, struct git_change *c, size_t n, char *err, size_t len)
{
	struct strings paths = { 0 }, filtered = { 0 };
	int treefd = file_open_dir(AT_FDCWD, w->clean.tree), rc;
	struct git_change one;
	size_t i, k = 0, kept = 0;

	for (i = 0; i < n; i++)
		if (c[i].status == 'M' && c[i].old_mode == c[i].new_mode)
			strings_add(&paths, c[i].path);
	rc = git_filtered(&w->clean.git, &paths, &filtered, err, len);
	for (i = 0; rc != -1 && treefd != -1 && i < n && k < filtered.n; i++) {
		if (strcmp(c[i].path, filtered.v[k]) != 0)
			continue;
		k++;
		if ((rc = is_content(w, treefd, &c[i], err, len)) == 0) {
			one = c[kept];
			c[kept++] = c[i];
			c[i] = one;
		}
	}
	file_close(treefd);
	strings_free(&paths);
	strings_free(&filtered);
	return rc == -1 ? -1 : (ssize_t)kept;
}

int
filter_keep(struct worker *w)
{
	char now[OID_MAX], err[GIT_ERR];
	struct git g;
	struct git_change *c = NULL;
	ssize_t kept = 0;
	size_t n = 0;
	int rc;

	if (!w->repo.filters)
		return 0;
	rc = git_tree_of_rest(&w->clean.git, NULL, now, err, sizeof(err));
	g = git_apart(&w->clean.git);
	if (rc == 0)
		rc = git_diff(&g, w->clean.commit, now, &c, &n, err, sizeof(err));
	git_apart_free(&g);
	if (rc == 0 && (kept = choose(w, c, n, err, sizeof(err))) == -1)
		rc = -1;
	if (rc == 0 && kept > 0)
		rc = git_tree_with(&w->clean.git, w->clean.commit, c, (size_t)kept, w->clean.files, err, sizeof(err));
	git_changes_free(c, n);
	return rc == -1 ? worker_git_failed(w, err) : 0;
}
