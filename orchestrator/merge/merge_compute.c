/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "orchestrator/merge/merge_internal.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/json/record.h"
#include "proto/record/item.h"
#include "proto/session/layout.h"
#include "proto/session/role.h"
#include "proto/settings/commit_text.h"
#include "proto/sys/file.h"

#define MERGE_MESSAGE	"Merge {item}: {subject}\n\nReview: {review}"
#define MERGE_UNTITLED	"Merge {item}\n\nReview: {review}"

/* Between these files. */
static enum merge_outcome
conflict(struct merge *m, struct state_conflict *list, size_t n)
{
	enum merge_outcome outcome;
	struct text detail = { 0 };

	text_printf(&detail, "conflicts with %s:", m->config.target);
	for (size_t i = 0; i < n && i < 8; i++)
		text_printf(&detail, "%s %s (%s)", i == 0 ? "" : ",", list[i].path, list[i].kind);
	if (n > 8)
		text_printf(&detail, " and %zu more", n - 8);
	state_conflicts_free(&m->state);
	m->state.conflicts = list;
	m->state.nconflicts = n;
	free(m->state.feedback);
	m->state.feedback = NULL;
	outcome = merge_resolve(m, m->config.settings.on_conflict, "conflict", detail.buf);
	text_free(&detail);
	return outcome;
}

static bool
approves(const struct merge *m, const struct opinion *p)
{
	return p != NULL && p->verdict == VERDICT_APPROVED && strcmp(p->commit, m->state.head) == 0;
}

/* A line for each seat whose last opinion is an approval of what is merged: "AGENT (ROLE)", or "a person". */
static char *
reviewers_of(const struct merge *m)
{
	const struct settings *s = &m->config.settings;
	const struct opinion *last[ROLE_COUNT] = { NULL };
	struct text t = { 0 };

	for (size_t i = 0; i < m->review.nopinions; i++)	/* a person has the role of the reviewer there, and a seat apart */
		last[strcmp(m->review.opinions[i].how, BY_PERSON) == 0 ? ROLE_NONE : m->review.opinions[i].role] =
		    &m->review.opinions[i];
	if (approves(m, last[ROLE_NONE]))
		text_puts(&t, BY_PERSON "\n");
	for (int role = ROLE_IMPLEMENTER + 1; role < ROLE_COUNT; role++)
		if (approves(m, last[role]))
			text_printf(&t, "%s (%s)\n", s->role[role] == NULL ? "agent" : s->role[role], role_name(role));
	return t.buf;
}

/* By the setting merge.message.  The agent's words come in one line alone, so it can't forge a trailer. */
static char *
message_of(struct merge *m)
{
	const char *template = m->config.settings.merge_message;
	char line[512] = "", *buf = NULL, err[RECORD_ERR], *msg, *user, *urls, *reviewers = reviewers_of(m);
	struct item item = { 0 };
	struct text subject = { 0 }, title = { 0 };
	size_t len;

	if (file_read(m->session, SESSION_FILE_SUMMARY, SESSION_MAX_TEXT, &buf, &len) == 0)
		text_first_line(line, sizeof(line), buf);
	free(buf);
	if (item_load(m->session, &item, err, sizeof(err)) == 0 && item.title != NULL) {
		if (line[0] == '\0')
			text_first_line(line, sizeof(line), item.title);
		text_line(&title, item.title, strlen(item.title));
	}
	/* git log prints it unchanged. */
	text_line(&subject, line, strlen(line));
	urls = strings_join(&item.urls, "\n");
	user = text_format("%s <%s>", m->req->repo->author_name, m->req->repo->author_email);
	if (template == NULL)
		template = line[0] == '\0' ? MERGE_UNTITLED : MERGE_MESSAGE;
	msg = commit_text(template, &(struct commit_text){
		.item = m->state.item, .title = title.buf, .subject = line[0] == '\0' ? m->state.item : subject.buf, .urls = urls,
		.session = m->id, .target = m->config.target, .user = user, .reviewers = reviewers,
		.review = strcmp(m->review.mode, "none") == 0 ? "none" : NULL,
	});
	text_free(&subject);
	text_free(&title);
	item_release(&item);
	free(reviewers);
	free(user);
	free(urls);
	return msg;
}

static enum merge_outcome
commit(struct merge *m)
{
	const char *const parents[] = { m->old, m->state.head };
	char *message = message_of(m);
	int rc;

	rc = git_commit_signed(&m->git, m->tree, parents, 2, message, m->new, m->err, m->errlen);
	free(message);
	return rc == -1 ? MERGE_ERROR : MERGE_MERGED;
}

