/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "orchestrator/merge/merge_internal.h"
#include "orchestrator/session/unjudged.h"
#include "orchestrator/session/trash.h"
#include "orchestrator/source/task_link.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/record/config.h"
#include "proto/session/layout.h"
#include "proto/sys/file.h"
#include "proto/sys/lock.h"

#define MERGE_LOCK	"merge.lock"
#define MERGE_TRIES	10

/* Rule 8: merge only the judged commit, and its branch must still exist. */
static enum merge_outcome
check_verdict(struct merge *m)
{
	char head[OID_MAX];

	if (m->review.verdict != VERDICT_APPROVED)
		return merge_result(m, MERGE_NOT_APPROVED, "%s: review.json holds no approval", m->id);
	if (!git_oid_valid(m->req->repo, m->state.head) ||
	    strcmp(m->review.commit, m->state.head) != 0)
		return merge_result(m, MERGE_NOT_APPROVED, "%s: the approved commit %s is not the "
		    "session's head %s", m->id, m->review.commit, m->state.head);
	if (git_branch_read(m->req->repo, m->state.branch, head, m->err, m->errlen) == -1)
		return MERGE_ERROR;
	if (strcmp(head, m->state.head) != 0)
		return merge_result(m, MERGE_NOT_APPROVED, "%s: branch %s is at %s, but %s was approved",
		    m->id, m->state.branch, head[0] != '\0' ? head : "nothing", m->state.head);
	return MERGE_MERGED;
}

/* Saves what is left out, and notes it for the final message. */
static int
save(struct merge *m, const struct unjudged *u)
{
	char *what;

	if (unjudged_save(u, &m->git, &m->state, m->err, m->errlen) == -1)
		return -1;
	what = unjudged_text(u);
	free(m->left);
	m->left = text_format("not judged, and saved in refs/salvage/%s: %s", m->id, what);
	free(what);
	return 0;
}

/* Work is never left out silently.  MERGE_MERGED: there is none, or it is saved. */
static enum merge_outcome
check_unjudged(struct merge *m, bool leave)
{
	enum merge_outcome rv = MERGE_MERGED;
	struct unjudged u;
	char *what;
	int rc;

	m->looked = true;
	rc = unjudged_find(&u, &m->git, m->req->session_path, &m->state, true, m->err, m->errlen);
	if (rc == 1 && leave)
		rc = save(m, &u);
	else if (rc == 1) {
		what = unjudged_text(&u);
		rv = merge_result(m, MERGE_UNJUDGED, "the worktree has %s, not judged: orchestrator "
		    "adopt %s has them judged, orchestrator merge --approved %s merges without "
		    "them and saves them", what, m->id, m->id);
		free(what);
	}
	unjudged_release(&u);
	return rc == -1 ? MERGE_ERROR : rv;
}

static enum merge_outcome
merge_once(struct merge *m, bool *again)
{
	enum merge_outcome rv;

	*again = false;
	if ((rv = merge_compute(m)) != MERGE_MERGED || (rv = merge_audit(m)) != MERGE_MERGED ||
	    (rv = merge_gates(m)) != MERGE_MERGED)
		return rv;
	return merge_move(m, again);
}

static enum merge_outcome
merge_approved(struct merge *m)
{
	enum merge_outcome rv;
	bool again = true;
	int tries;

	if ((rv = merge_recover(m)) != MERGE_NOTHING)
		return rv;
	if ((rv = check_verdict(m)) != MERGE_MERGED || (rv = check_unjudged(m, m->req->leave)) != MERGE_MERGED)
		return rv;
	for (tries = 0; again && tries < MERGE_TRIES; tries++)
		rv = merge_once(m, &again);
	if (again)
		return merge_result(m, MERGE_BLOCKED, "%s: %s moved %d times meanwhile", m->id,
		    m->target, MERGE_TRIES);
	if (rv == MERGE_NOTHING && (rv = merge_late(m)) == MERGE_NOTHING) {	/* already in the target */
		strlcpy(m->state.merged, m->state.head, sizeof(m->state.merged));
		rv = merge_enter(m, STATUS_MERGED, NULL, NULL) == -1 ? MERGE_ERROR : MERGE_MERGED;
	}
	return rv;
}

