/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "orchestrator/merge/merge_internal.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/sys/file.h"

/* -1: a lock could not be removed, and the record must stay so that the next run removes it. */
static int
unlock_all(struct merge *m)
{
	size_t i;
	int rc = 0;

	for (i = 0; i < m->ncheckouts; i++)
		if (checkout_unlock(&m->checkouts[i], m->id, m->err, m->errlen) == -1)
			rc = -1;
	return rc;
}

static int
check_all(struct merge *m, bool changed_only)
{
	size_t i;

	for (i = 0; i < m->ncheckouts; i++)
		if ((!changed_only || checkout_changed(&m->checkouts[i])) &&
		    checkout_check(&m->git, &m->checkouts[i], m->old, m->new, m->changes,
		    m->nchanges, m->err, m->errlen) == -1)
			return -1;
	return 0;
}

static int
lock_all(struct merge *m)
{
	size_t i;

	for (i = 0; i < m->ncheckouts; i++)
		if (checkout_lock(&m->checkouts[i], m->id, m->err, m->errlen) == -1)
			return -1;
	return 0;
}

static int
record(struct merge *m)
{
	size_t i;

	strlcpy(m->state.merging.target, m->target, sizeof(m->state.merging.target));
	strlcpy(m->state.merging.old, m->old, sizeof(m->state.merging.old));
	strlcpy(m->state.merging.new, m->new, sizeof(m->state.merging.new));
	strings_free(&m->state.merging.checkouts);
	for (i = 0; i < m->ncheckouts; i++)
		strings_add(&m->state.merging.checkouts, m->checkouts[i].path);
	return merge_save(m);
}

static void
unrecord(struct merge *m)
{
	m->state.merging.target[0] = '\0';
	m->state.merging.old[0] = '\0';
	m->state.merging.new[0] = '\0';
	strings_free(&m->state.merging.checkouts);
}

/* Did its user change files that the merge changes?  False when this can't be determined: then the problem is ours. */
static bool
users(struct merge *m, const struct checkout *co)
{
	enum follow *f = calloc(m->nchanges + 1, sizeof(*f));
	char why[GIT_ERR];
	bool yes = f == NULL;
	size_t i;

	if (f != NULL && checkout_classify(&m->git, co, m->changes, m->nchanges, f, why,
	    sizeof(why)) == 0)
		for (i = 0; i < m->nchanges; i++)
			yes = yes || f[i] == FOLLOW_USER || f[i] == FOLLOW_UNSURE;
	free(f);
	return yes;
}

/*
 * The target is at new.  A checkout that changed just now stays unchanged: the user's changes
 * take precedence.  A checkout that can't be updated for another reason keeps its lock, so
 * that its user does not commit the reverse of the merge, until the next run updates it: -1
 * then, unless last; -1 also when a lock can't be removed.
 */
static int
bring_checkouts(struct merge *m, bool bring_along, bool last)
{
	char why[GIT_ERR];
	int fd, rc = 0;
	size_t i;

	for (i = 0; i < m->ncheckouts; i++) {
		if (bring_along && checkout_apply(&m->git, &m->checkouts[i], m->id, m->old, m->new,
		    m->changes, m->nchanges, why, sizeof(why)) == -1) {
			if (!last && !users(m, &m->checkouts[i])) {
				merge_result(m, MERGE_ERROR, "%s; %s has moved to %s: run orchestrator merge again to complete the merge",
				    why, m->target, m->new);
				rc = -1;
				continue;
			}
			log_warnx("%s; %s has moved to %s, but this checkout was not updated", why, m->target, m->new);
		}
		if ((fd = file_find_dir(AT_FDCWD, m->checkouts[i].path)) != -1) {
			(void)syncfs(fd);
			close(fd);
		}
		if (checkout_unlock(&m->checkouts[i], m->id, why, sizeof(why)) == -1) {
			merge_result(m, MERGE_ERROR, "%s; %s has moved to %s: run orchestrator merge again to remove the lock",
			    why, m->target, m->new);
			rc = -1;
		}
	}
	return rc;
}

static enum merge_outcome
follow(struct merge *m, bool bring_along, bool last)
{
	if (bring_checkouts(m, bring_along, last) == -1)
		return MERGE_ERROR;	/* keep the record, as after a crash */
	unrecord(m);
	strlcpy(m->state.merged, m->new, sizeof(m->state.merged));
	return merge_enter(m, STATUS_MERGED, NULL, NULL) == -1 ? MERGE_ERROR : MERGE_MERGED;
}

static enum merge_outcome
give_up(struct merge *m, enum merge_outcome rv)
{
	char why[GIT_ERR];

	strlcpy(why, m->err, sizeof(why));
	if (unlock_all(m) == -1)
		return MERGE_ERROR;
	unrecord(m);
	if (merge_save(m) == -1)
		return MERGE_ERROR;
	return merge_result(m, rv, "%s", why);
}

static char *
reflog_message(struct merge *m)
{
	return text_format("merge %s: by orchestrator",
	    m->state.branch != NULL ? m->state.branch : m->id);
}

