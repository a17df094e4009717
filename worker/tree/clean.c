/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "proto/base/fault.h"
#include "proto/base/text.h"
#include "proto/git/pool.h"
#include "proto/session/layout.h"
#include "proto/sys/file.h"
#include "worker/core/output.h"
#include "worker/core/worker.h"
#include "worker/run/gate_run.h"
#include "worker/tree/clean.h"
#include "worker/tree/filter.h"
#include "worker/tree/include.h"
#include "worker/tree/reuse.h"

/* Beside the session's worktree, like the pool, so that one rename takes a tree from the pool. */
static char *
entry_path(const struct worker *w)
{
	char *pool = pool_dir(w->state.worktree), *entry;

	if (pool_ours(pool))
		entry = text_format("%s/%s%s", pool, w->clean.merge ? POOL_MERGE : POOL_CLEAN, w->config.session);
	else
		entry = text_format("%s/" SESSION_DIR_CLEAN, w->path);
	free(pool);
	return entry;
}

static int
make_entry(struct worker *w, const char *entry)
{
	char *pool = text_format("%.*s", (int)(strrchr(entry, '/') - entry), entry);
	int rc = file_remove_tree(AT_FDCWD, entry);

	if (rc == 0 && ((mkdir(pool, 0777) == -1 && errno != EEXIST) || mkdir(entry, 0777) == -1 ||
	    mkdir(w->clean.tree, 0777) == -1))
		rc = -1;
	if (rc == -1)
		worker_broken(w, "%s: %s", entry, strerror(errno));
	free(pool);
	return rc;
}

/* When the index is not newer than the files, git checks whether filters still produce the same, which fails
 * for a git that may not write. */
static int
make_newer(const char *index)
{
	struct timespec t[2] = { { .tv_nsec = UTIME_OMIT } };
	int fd = file_open(AT_FDCWD, index, O_WRONLY, 0), rc = -1;

	clock_gettime(CLOCK_REALTIME, &t[1]);
	t[1].tv_sec += 2;
	if (fd != -1) {
		rc = futimens(fd, t);
		close(fd);
	}
	return rc;
}

/* Makes the git directory that the tree names, or the writable one, with an index that knows its files. */
static int
make_git(struct worker *w, const char *name, bool outside)
{
	char *dir = text_format("%s/%s", w->path, name), *index = text_format("%s/index", dir), err[GIT_ERR] = "";
	int rc = file_remove_tree(w->dirfd, name);

	if (rc == 0 && (rc = (outside ? git_outside_make : git_private_make)(&w->repo, dir, w->state.branch,
	    w->clean.commit, w->config.target, err, sizeof(err))) == 0)
		rc = file_copy(w->clean.git.index, index, false);
	if (rc == 0 && w->clean.files[0] != '\0')
		rc = git_index_move(&w->clean.git, index, w->clean.files, w->clean.commit, err, sizeof(err));
	if (rc == 0 && w->clean.files[0] != '\0')
		rc = make_newer(index);
	if (rc == -1 && err[0] == '\0')
		fault_set(errno);
	if (rc == -1)
		worker_failed(w, "git", "%s", err[0] != '\0' ? err : strerror(errno));
	free(dir);
	free(index);
	return rc;
}

static int
link_to(struct worker *w, const char *name)
{
	char *dir = text_format("%s/%s", w->path, name), err[GIT_ERR];
	int rc = git_worktree_link(w->clean.tree, dir, err, sizeof(err));

	free(dir);
	return rc == 0 ? 0 : worker_git_failed(w, err);
}

int
clean_scratch(struct worker *w)
{
	if (make_git(w, SESSION_DIR_SCRATCH_GIT, false) == -1)
		return -1;
	/* where mounts do not work, it is the directory that the tree names */
	return w->sandbox == SANDBOX_BWRAP ? 0 : link_to(w, SESSION_DIR_SCRATCH_GIT);
}

/* Where mounts do not work, a run in the tree could write there. */
static int
renew_git(struct worker *w)
{
	return make_git(w, SESSION_DIR_CLEAN_GIT, true) == -1 ? -1 : link_to(w, SESSION_DIR_CLEAN_GIT);
}

/* Resets files to the commit, and removes others except ignored ones. */
int
clean_tidy(struct worker *w)
{
	char now[OID_MAX], err[GIT_ERR];
	struct strings left = { 0 };
	struct git g;
	int rc = -1;

	if (git_tree_of_rest(&w->clean.git, &left, now, err, sizeof(err)) == 0 &&
	    git_nested(&w->clean.git, &left, err, sizeof(err)) == 0 &&
	    (rc = git_remove(&w->clean.git, &left, err, sizeof(err))) == 0) {
		g = git_apart(&w->clean.git);
		rc = git_checkout(&g, w->clean.files[0] != '\0' ? w->clean.files : w->clean.commit, err, sizeof(err));
		git_apart_free(&g);
	}
	strings_free(&left);
	return rc == -1 ? worker_git_failed(w, err) : 0;
}

enum worktree_state
clean_compare(struct worker *w, char *detail, size_t len)
{
	struct strings paths = { 0 }, nested = { 0 };
	enum worktree_state state = WORKTREE_ERROR;
	char err[GIT_ERR];
	bool extra;

	detail[0] = '\0';
	if (git_changed(&w->clean.git, &paths, &extra, err, sizeof(err)) == -1 ||
	    git_nested(&w->clean.git, &nested, err, sizeof(err)) == -1)
		strlcpy(detail, err, len);
	else
		state = paths.n > 0 ? WORKTREE_CHANGED : extra || nested.n > 0 ? WORKTREE_EXTRA : WORKTREE_SAME;
	for (size_t i = 0; i < paths.n && i < 5; i++) {
		strlcat(detail, i > 0 ? ", " : "", len);
		strlcat(detail, paths.v[i], len);
	}
	if (paths.n > 5)
		strlcat(detail, ", ...", len);
	strings_free(&paths);
	strings_free(&nested);
	return state;
}