/* The merge changes exactly what was judged only if target and work have no common commit after the base. */
static enum merge_outcome
check_base(struct merge *m)
{
	const char *const argv[] = { "merge-base", "--all", m->old, m->state.head, NULL };
	char *out = NULL;
	size_t n;
	bool same;

	if (git_run(&m->git, argv, NULL, 0, &out, NULL, NULL, m->err, m->errlen) == -1)
		return MERGE_ERROR;
	n = out != NULL ? strcspn(out, "\n") : 0;
	if (n == 0) {	/* git ignores an error when it writes to a pipe, and would have failed without a base */
		free(out);
		snprintf(m->err, m->errlen, "git merge-base: no output");
		return MERGE_ERROR;
	}
	same = strcmp(out + n, "\n") == 0 && strncmp(out, m->state.base, n) == 0;
	free(out);
	return same ? MERGE_MERGED : merge_conflict(m, "conflict", "%s already contains commits of the work: "
	    "orchestrator retry %s does the rest on top of them", m->config.target, m->state.item);
}

/* The target has the commits.  If a changed path is back at its old content there, the change was reverted. */
static enum merge_outcome
check_content(struct merge *m)
{
	enum merge_outcome outcome = MERGE_NOTHING;
	char *path = NULL;
	int rc;

	if ((rc = git_reverted(&m->git, m->state.base, m->state.head, m->old, &path, m->err, m->errlen)) == -1)
		outcome = MERGE_ERROR;
	else if (rc == 1)
		outcome = merge_conflict(m, "conflict", "%s had the work, but no longer has its change "
		    "of %s: orchestrator retry %s does it again", m->config.target, path, m->state.item);
	free(path);
	if (outcome == MERGE_NOTHING && strcmp(m->state.head, m->state.base) == 0) {
		free(m->left);
		m->left = text_format("nothing to merge: the item needed no change");
	} else if (outcome == MERGE_NOTHING)
		log_info("%s: %s contains it already", m->id, m->target);
	return outcome;
}

/* Names the last of the commits that the target has lost. */
static enum merge_outcome
rewritten(struct merge *m)
{
	char last[200] = "", *lines = NULL;

	if (git_log_lines(&m->git, m->old, m->old, m->state.base, 4096, &lines, m->err, m->errlen) == 0 && lines != NULL)
		text_first_line(last, sizeof(last), lines);
	free(lines);
	return merge_conflict(m, "conflict", "%s was rewritten: it no longer has %.12s, on which the work is based, and a merge "
	    "would bring removed commits back (%s): orchestrator retry %s starts over from %s", m->config.target, m->state.base, last,
	    m->state.item, m->config.target);
}

enum merge_outcome
merge_compute(struct merge *m)
{
	struct state_conflict *list;
	enum merge_outcome outcome;
	size_t n;
	int rc;

	if (git_ref_read(m->req->repo, m->target, m->old, m->err, m->errlen) == -1)
		return MERGE_ERROR;
	if (m->old[0] == '\0')
		return merge_result(m, MERGE_BLOCKED, "%s: the target branch %s is gone: git branch %s %.12s restores it "
		    "where the work began; orchestrator retry %s starts over on the current target", m->id, m->config.target,
		    m->config.target, m->state.base, m->state.item);
	/* merging would restore a base that was removed from the target */
	if ((rc = git_ancestor(&m->git, m->state.base, m->old, m->err, m->errlen)) == 0)
		return rewritten(m);
	if (rc == 1)
		rc = git_merge_tree(&m->git, m->old, m->state.head, m->tree, &list, &n, m->err, m->errlen);
	if (rc == -1)
		return MERGE_ERROR;
	if (rc == 1)
		return conflict(m, list, n);
	git_changes_free(m->changes, m->nchanges);
	m->changes = NULL;
	m->nchanges = 0;
	if (git_diff(&m->git, m->old, m->tree, &m->changes, &m->nchanges, m->err, m->errlen) == -1)
		return MERGE_ERROR;
	/* Only work without changes can have been merged before. */
	if (m->nchanges == 0 && git_is_ancestor(&m->git, m->state.head, m->old))
		return check_content(m);
	outcome = check_base(m);
	return outcome == MERGE_MERGED ? commit(m) : outcome;
}