enum merge_outcome
merge_move(struct merge *m, bool *again)
{
	char *message, now[OID_MAX];
	int rc;

	*again = false;
	checkout_free(m->checkouts, m->ncheckouts);
	m->checkouts = NULL;
	m->ncheckouts = 0;
	if (checkout_find(m->req->repo, m->target, &m->checkouts, &m->ncheckouts, m->err,
	    m->errlen) == -1)
		return MERGE_ERROR;
	if (check_all(m, false) == -1)
		return MERGE_BLOCKED;
	if (record(m) == -1)
		return MERGE_ERROR;
	if (lock_all(m) == -1 || check_all(m, true) == -1)
		return give_up(m, MERGE_BLOCKED);
	message = reflog_message(m);
	rc = git_ref_move(m->req->repo, m->target, m->new, m->old, message, m->err, m->errlen);
	*again = rc == -1 && errno == EAGAIN;
	free(message);
	if (rc == 0)
		return follow(m, true, false);
	if (git_ref_read(m->req->repo, m->target, now, NULL, 0) == -1 || strcmp(now, m->new) != 0)
		return give_up(m, MERGE_ERROR);
	/* It has moved, but may not be on disk: the record stays, so that the next run completes it. */
	(void)bring_checkouts(m, true, false);
	return MERGE_ERROR;
}

/* Does the target contain the merge commit that was recorded? 1, 0, -1 error. */
static int
moved(struct merge *m, char *now)
{
	if (git_ref_read(m->req->repo, m->state.merging.target, now, m->err, m->errlen) == -1)
		return -1;
	/* a power loss may have kept the record of a commit, but not the commit */
	if (now[0] == '\0' || strcmp(now, m->state.merging.old) == 0)
		return 0;
	return git_ancestor(&m->git, m->state.merging.new, now, m->err, m->errlen);
}

/* A power loss may leave the lock without its content: an empty lock belongs to no process. */
static void
drop_empty_lock(struct merge *m, const struct checkout *co)
{
	const char *common = m->req->repo->common;
	size_t n = strlen(common);
	char *index = text_format("%s/index", co->gitdir), *lock = text_format("%s.lock", index);
	struct stat st;

	if (lstat(lock, &st) == 0 && st.st_size == 0 && strncmp(index, common, n) == 0 &&
	    index[n] == '/')
		git_lock_left(m->req->repo, index + n + 1);
	free(index);
	free(lock);
}

enum merge_outcome
merge_recover(struct merge *m)
{
	struct checkout co;
	char now[OID_MAX], why[GIT_ERR];
	size_t i;
	int done;

	if (m->state.merging.target[0] == '\0')
		return MERGE_NOTHING;
	strlcpy(m->target, m->state.merging.target, sizeof(m->target));
	strlcpy(m->old, m->state.merging.old, sizeof(m->old));
	strlcpy(m->new, m->state.merging.new, sizeof(m->new));
	for (i = 0; i < m->state.merging.checkouts.n; i++) {
		if (checkout_open(m->req->repo, m->state.merging.checkouts.v[i], &co, why,
		    sizeof(why)) == -1)
			continue;
		drop_empty_lock(m, &co);
		m->checkouts = reallocarray(m->checkouts, m->ncheckouts + 1, sizeof(co));
		if (m->checkouts == NULL)
			return merge_result(m, MERGE_ERROR, "out of memory");
		m->checkouts[m->ncheckouts++] = co;
	}
	if ((done = moved(m, now)) == -1)
		return MERGE_ERROR;
	if (done == 0) {
		strlcpy(m->late_old, m->old, sizeof(m->late_old));
		strlcpy(m->late_new, m->new, sizeof(m->late_new));
		if (unlock_all(m) == -1)
			return MERGE_ERROR;
		unrecord(m);
		return merge_save(m) == -1 ? MERGE_ERROR : MERGE_NOTHING;
	}
	log_info("%s: completing the merge %s", m->id, m->new);
	if (git_ref_sync(m->req->repo, m->target, m->err, m->errlen) == -1)
		return MERGE_ERROR;
	if (git_diff(&m->git, m->old, m->new, &m->changes, &m->nchanges, m->err, m->errlen) == -1)
		return MERGE_ERROR;
	if (lock_all(m) == -1)
		return MERGE_BLOCKED;
	/* The command that moved the target on since has updated that checkout. */
	return follow(m, strcmp(now, m->new) == 0, true);
}

enum merge_outcome
merge_late(struct merge *m)
{
	bool last;
	int done;

	if (m->late_new[0] == '\0')
		return MERGE_NOTHING;
	done = git_ancestor(&m->git, m->late_new, m->old, m->err, m->errlen);
	if (done != 1)
		return done == 0 ? MERGE_NOTHING : MERGE_ERROR;
	last = strcmp(m->old, m->late_new) == 0;
	strlcpy(m->old, m->late_old, sizeof(m->old));
	strlcpy(m->new, m->late_new, sizeof(m->new));
	git_changes_free(m->changes, m->nchanges);
	m->changes = NULL;
	m->nchanges = 0;
	checkout_free(m->checkouts, m->ncheckouts);
	m->checkouts = NULL;
	m->ncheckouts = 0;
	if (git_diff(&m->git, m->old, m->new, &m->changes, &m->nchanges, m->err, m->errlen) == -1 ||
	    checkout_find(m->req->repo, m->target, &m->checkouts, &m->ncheckouts, m->err,
	    m->errlen) == -1 || record(m) == -1)
		return MERGE_ERROR;
	return lock_all(m) == -1 ? MERGE_BLOCKED : follow(m, last, true);
}