static int
load_config(struct merge *m)
{
	int rc = config_load(m->session, &m->config, m->err, m->errlen);

	if (rc == 0 && m->config.target == NULL) {
		merge_result(m, MERGE_ERROR, "%s: config.json names no target", m->id);
		rc = -1;
	}
	if (rc == 0)
		snprintf(m->target, sizeof(m->target), "refs/heads/%s", m->config.target);
	return rc;
}

/* No directory: it was archived; the archive says whether as merged. */
static enum merge_outcome
merge_gone(struct merge *m)
{
	char *gone = text_format("%s/%s", m->req->archive_dir, m->id);
	enum merge_outcome rv = MERGE_ERROR;
	int fd = file_open_dir(AT_FDCWD, gone);

	free(gone);
	if (fd == -1)
		return merge_result(m, MERGE_ERROR, "%s: no such session", m->req->session_path);
	if (state_load(fd, &m->state, m->err, m->errlen) == 0)
		rv = m->state.status == STATUS_MERGED ?
		    merge_result(m, MERGE_NOTHING, "%s: is merged and archived", m->id) :
		    merge_result(m, MERGE_NOT_APPROVED, "%s: is %s and archived", m->id,
		    status_name(m->state.status));
	close(fd);
	return rv;
}

/* After a squash, or another merge of the same, the target has the change, and not the commits. */
static int
keep_commits(struct merge *m)
{
	struct strings tips = { 0 };
	int rc = git_ancestor(&m->git, m->state.head, m->old, m->err, m->errlen);

	if (rc != 0)
		return rc == -1 ? -1 : 0;
	strings_add(&tips, m->state.head);
	rc = git_salvage_commits(&m->git, m->id, m->state.base, &tips, m->err, m->errlen);
	strings_free(&tips);
	return rc;
}

/* The first commit of the target that has the work: the work's own after a fast-forward; "" when none has its commits. */
static int
find_merged(struct merge *m)
{
	char range[2 * OID_MAX + 2], *out = NULL, first[OID_MAX], parent[OID_MAX];
	const char *const argv[] = { "rev-list", "--first-parent", "--ancestry-path", "--reverse", "--parents", range, "--", NULL };
	int rc = git_ancestor(&m->git, m->state.head, m->old, m->err, m->errlen);

	m->state.merged[0] = '\0';
	if (rc != 1)
		return rc;
	snprintf(range, sizeof(range), "%s..%s", m->state.head, m->old);
	if (git_run(&m->git, argv, NULL, 0, &out, NULL, NULL, m->err, m->errlen) == -1)
		return -1;
	if (out == NULL || sscanf(out, "%64s %64s", first, parent) != 2 || strcmp(parent, m->state.head) == 0)
		strlcpy(m->state.merged, m->state.head, sizeof(m->state.merged));
	else
		strlcpy(m->state.merged, first, sizeof(m->state.merged));
	free(out);
	return 0;
}

/* A person has merged it. */
static enum merge_outcome
record_by_hand(struct merge *m)
{
	char detail[512];
	int rc;

	if (git_ref_read(m->req->repo, m->target, m->old, m->err, m->errlen) == -1 ||
	    (rc = git_contains_change(&m->git, m->state.base, m->state.head, m->old, m->err, m->errlen)) == -1)
		return MERGE_ERROR;
	if (rc == 0)
		return merge_result(m, MERGE_NOT_APPROVED, "%s: %s no longer has its work", m->id, m->config.target);
	if (keep_commits(m) == -1 || check_unjudged(m, true) == MERGE_ERROR)
		return MERGE_ERROR;
	if (find_merged(m) == -1)
		return MERGE_ERROR;
	snprintf(detail, sizeof(detail), "merged into %s by hand", m->config.target);
	return merge_enter(m, STATUS_MERGED, "by-hand", detail) == -1 ? MERGE_ERROR : MERGE_MERGED;
}

