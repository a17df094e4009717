/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/clock.h"
#include "proto/base/text.h"
#include "proto/session/layout.h"
#include "proto/sys/file.h"
#include "worker/core/output.h"
#include "worker/core/worker.h"
#include "worker/run/confine.h"
#include "worker/tree/audit.h"

#define BEFORE		SESSION_DIR_SAFE_GIT "/before"
#define BEFORE_MAX	(64u << 20)

static int
keep(struct worker *w, const char *snapshot)
{
	if (file_replace(w->dirfd, BEFORE, snapshot, strlen(snapshot), FILE_DATA) == 0)
		return 0;
	worker_broken(w, "%s/" BEFORE ": %s", w->path, strerror(errno));
	return -1;
}

static char *
snapshot(struct worker *w)
{
	char err[GIT_ERR], *now = audit_snapshot(&w->repo, err, sizeof(err));

	if (now == NULL)
		worker_failed(w, "git", "%s", err);
	return now;
}

int
audit_begin(struct worker *w)
{
	char *now;
	int rc;

	if (file_exists(w->dirfd, BEFORE))
		return 0;
	if ((now = snapshot(w)) == NULL)
		return -1;
	rc = keep(w, now);
	free(now);
	return rc;
}

/* Records every path; the status has room only for the first few. */
static int
breach(struct worker *w, const struct strings *list)
{
	char text[400];

	if (list->n == 0)
		return 0;
	for (size_t i = 0; i < list->n; i++) {
		output_log("isolation breach: %s", list->v[i]);
		strings_add(&w->review.flagged, list->v[i]);
	}
	audit_text(list, text, sizeof(text));
	worker_fail(w, "isolation-breach", "%s", text);
	worker_review_save(w);
	return -1;
}

/* Has the target no commit of the session but those that were approved?  Then a person merged them. */
static bool
is_approved(struct worker *w, const char *head)
{
	const struct state *s = &w->state;
	char tip[OID_MAX], err[GIT_ERR];

	return s->approved[0] != '\0' && git_branch_read(&w->repo, w->config.target, tip, err, sizeof(err)) == 0 &&
	    tip[0] != '\0' && audit_beyond(&w->git, s->base, head, s->approved, tip, err, sizeof(err)) == 0;
}

/* What confined runs can't have done.  A branch with commits of the session halts it, also where its user made the
 * branch, but for approved work in the target. */
static void
forgive(struct worker *w, const char *head, struct audit *a)
{
	char *target = text_format("branch %s: ", w->config.target != NULL ? w->config.target : "");
	struct strings all = a->breaches;
	bool ours;

	a->breaches = (struct strings){ 0 };
	for (size_t i = 0; i < all.n; i++) {
		ours = strncmp(all.v[i], target, strlen(target)) == 0;
		if (ours && is_approved(w, head))
			output_log("%s holds %.12s, which was approved: it was merged by hand", worker_target(w), w->state.approved);
		else
			strings_add(strncmp(all.v[i], "branch ", 7) == 0 ? &a->breaches : &a->notices, all.v[i]);
	}
	strings_free(&all);
	free(target);
}

bool
audit_merged(struct worker *w)
{
	char tip[OID_MAX], err[GIT_ERR];

	return confine_holds(w) && git_branch_read(&w->repo, w->config.target, tip, err, sizeof(err)) == 0 &&
	    tip[0] != '\0' && git_ancestor(&w->git, w->state.head, tip, err, sizeof(err)) == 1;
}

int
audit_repository_now(struct worker *w)
{
	return audit_repository_with(w, w->state.head);
}

int
audit_repository_with(struct worker *w, const char *head)
{
	char err[GIT_ERR], *before, *now, *target;
	struct audit a = { 0 };
	size_t len;
	int rc;

	if (file_read(w->dirfd, BEFORE, BEFORE_MAX, &before, &len) == -1)
		return audit_begin(w);
	if ((now = snapshot(w)) == NULL) {
		free(before);
		return -1;
	}
	rc = audit_repository(&w->git, before, now, w->state.branch, w->state.base, head,
	    &a, err, sizeof(err));
	if (rc == -1)
		worker_git_failed(w, err);
	else if (confine_holds(w))
		forgive(w, head, &a);
	/* the target is supposed to move */
	target = text_format("branch %s:", w->config.target != NULL ? w->config.target : "");
	for (size_t i = 0; i < a.notices.n; i++)
		if (strncmp(a.notices.v[i], target, strlen(target)) != 0)
			output_log("changed in the repository during the run: %s", a.notices.v[i]);
	free(target);
	if (rc == 0 && (rc = breach(w, &a.breaches)) == 0 && strcmp(before, now) != 0)
		rc = keep(w, now);
	audit_free(&a);
	free(before);
	free(now);
	return rc;
}

static int
record_flags(struct worker *w)
{
	strings_free(&w->review.flagged);
	for (size_t i = 0; i < w->audit.flagged.n; i++) {
		output_log("flagged: %s", w->audit.flagged.v[i]);
		strings_add(&w->review.flagged, w->audit.flagged.v[i]);
	}
	return w->audit.flagged.n == 0 ? 0 : worker_review_save(w);
}

int
audit_work(struct worker *w)
{
	struct git_change *c = NULL;
	char err[GIT_ERR];
	size_t n = 0;
	int rc;

	if (strcmp(w->audited, w->state.head) == 0)
		return 0;
	audit_free(&w->audit);
	rc = audit_commits(&w->git, &w->item, w->state.base, w->state.head, &w->audit, err,
	    sizeof(err));
	if (rc == 0 && (rc = git_diff(&w->git, w->state.base, w->state.head, &c, &n, err,
	    sizeof(err))) == 0) {
		rc = audit_changes(&w->git, &w->config.settings, &w->item, c, n, &w->audit, err,
		    sizeof(err));
		git_changes_free(c, n);
	}
	if (rc == -1)
		return worker_git_failed(w, err);
	if (record_flags(w) == -1 || breach(w, &w->audit.breaches) == -1)
		return -1;
	strlcpy(w->audited, w->state.head, sizeof(w->audited));
	return 0;
}

void
audit_gate(struct worker *w, struct gate_result *g)
{
	struct text t = { 0 };

	for (size_t i = 0; i < w->audit.refused.n; i++)
		text_printf(&t, "%s\n", w->audit.refused.v[i]);
	text_puts(&t, "Undo these changes: the settings (protected, allow_protected) refuse them.\n");
	g->name = strdup("protected paths");
	g->command = strdup("the setting \"protected\"");
	strlcpy(g->commit, w->state.head, sizeof(g->commit));
	g->round = w->state.round;
	g->exit_status = -1;
	strlcpy(g->outcome, "protected paths are changed", sizeof(g->outcome));
	g->output = t.buf;
	g->at = clock_wall();
	output_log("gate %s: %s", g->name, g->outcome);
}
