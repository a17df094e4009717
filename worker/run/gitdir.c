/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "proto/base/fault.h"
#include "proto/session/layout.h"
#include "proto/sys/file.h"
#include "worker/core/output.h"
#include "worker/core/worker.h"
#include "worker/run/gitdir.h"

void
gitdir_path(const struct worker *w, const char *name, char *path, size_t len)
{
	snprintf(path, len, "%s/%s", w->path, name);
}

int
gitdir_index(struct worker *w)
{
	char dir[PATH_MAX + 32], err[GIT_ERR];

	gitdir_path(w, SESSION_DIR_AGENT_GIT, dir, sizeof(dir));
	if (git_index_give(&w->git, dir, false, err, sizeof(err)) == -1)
		return worker_git_failed(w, err);
	gitdir_path(w, SESSION_DIR_GIT, dir, sizeof(dir));
	return git_index_give(&w->git, dir, true, err, sizeof(err)) == -1 ? worker_git_failed(w, err) : 0;
}

int
gitdir_make(struct worker *w, const char *commit)
{
	char inside[PATH_MAX + 32], outside[PATH_MAX + 32], err[GIT_ERR];

	gitdir_path(w, SESSION_DIR_AGENT_GIT, inside, sizeof(inside));
	gitdir_path(w, SESSION_DIR_GIT, outside, sizeof(outside));
	if (git_private_make(&w->repo, inside, w->state.branch, commit, w->config.target, err, sizeof(err)) == -1 ||
	    git_outside_make(&w->repo, outside, w->state.branch, commit, w->config.target, err, sizeof(err)) == -1)
		return worker_git_failed(w, err);
	return 0;
}

int
gitdir_refill(struct worker *w)
{
	char dir[PATH_MAX + 32], err[GIT_ERR];

	if (file_exists(w->dirfd, SESSION_DIR_AGENT_GIT "/HEAD"))
		return 0;
	output_log("the agent's git directory was emptied: it is made again at %.12s, and the files in the worktree are the "
	    "work", w->state.head);
	gitdir_path(w, SESSION_DIR_AGENT_GIT, dir, sizeof(dir));
	return git_private_make(&w->repo, dir, w->state.branch, w->state.head, w->config.target, err,
	    sizeof(err)) == -1 || git_index_give(&w->git, dir, false, err, sizeof(err)) == -1 ? worker_git_failed(w, err) : 0;
}

int
gitdir_outside(struct worker *w, char *commit)
{
	char dir[PATH_MAX + 32], err[GIT_ERR];

	gitdir_path(w, SESSION_DIR_GIT, dir, sizeof(dir));
	if (git_private_head(&w->repo, dir, commit, err, sizeof(err)) == 0)
		return 0;
	strlcpy(commit, w->state.head, OID_MAX);
	return fault_undecided() ? worker_git_failed(w, err) : 0;
}

/* A run may have replaced the file with a directory. */
static int
link_to(struct worker *w, const char *name, char *err, size_t len)
{
	char dir[PATH_MAX + 32];
	int fd;

	gitdir_path(w, name, dir, sizeof(dir));
	if (git_worktree_link(w->state.worktree, dir, err, len) == 0)
		return 0;
	if ((fd = file_open_dir(AT_FDCWD, w->state.worktree)) == -1)
		return -1;
	(void)file_remove_tree(fd, ".git");
	close(fd);
	return git_worktree_link(w->state.worktree, dir, err, len);
}

int
gitdir_lend(struct worker *w, enum actor actor, char *err, size_t len)
{
	if (w->sandbox == SANDBOX_BWRAP || actor_rights[actor].git != ACTOR_GIT_AGENT)
		return 0;
	if (!w->lent)
		output_log("nothing can be mounted here: do not run git in %s during a run; it would obey the run's "
		    "configuration", w->state.worktree);
	w->lent = true;
	return link_to(w, SESSION_DIR_AGENT_GIT, err, len);
}

void
gitdir_return(struct worker *w, enum actor actor)
{
	char dir[PATH_MAX + 32], commit[OID_MAX], err[GIT_ERR];

	/* a run that may write the tree may write its .git file, unless something is mounted over it */
	if (w->sandbox == SANDBOX_BWRAP || actor_rights[actor].clean || w->gone || w->git.dir == NULL ||
	    access(w->state.worktree, F_OK) == -1)
		return;
	if (gitdir_outside(w, commit) == -1) {	/* a person's work there stays; the next worker checks again */
		w->disk_failed = true;
		return;
	}
	gitdir_path(w, SESSION_DIR_GIT, dir, sizeof(dir));
	if (link_to(w, SESSION_DIR_GIT, err, sizeof(err)) == 0 && git_outside_make(&w->repo, dir, w->state.branch,
	    commit, w->config.target, err, sizeof(err)) == 0 &&
	    git_index_give(&w->git, dir, true, err, sizeof(err)) == 0)
		return;
	output_log("%s", err);
	worker_disk_failed(w, SESSION_DIR_GIT);
}