static int
check_out(struct worker *w, const char *commit, const char *entry)
{
	bool taken = reuse_entry(w, entry, &w->clean.git, commit);
	char err[GIT_ERR];

	strlcpy(w->clean.commit, commit, sizeof(w->clean.commit));
	if (!taken && (make_entry(w, entry) == -1))
		return -1;
	if (!taken && git_checkout(&w->clean.git, commit, err, sizeof(err)) == -1)
		return worker_git_failed(w, err);
	/* this commit may not ignore what the target ignores */
	if (taken && w->config.settings.keep_ignored && clean_tidy(w) == -1)
		return -1;
	return renew_git(w);
}

static int
remove_all(struct worker *w, const char *entry)
{
	static const char *const dirs[] = { SESSION_DIR_CLEAN_GIT, SESSION_DIR_SCRATCH_GIT,
		SESSION_DIR_CLEAN_CACHE, SESSION_DIR_CLEAN_LAYER };
	int rc = entry != NULL ? file_remove_tree(AT_FDCWD, entry) : 0;

	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++)
		if (file_remove_tree(w->dirfd, dirs[i]) == -1)
			rc = -1;
	if (rc == -1) {
		fault_set(errno);
		output_log("the old clean tree can't be removed: %s", strerror(errno));
	}
	return rc;
}

static int
begin(struct worker *w, const char *commit)
{
	char *entry = entry_path(w);
	int rc;

	clean_drop(w);
	/* leftovers of other commits must not influence this one */
	if (remove_all(w, NULL) == -1) {
		free(entry);
		return worker_git_failed(w, "the caches of an old clean tree can't be removed");
	}
	w->clean.entry = entry;
	w->clean.tree = text_format("%s/" POOL_TREE, entry);
	w->clean.git = w->git;
	w->clean.files[0] = '\0';
	w->clean.git.files = w->clean.files;
	w->clean.git.at = w->clean.commit;
	w->clean.git.worktree = w->clean.tree;
	w->clean.git.index = text_format("%s/" POOL_INDEX, entry);
	rc = check_out(w, commit, entry);
	if (rc == -1)
		clean_drop(w);
	else
		include_files(w, w->clean.tree);
	return rc;
}

/* Setup may change files of the commit, such as a list of versions, but the commit is judged.  Converted files
 * stay if a filter would turn them into the committed contents. */
static enum event
set_up(struct worker *w, struct gate_result *result)
{
	const struct settings *s = &w->config.settings;
	struct gate_result g = { 0 };
	enum event event = EVENT_DONE;
	enum run_end end;

	for (size_t i = 0; i < s->nsetup && event == EVENT_DONE; i++) {
		if (clean_scratch(w) == -1)
			return EVENT_FAILED;
		end = gate_run(w, ACTOR_CLEAN_SETUP, &s->setup[i], &g);
		if (end == RUN_STOPPED)
			event = worker_fail(w, "stopped", "stopped during setup");
		else if (end == RUN_SURVIVED || end == RUN_SPAWN)
			event = worker_failed(w, end == RUN_SPAWN ? "spawn" : "setup", "%s: %s", g.name, g.outcome);
		else if (!g.passed)
			event = EVENT_GATE_FAILED;
		if (event == EVENT_GATE_FAILED && result != NULL)
			*result = g;
		else
			gate_result_release(&g);
	}
	(void)file_remove_tree(w->dirfd, SESSION_DIR_SCRATCH_GIT);
	if (event != EVENT_DONE || s->nsetup == 0)
		return event;
	return filter_keep(w) == -1 || clean_tidy(w) == -1 || renew_git(w) == -1 ? EVENT_FAILED : EVENT_DONE;
}

enum event
clean_ready(struct worker *w, const char *commit, struct gate_result *result)
{
	enum event event;

	if (w->clean.tree != NULL && strcmp(w->clean.commit, commit) == 0)
		return w->sandbox == SANDBOX_BWRAP || renew_git(w) == 0 ? EVENT_DONE : EVENT_FAILED;
	if (begin(w, commit) == -1)
		return EVENT_FAILED;
	event = set_up(w, result);
	if (event != EVENT_DONE)
		clean_drop(w);
	return event;
}

/* pool.h: records the commit and how the tree was made. */
void
clean_keep(struct worker *w)
{
	char *record, *path;

	if (w->clean.tree == NULL || !w->config.settings.recycle)
		return;
	record = pool_record(&w->repo, w->clean.commit);
	path = text_format("%s/" POOL_MADE, w->clean.entry);
	w->clean.kept = file_replace(AT_FDCWD, path, record, strlen(record), 0) == 0;
	free(path);
	free(record);
}

void
clean_drop(struct worker *w)
{
	if (w->clean.entry == NULL)
		return;
	(void)remove_all(w, w->clean.kept ? NULL : w->clean.entry);
	free(w->clean.entry);
	free(w->clean.tree);
	free(w->clean.git.index);
	w->clean.entry = w->clean.tree = w->clean.git.index = NULL;
	w->clean.commit[0] = '\0';
	w->clean.kept = false;
}

void
clean_forget(struct worker *w)
{
	char *entry = entry_path(w);

	(void)remove_all(w, entry);
	free(entry);
}
