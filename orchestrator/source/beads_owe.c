/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "orchestrator/execute/flow.h"
#include "orchestrator/source/beads.h"
#include "proto/base/log.h"
#include "proto/json/record.h"
#include "proto/record/config.h"
#include "proto/sys/file.h"

#define OWE_LOCK	"beads-owe.lock"
#define REF_MAX		300

struct owing {
	const struct bd	*b;
	struct strings	 settled;	/* tasks whose issue is no more of our business */
	int		 rv;		/* what keeps us from going on */
};

/* The branch it was merged to. */
static int
find_target(const struct entry *e, char *target, size_t len, char *why, size_t whylen)
{
	int fd = file_open_dir(AT_FDCWD, e->path), rv;
	struct config c;

	if (fd == -1) {
		snprintf(why, whylen, "%s can't be read", e->path);
		return -1;
	}
	if ((rv = config_load(fd, &c, why, whylen)) == 0) {
		strlcpy(target, c.target == NULL ? "" : c.target, len);
		config_release(&c);
	}
	close(fd);
	return rv;
}

/* The word of a record is not enough to close an issue: the target must have the merge. */
static int
verify(struct orch *o, const char *session, char *target, size_t len, char *why, size_t whylen)
{
	char ref[REF_MAX + 16], tip[OID_MAX];
	struct entry e;
	struct git g;
	int rv = -1;

	if (session[0] == '\0' || flow_entry(o, session, &e) == -1) {
		snprintf(why, whylen, "no session is known that was merged");
		return -1;
	}
	if (e.state.status != STATUS_MERGED || e.state.merged[0] == '\0')
		snprintf(why, whylen, "session %s is not merged", session);
	else if (find_target(&e, target, len, why, whylen) == 0 &&
	    orch_git(o, &g, why, whylen) == 0) {
		snprintf(ref, sizeof(ref), "refs/heads/%s", target);
		if (git_ref_read(&o->repo, ref, tip, why, whylen) == 0) {
			if (tip[0] != '\0')
				rv = git_ancestor(&g, e.state.merged, tip, why, whylen) - 1;
			if (rv == -1)
				snprintf(why, whylen, "its merge %.12s is not in %s",
				    e.state.merged, target);
		}
	}
	entry_release(&e);
	return rv == 0 ? 0 : -1;
}

static void
close_issue(struct owing *w, const struct task *t)
{
	char target[REF_MAX], why[RECORD_ERR] = "", *reason;
	struct json *answer = NULL;

	if (verify(w->b->o, t->session, target, sizeof(target), why, sizeof(why)) == -1) {
		log_warnx("issue %s is not closed: %s; bd close %s does it", t->item.id, why,
		    t->item.id);
		return;
	}
	reason = text_format("Merged to %s", target);
	w->rv = bd_call(w->b, (const char *const[]){ "close", t->item.id, "--reason", reason, NULL },
	    &answer, why, sizeof(why));
	if (w->rv == 0)
		strings_add(&w->settled, t->item.id);
	else
		log_warnx("issue %s is not closed: %s", t->item.id, why);
	if (w->rv == EX_NEGATIVE)	/* of this one alone */
		w->rv = 0;
	json_free(answer);
	free(reason);
}

/* The session's id in the notes says that they have it. */
static void
note_failure(struct owing *w, const struct task *t, const struct issue *is)
{
	const char *said = t->nhistory > 0 ? t->history[t->nhistory - 1].reason : NULL;
	char why[BD_WHY], *note;
	struct json *answer = NULL;
	struct entry e;

	if (!issue_has(is, w->b->actor) || strstr(is->notes, t->session) != NULL)
		return;
	memset(&e, 0, sizeof(e));
	if (flow_entry(w->b->o, t->session, &e) == 0)
		said = e.state.detail[0] != '\0' ? e.state.detail : status_name(e.state.status);
	note = text_format("Not merged, and not tried again: %s: %s. To give it back: bd update %s "
	    "--status open --assignee \"\"", t->session, said == NULL ? "FAILED" : said, is->id);
	w->rv = bd_call(w->b, (const char *const[]){ "update", is->id, "--append-notes", note,
	    NULL }, &answer, why, sizeof(why));
	if (w->rv != 0)
		log_warnx("issue %s: its failure is not noted: %s", is->id, why);
	if (w->rv == EX_NEGATIVE)
		w->rv = 0;
	entry_release(&e);
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

/* Is there something to be said of it in Beads? */
static bool
owes(const struct bd *b, const struct task *t)
{
	const struct flow f = { .o = b->o, .attempts = b->attempts };
	int64_t attempt;

	if (!t->claimed)
		return false;
	if (t->status == TASK_FAILED || t->status == TASK_BLOCKED)
		return t->session[0] != '\0' && !flow_again(&f, t, &attempt);
	return t->status == TASK_COMPLETE;
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
owe_locked(const struct bd *b, const char *list)
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

/* Two that look whether an issue is closed would both close it. */
int
beads_owe(const struct bd *b, const char *list)
{
	int lock = bd_lock(b->o, OWE_LOCK), rv;

	if (lock == -1) {
		log_warn("%s/" OWE_LOCK, b->o->workspace);
		return orch_status(errno);
	}
	rv = owe_locked(b, list);
	close(lock);
	return rv;
}
