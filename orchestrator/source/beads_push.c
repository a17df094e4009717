/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "orchestrator/source/beads.h"
#include "orchestrator/source/last_session.h"
#include "orchestrator/source/tasks.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/json/record.h"
#include "proto/plan/tasklist.h"

#define PUSH_LOCK	"beads-owe.lock"

struct owing {
	const struct bd	*b;
	struct strings	 settled;	/* tasks whose issue does not concern us any more */
	int		 rv;		/* the status that stops us */
};

/* A record is not enough to close an issue: the target must contain the merge. */
static int
verify(struct orch *o, const char *session, struct last_session *last, char *why, size_t whylen)
{
	const struct state *s = &last->state;
	char tip[OID_MAX];
	struct git g;
	int has;

	if (session[0] == '\0' || last_session_load(o, session, last) == -1) {
		snprintf(why, whylen, "no merged session is known");
		return -1;
	}
	if (!status_done(s->status) || s->merged[0] == '\0') {
		snprintf(why, whylen, "session %s is not merged", session);
		return -1;
	}
	if (orch_git(o, &g, why, whylen) == -1 || git_branch_read(&o->repo, last->target, tip, why, whylen) == -1)
		return -1;
	if (tip[0] != '\0' && (has = git_ancestor(&g, s->merged, tip, why, whylen)) != 0)
		return has == 1 ? 0 : -1;
	snprintf(why, whylen, "its merge %.12s is not in %.256s", s->merged, last->target);
	return -1;
}

static void
close_issue(struct owing *w, const struct task *t)
{
	char why[RECORD_ERR] = "", *reason;
	struct last_session last = { 0 };
	struct json *answer = NULL;

	if (verify(w->b->o, t->session, &last, why, sizeof(why)) == -1) {
		log_warnx("issue %s is not closed: %s; bd close %s does it", t->item.id, why,
		    t->item.id);
		last_session_release(&last);
		return;
	}
	reason = text_format("Merged to %s", last.target);
	last_session_release(&last);
	w->rv = bd_call(w->b, (const char *const[]){ "close", t->item.id, "--reason", reason, NULL },
	    &answer, why, sizeof(why));
	if (w->rv == 0)
		strings_add(&w->settled, t->item.id);
	else
		log_warnx("issue %s is not closed: %s", t->item.id, why);
	if (w->rv == EX_NEGATIVE)	/* concerns only this task */
		w->rv = 0;
	json_free(answer);
	free(reason);
}

/* The session's id in the notes shows that they have it. */
static void
note_failure(struct owing *w, const struct task *t, const struct issue *is)
{
	const char *said = t->nhistory > 0 ? t->history[t->nhistory - 1].reason : NULL;
	char why[BD_WHY], *note;
	struct json *answer = NULL;
	struct last_session last;

	if (!issue_has(is, w->b->actor) || strstr(is->notes, t->session) != NULL)
		return;
	if (last_session_load(w->b->o, t->session, &last) == 0)
		said = last.state.detail[0] != '\0' ? last.state.detail : status_name(last.state.status);
	note = text_format("Not merged, and not tried again: %s: %s. To give it back: bd update %s "
	    "--status open --assignee \"\"", t->session, said == NULL ? "FAILED" : said, is->id);
	w->rv = bd_call(w->b, (const char *const[]){ "update", is->id, "--append-notes", note,
	    NULL }, &answer, why, sizeof(why));
	if (w->rv != 0)
		log_warnx("issue %s: its failure is not noted: %s", is->id, why);
	if (w->rv == EX_NEGATIVE)
		w->rv = 0;
	last_session_release(&last);
	json_free(answer);
	free(note);
}

static void
settle(struct owing *w, const struct task *t, const struct issue *is)
{
	bool ours = is != NULL && (is->assignee[0] == '\0' ||
	    strcmp(is->assignee, w->b->actor) == 0);

	if (t->status != TASK_COMPLETE) {
		if (ours)
			note_failure(w, t, is);
		return;
	}
	if (is != NULL && !issue_is(is, "closed")) {
		if (ours) {
			close_issue(w, t);
			return;
		}
		log_warnx("issue %s is not closed: %s has it now", is->id, is->assignee);
	}
	strings_add(&w->settled, t->item.id);
}

/* Is anything about the task pending for Beads? */
static bool
owes(const struct bd *b, const struct task *t)
{
	struct last_session last;
	int64_t attempt;
	bool again;

	if (!t->claimed)
		return false;
	if (t->status != TASK_FAILED && t->status != TASK_BLOCKED)
		return t->status == TASK_COMPLETE;
	if (t->session[0] == '\0')
		return false;
	if (b->attempts == 0 || last_session_load(b->o, t->session, &last) == -1)
		return true;
	again = last_session_again(&last, b->attempts, &attempt);
	last_session_release(&last);
	return !again;
}

static int
forget(struct tasklist *l, void *arg)
{
	const struct strings *settled = arg;
	bool any = false;
	size_t i;

	for (size_t k = 0; k < settled->n; k++) {
		i = tasklist_find(l, settled->v[k]);
		if (i == TASK_NONE || !l->v[i].claimed || l->v[i].status != TASK_COMPLETE)
			continue;
		l->v[i].claimed = false;
		l->v[i].changed = any = true;
	}
	return any ? 0 : EX_NEGATIVE;
}

static int
settle_all(struct owing *w, const struct tasklist *l, const struct strings *ids)
{
	struct strings wrong = { 0 };
	struct json *answer = NULL;
	struct issues all = { 0 };
	char why[BD_WHY];
	int rv;

	if ((w->rv = bd_show(w->b, ids, &answer, why, sizeof(why))) != 0) {
		log_warnx("%s", why);
		return w->rv == EX_NEGATIVE ? EX_UNAVAILABLE : w->rv;
	}
	issues_read(&all, answer, &wrong);
	for (size_t k = 0; w->rv == 0 && k < ids->n; k++)
		settle(w, &l->v[tasklist_find(l, ids->v[k])], issues_find(&all, ids->v[k]));
	rv = tasks_change(w->b->o->workspace, l->id, forget, &w->settled);
	beads_name_wrong(&wrong);
	issues_release(&all);
	json_free(answer);
	return w->rv != 0 ? w->rv : rv == EX_NEGATIVE ? 0 : rv;
}

static int
push_locked(const struct bd *b, const char *list)
{
	struct owing w = { .b = b };
	struct strings ids = { 0 };
	struct tasklist l;
	int rv;

	if ((rv = tasks_read(b->o->workspace, list, &l)) != 0)
		return rv;
	for (size_t i = 0; i < l.n; i++)
		if (owes(b, &l.v[i]))
			strings_add(&ids, l.v[i].item.id);
	if (ids.n > 0)
		rv = settle_all(&w, &l, &ids);
	strings_free(&ids);
	strings_free(&w.settled);
	tasklist_release(&l);
	return rv;
}

/* Locked, so that two processes do not both close an issue. */
int
beads_push(const struct bd *b, const char *list)
{
	int lock = bd_lock(b->o, PUSH_LOCK), rv;

	if (lock == -1) {
		log_warn("%s/" PUSH_LOCK, b->o->workspace);
		return orch_status(errno);
	}
	rv = push_locked(b, list);
	close(lock);
	return rv;
}