/* Both locks are held. */
static enum merge_outcome
merge_locked(struct merge *m)
{
	enum merge_outcome rv;
	char *trash = NULL;

	if (state_load(m->session, &m->state, m->err, m->errlen) == -1 || load_config(m) == -1 ||
	    review_load(m->session, &m->review, m->err, m->errlen) == -1 ||
	    git_safe_make(m->req->repo, m->git.dir, m->err, m->errlen) == -1)
		return MERGE_ERROR;
	if (m->state.status == STATUS_MERGED)
		rv = MERGE_MERGED;
	else if (m->req->by_hand && !status_live(m->state.status) && m->state.merging.target[0] == '\0')
		rv = record_by_hand(m);
	else if (m->state.status != STATUS_APPROVED)
		rv = merge_result(m, MERGE_NOT_APPROVED, "%s: is %s, not approved", m->id,
		    status_name(m->state.status));
	else
		rv = merge_approved(m);
	trash_ended(&m->state, m->id);
	if (rv != MERGE_NOT_APPROVED)
		task_link_close(m->req->session_path, m->id, m->state.status);
	if (rv == MERGE_MERGED) {
		/* a killed command merged it; later changes are too late for this merge */
		if (!m->looked && check_unjudged(m, true) == MERGE_ERROR)
			log_warnx("%s: %s", m->id, m->err);
		if (merge_finish(m, &trash) == -1)
			rv = MERGE_ERROR;
		else if (trash != NULL)
			merge_discard(m, trash);
	}
	free(trash);
	return rv;
}

static enum merge_outcome
merge_opened(struct merge *m)
{
	enum merge_outcome rv;
	int lock;

	lock = lock_take_dir(m->req->session_path, SESSION_FILE_LOCK, "orchestrator", false,
	    &m->session);
	if (lock == -1)
		return errno == ENOENT ? merge_gone(m) : errno == EAGAIN ?
		    merge_result(m, MERGE_BUSY, "%s: another process has it; try again", m->id) :
		    merge_result(m, MERGE_ERROR, "%s/" SESSION_FILE_LOCK ": %s",
		    m->req->session_path, strerror(errno));
	rv = merge_locked(m);
	close(lock);
	return rv;
}

enum merge_outcome
merge_session(const struct merge_request *req, char *err, size_t errlen)
{
	struct merge m = { .req = req, .session = -1, .err = err, .errlen = errlen };
	const char *slash = strrchr(req->session_path, '/');
	enum merge_outcome rv = MERGE_ERROR;
	int workspace, lock = -1;

	m.id = slash == NULL ? req->session_path : slash + 1;
	m.git.repo = req->repo;
	m.git.objects = req->repo->objects;
	m.git.dir = text_format("%s/" SESSION_DIR_SAFE_GIT, req->workspace);
	if (errlen > 0)
		err[0] = '\0';
	if ((workspace = file_open_dir(AT_FDCWD, req->workspace)) == -1 ||
	    (lock = lock_take_wait(workspace, MERGE_LOCK, "orchestrator")) == -1)
		merge_result(&m, MERGE_ERROR, "%s/" MERGE_LOCK ": %s", req->workspace, strerror(errno));
	else
		rv = merge_opened(&m);
	if (rv == MERGE_MERGED && errlen > 0)	/* not the errors overcome on the way */
		strlcpy(err, m.left != NULL ? m.left : "", errlen);
	file_close(m.session);
	file_close(lock);
	file_close(workspace);
	checkout_free(m.checkouts, m.ncheckouts);
	git_changes_free(m.changes, m.nchanges);
	state_release(&m.state);
	config_release(&m.config);
	review_release(&m.review);
	free(m.git.dir);
	free(m.left);
	return rv;
}
