/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/fault.h"
#include "proto/session/layout.h"
#include "proto/sys/file.h"
#include "worker/core/output.h"
#include "worker/core/worker.h"
#include "worker/run/confine.h"
#include "worker/run/gate_run.h"
#include "worker/run/gitdir.h"
#include "worker/session/gate.h"
#include "worker/tree/audit.h"
#include "worker/tree/include.h"
#include "worker/tree/worktree.h"

#define LINK	SESSION_DIR_SAFE_GIT "/link"

/* Keeps the worktree's original .git file, which is put back at the end. */
static int
keep_link(struct worker *w)
{
	char path[PATH_MAX], *buf;
	size_t len;

	if (file_exists(w->dirfd, LINK))
		return 0;
	snprintf(path, sizeof(path), "%s/.git", w->state.worktree);
	if (file_read(AT_FDCWD, path, PATH_MAX + 16, &buf, &len) == -1) {
		if (fault_passes(errno))
			worker_broken(w, "%s: %s", path, strerror(errno));
		else
			worker_fail(w, "git", errno == EINVAL || errno == EISDIR
			    ? "%s is the repository's main checkout; make a worktree with git worktree add"
			    : "%s/.git can't be read; is it a git worktree?", w->state.worktree);
		return -1;
	}
	if (file_replace(w->dirfd, LINK, buf, len, FILE_SYNC) == -1) {
		worker_broken(w, "%s/" LINK ": %s", w->path, strerror(errno));
		free(buf);
		return -1;
	}
	free(buf);
	return 0;
}

int
worktree_prepare(struct worker *w)
{
	char git[PATH_MAX + 32], err[GIT_ERR];
	bool empty, saved = false;

	gitdir_path(w, SESSION_DIR_GIT, git, sizeof(git));
	git_worktree_tidy(w->state.worktree);
	if (keep_link(w) == -1)
		return -1;
	empty = git_worktree_empty(w->state.worktree) == 1;	/* the worktree is as dispatch made it */
	if (!empty) {
		if (git_salvage(&w->git, w->config.session, w->state.base, &saved, err,
		    sizeof(err)) == -1)
			goto fail;
		if (saved)
			output_log("the contents of the worktree are saved in refs/salvage/%s",
			    w->config.session);
	}
	if (gitdir_make(w, w->state.base) == -1)
		return -1;
	if (worktree_reuse(w, git, empty))
		return gitdir_index(w);
	if (git_worktree_link(w->state.worktree, git, err, sizeof(err)) == -1 ||
	    git_checkout(&w->git, w->state.base, err, sizeof(err)) == -1)
		goto fail;
	return gitdir_index(w);
fail:
	return worker_git_failed(w, err);
}

enum event
step_setup(struct worker *w)
{
	const struct settings *s = &w->config.settings;
	struct gate_result *g;
	enum run_end end;
	size_t i;

	if (gate_needed(w) == -1 || worktree_prepare(w) == -1)
		return EVENT_FAILED;
	include_files(w, w->state.worktree);
	if (audit_begin(w) == -1 || confine_ready(w) == -1)
		return EVENT_FAILED;
	strlcpy(w->state.head, w->state.base, sizeof(w->state.head));
	w->state.files[0] = '\0';
	for (i = 0; i < s->nsetup; i++) {
		g = review_add_gate(&w->review);
		end = gate_run(w, ACTOR_SETUP, &s->setup[i], g);
		if (end == RUN_STOPPED)
			return worker_fail(w, "stopped", "stopped during setup");
		if (worker_review_save(w) == -1)
			return EVENT_FAILED;
		if (!g->passed)
			return worker_failed(w, end == RUN_SPAWN ? "spawn" : "setup",
			    "%s: %s; its output is in " SESSION_FILE_LOG, g->name, g->outcome);
	}
	if (worker_sync_tree(w) == -1)
		return EVENT_FAILED;
	return EVENT_DONE;
}
