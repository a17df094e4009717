/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "orchestrator/session/registry.h"
#include "orchestrator/session/trash.h"
#include "orchestrator/source/task_link.h"
#include "orchestrator/workspace/claim.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/git/git.h"
#include "proto/session/layout.h"
#include "proto/sys/child.h"
#include "proto/sys/file.h"
#include "proto/sys/lock.h"

#define LEAVE_MS	5000

/* Another attempt may have its worktree at the same path. */
bool
entry_worktree_is_ours(const struct orch *o, const struct entry *e)
{
	return e->state.worktree != NULL && e->state.branch != NULL &&
	    git_worktree_is(&o->repo, e->state.worktree, e->state.branch);
}

static int
worktree_salvage(struct orch *o, const struct entry *e, bool remove, char *why, size_t whylen)
{
	struct git	 g = { .repo = &o->repo, .objects = o->repo.objects,
	    .worktree = e->state.worktree };
	const char	*commit = e->state.head[0] != '\0' ? e->state.head : e->state.base;
	struct strings	 left = { 0 };
	bool		 saved = false;
	int		 rv;

	/* without a checkout there is nothing to save */
	if (commit[0] == '\0' || git_worktree_empty(e->state.worktree) != 0)
		return 0;
	g.dir = text_format("%s/%s", e->path, SESSION_DIR_SAFE_GIT);
	g.index = text_format("%s/%s", g.dir, "index");
	rv = git_safe_make(&o->repo, g.dir, why, whylen);
	if (rv == 0 && !remove)
		rv = git_salvage(&g, e->id, commit, &saved, why, whylen);
	else if (rv == 0)
		rv = git_salvage_most(&g, e->id, commit, &saved, &left, why, whylen);
	if (rv == 0)
		rv = trash_keep_left(e->state.worktree, e->id, e->state.worktree, &left, why, whylen);
	strings_free(&left);
	free(g.index);
	free(g.dir);
	if (rv == 0 && saved)
		log_info("%s: uncommitted work is kept in refs/salvage/%s", e->id, e->id);
	return rv;
}

/* After a kill only git's metadata may be left. */
static int
worktree_drop(struct orch *o, const struct entry *e, char *why, size_t whylen)
{
	char	*gone = trash_gone_path(e->state.worktree, e->id);
	int	 rv;

	rv = git_worktree_remove(&o->repo, e->state.worktree, gone, why, whylen);
	if (rv == 0 && file_remove_tree(AT_FDCWD, gone) == -1)
		log_warn("%s", gone);
	free(gone);
	return rv;
}

static int
branch_drop(struct orch *o, const struct entry *e, char *why, size_t whylen)
{
	char	ref[256], oid[OID_MAX];

	if (e->state.branch == NULL || e->state.head[0] == '\0')
		return 0;
	snprintf(ref, sizeof(ref), "refs/heads/%s", e->state.branch);
	if (git_ref_read(&o->repo, ref, oid, why, whylen) == -1)
		return -1;
	/* Only while it is at the merged commit. */
	if (oid[0] == '\0' || strcmp(oid, e->state.head) != 0)
		return 0;
	return git_ref_move(&o->repo, ref, "", e->state.head, "orchestrator: merged", why, whylen);
}

int
entry_worktree_clear(struct orch *o, struct entry *e, bool remove, char *why, size_t whylen)
{
	struct stat	 st;
	char		 who[512];

	if (e->state.worktree != NULL && trash_clean_trees(e->state.worktree, e->id, why, whylen) == -1)
		return -1;
	if (entry_worktree_is_ours(o, e)) {
		if (remove && proc_inside(e->state.worktree, who, sizeof(who)) > 0) {
			snprintf(why, whylen, "keeping %s: process %s is using it; end it first",
			    e->state.worktree, who);
			return -1;
		}
		if (worktree_salvage(o, e, remove, why, whylen) == -1)
			return -1;
		if (remove && worktree_drop(o, e, why, whylen) == -1)
			return -1;
		if (!remove && git_worktree_unlink(&o->repo, e->state.worktree, why,
		    whylen) == -1)
			return -1;
	} else if (remove && e->state.worktree != NULL && lstat(e->state.worktree, &st) == -1 &&
	    errno == ENOENT && worktree_drop(o, e, why, whylen) == -1)
		return -1;
	if (remove && status_done(e->state.status))
		return branch_drop(o, e, why, whylen);
	return 0;
}

