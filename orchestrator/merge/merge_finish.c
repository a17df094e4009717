/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/resource.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "orchestrator/merge/merge_internal.h"
#include "orchestrator/session/trash.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/sys/child.h"
#include "proto/sys/file.h"

#define PRIORITY	10

/* A person may have put another worktree in its place: that stays.  So does a worktree in use, with its branch:
 * it becomes an ordinary worktree of git, and cleanup removes it later. */
static int
remove_worktree(struct merge *m, char **trash, bool *kept)
{
	const char *worktree = m->state.worktree;
	char who[512];

	if (worktree == NULL || m->state.branch == NULL)
		return 0;
	if (access(worktree, F_OK) == 0 &&
	    !git_worktree_is(m->req->repo, worktree, m->state.branch)) {
		log_warnx("%s: %s is no longer its worktree and is kept", m->id, worktree);
		return 0;
	}
	if (proc_inside(worktree, who, sizeof(who)) > 0) {
		log_warnx("%s: keeping %s: process %s is using it; orchestrator cleanup removes it "
		    "once that has ended", m->id, worktree, who);
		*kept = true;
		return git_worktree_unlink(m->req->repo, worktree, m->err, m->errlen);
	}
	*trash = trash_path(worktree, m->id);
	return git_worktree_remove(m->req->repo, worktree, *trash, m->err, m->errlen);
}

/* If a person has continued the branch, it is theirs. */
static int
remove_branch(struct merge *m)
{
	char *ref, now[OID_MAX];
	int rc;

	if (m->state.branch == NULL)
		return 0;
	ref = text_format("refs/heads/%s", m->state.branch);
	rc = git_ref_read(m->req->repo, ref, now, m->err, m->errlen);
	if (rc == 0 && now[0] == '\0')
		git_locks_left(m->req->repo, ref);	/* left by a git that died after the removal */
	else if (rc == 0) {
		if (strcmp(now, m->state.head) != 0)
			log_warnx("%s: %s has moved on and is kept", m->id, m->state.branch);
		else
			rc = git_ref_move(m->req->repo, ref, "", m->state.head, "merged", m->err,
			    m->errlen);
	}
	free(ref);
	return rc;
}

static int
archive(struct merge *m)
{
	char *to = text_format("%s/%s", m->req->archive_dir, m->id);
	int rc;

	rc = file_make_dirs(m->req->archive_dir);
	if (rc == 0)
		rc = file_move(AT_FDCWD, m->req->session_path, AT_FDCWD, to);
	if (rc == -1)
		merge_result(m, MERGE_ERROR, "%s: cannot be archived: %s", m->req->session_path,
		    strerror(errno));
	free(to);
	return rc;
}

int
merge_finish(struct merge *m, char **trash)
{
	bool kept = false;

	if (remove_worktree(m, trash, &kept) == -1 || (!kept && remove_branch(m) == -1))
		return -1;
	return archive(m);
}

struct discard {
	const struct merge *m;
	const char	*trash;
};

/* First saves uncommitted changes that were made after the verdict. */
static int
discard(void *arg)
{
	const struct discard *d = arg;
	char err[GIT_ERR];
	int null;

	/* keep nothing of the caller's open: locks, or pipes that others read to the end */
	if ((null = file_open_path(AT_FDCWD, "/dev/null", O_RDWR)) != -1) {
		dup2(null, STDIN_FILENO);
		dup2(null, STDOUT_FILENO);
		dup2(null, STDERR_FILENO);
	}
	closefrom(3);
	(void)setpriority(PRIO_PROCESS, 0, PRIORITY);	/* low priority: no user waits for it */
	return trash_discard(d->m->req->repo, d->m->req->archive_dir, d->m->id, d->trash, true, err,
	    sizeof(err)) == -1;
}

/* The process in between ends immediately, so no process has to wait for the other. */
static int
detach(void *arg)
{
	return child_call(discard, arg) == -1;
}

void
merge_discard(const struct merge *m, const char *trash)
{
	struct discard d = { m, trash };
	pid_t pid;
	int status;

	if (trash == NULL || access(trash, F_OK) == -1)
		return;
	if ((pid = child_call(detach, &d)) == -1) {
		log_warn("%s: is left", trash);
		return;
	}
	while (waitpid(pid, &status, 0) == -1 && errno == EINTR)
		;
}