static int
directory_move(struct orch *o, const struct entry *e, char *why, size_t whylen)
{
	int	from, to, rv = -1;

	from = file_open_dir(AT_FDCWD, o->sessions);
	to = file_open_dir(AT_FDCWD, o->archive);
	if (from != -1 && to != -1)
		rv = file_move(from, e->id, to, e->id);
	if (rv == -1)
		snprintf(why, whylen, "can't move %s to %s: %s", e->path, o->archive,
		    strerror(errno));
	file_close(from);
	file_close(to);
	return rv;
}

static int
archive_locked(struct orch *o, struct entry *e, int fd, bool remove, char *why, size_t whylen)
{
	struct state	s;

	if (state_load(fd, &s, why, whylen) == -1)
		return -1;
	state_release(&e->state);
	e->state = s;
	if (!status_ended(s.status)) {
		snprintf(why, whylen, "is %s, not ended", status_name(s.status));
		return -1;
	}
	if (entry_kill_tree(e, false) == -1) {
		snprintf(why, whylen, "some of its processes can't be ended; end them, then try again");
		return -1;
	}
	task_link_close(e->path, e->id, s.status);
	if (entry_worktree_clear(o, e, remove, why, whylen) == -1)
		return -1;
	/* left by a killed worker */
	for (size_t i = 0; i < SESSION_RUN_DIRS; i++)
		if (file_remove_tree(fd, session_run_dirs[i]) == -1)
			log_warn("%s/%s", e->path, session_run_dirs[i]);
	return directory_move(o, e, why, whylen);
}

int
entry_salvage(struct orch *o, const struct entry *e, char *why, size_t whylen)
{
	int	fd, lock, rv = 0;

	/* a process that has it now, or has moved it, saves and archives it */
	if ((lock = lock_take_dir(e->path, SESSION_FILE_LOCK, "orchestrator", true, &fd)) == -1)
		return 0;
	if (entry_worktree_is_ours(o, e))
		rv = worktree_salvage(o, e, false, why, whylen);
	close(lock);
	close(fd);
	return rv;
}

void
entry_await_holder(const char *path)
{
	struct pollfd	holder = { .fd = -1, .events = POLLIN };
	int		dir;
	pid_t		pid;

	if ((dir = file_open_dir(AT_FDCWD, path)) == -1)
		return;
	if (lock_held(dir, SESSION_FILE_LOCK, &pid) == 1 && (holder.fd = pidfd_open(pid, 0)) != -1) {
		(void)poll(&holder, 1, LEAVE_MS);
		close(holder.fd);
	}
	close(dir);
}

int
entry_lock_ended(const char *path, int *fd)
{
	int	lock = lock_take_dir(path, SESSION_FILE_LOCK, "orchestrator", true, fd);

	if (lock != -1 || errno != EAGAIN)
		return lock;
	entry_await_holder(path);
	return lock_take_dir(path, SESSION_FILE_LOCK, "orchestrator", true, fd);
}

int
entry_put_away(struct orch *o, struct entry *e, bool remove_worktree, char *why, size_t whylen)
{
	int	fd, lock, rv = 0;

	if ((lock = entry_lock_ended(e->path, &fd)) == -1) {
		rv = errno == ENOENT ? 1 : -1;
		snprintf(why, whylen, SESSION_FILE_LOCK ": %s", rv == 1 ?
		    "another process has archived or removed the session" : errno == EAGAIN ?
		    "held by another process" : strerror(errno));
		return rv;
	}
	if (!e->archived)
		rv = archive_locked(o, e, fd, remove_worktree, why, whylen);
	else if (remove_worktree)
		rv = entry_worktree_clear(o, e, true, why, whylen);
	close(lock);
	close(fd);
	if (rv == 0 && !e->archived) {
		free(e->path);
		e->path = text_format("%s/%s", o->archive, e->id);
		e->archived = true;
	}
	return rv;
}

int
entry_archive(struct orch *o, struct entry *e, bool remove_worktree, char *why, size_t whylen)
{
	int	rv = entry_put_away(o, e, remove_worktree, why, whylen);

	if (rv == 0)
		claim_drop(o, e->state.item, e->id);
	return rv;
}
