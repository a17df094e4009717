/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/clock.h"
#include "proto/base/fault.h"
#include "proto/base/log.h"
#include "proto/record/inbox.h"
#include "proto/record/message.h"
#include "proto/session/layout.h"
#include "proto/sys/file.h"
#include "proto/sys/lock.h"
#include "worker/client/mail.h"
#include "worker/core/output.h"
#include "worker/core/worker.h"

#define REASON	256

/* Releases the slots of a question and of every message attached to it. */
static void
wake_askers(struct worker *w, const char *question)
{
	const struct seen *s;
	size_t i;

	for (i = 0; i < w->questions.nseen; i++) {
		s = &w->questions.seen[i];
		if (strcmp(s->question, question) == 0)
			lock_slot_release(w->lockfd, message_slot(s->id));
	}
	lock_slot_release(w->lockfd, message_slot(question));
}

static void
log_question(const struct question *q)
{
	size_t i;

	output_log("question %s (%s): %s", q->id, question_from(q), q->text);
	for (i = 0; i < q->options.n; i++)
		output_log("  %zu. %s", i + 1, q->options.v[i]);
	output_log("answer it: orchestrator answer, or write the answer to " SESSION_DIR_ANSWERS
	    "/%s", q->id);
}

struct question *
mail_ask(struct worker *w, const struct question *new, const char *id, const char *run, char *reason,
    size_t len)
{
	size_t before = questions_open(&w->questions);
	struct question *q;

	q = questions_ask(&w->questions, id, run, new->role, w->state.round, new->text, &new->options,
	    clock_wall(), reason, len);
	if (q != NULL)
		q->verdict = new->verdict, q->deferred = new->deferred, memcpy(q->budget, new->budget, sizeof(q->budget));
	if (q != NULL && questions_open(&w->questions) > before)
		log_question(q);
	return q;
}

static int
take_ask(struct worker *w, const char *id, const struct message *m, char *reason)
{
	struct question *q;

	if (id[0] != 'q') {	/* otherwise no one could answer it: answers are found by that name */
		strlcpy(reason, "the id of a question begins with q-", REASON);
		questions_note(&w->questions, id, "ask", false, reason);
		return -1;
	}
	q = mail_ask(w, &(struct question){ .role = w->role, .text = m->text, .options = m->options, .deferred = m->deferred },
	    id, w->run, reason, REASON);
	if (q != NULL && q->status == QUESTION_ANSWERED)	/* the sender gets the answer now */
		q->deferred = false;
	return q != NULL ? 0 : -1;
}

static int
take_verdict(struct worker *w, const struct message *m, char *reason)
{
	if (!w->wants_verdict) {
		snprintf(reason, REASON, "the %s gives no verdict in step %s",
		    role_name(w->role), step_name(w->state.step));
		return -1;
	}
	if (w->said != VERDICT_NONE && w->said != m->verdict)
		w->contradicted = true;
	w->said = m->verdict;
	free(w->findings);
	w->findings = m->text != NULL ? strdup(m->text) : NULL;
	output_log("verdict of the %s: %s", role_name(w->role), verdict_name(m->verdict));
	return 0;
}

static int
take_summary(struct worker *w, const struct message *m, char *reason)
{
	const char *name = w->state.step == STEP_PRESENT ? SESSION_FILE_PRESENTATION
	    : SESSION_FILE_SUMMARY;

	if (w->role != ROLE_IMPLEMENTER) {
		snprintf(reason, REASON, "only the implementer summarises");
		return -1;
	}
	if (file_replace(w->dirfd, name, m->text, strlen(m->text), FILE_SYNC) == -1) {
		worker_disk_failed(w, name);
		return -1;
	}
	w->summarised = true;
	return 0;
}

static int
take_state(struct worker *w, const struct message *m)
{
	char **slot = m->kind == MESSAGE_PROGRESS ? &w->state.note : &w->state.blocked;

	if (m->kind == MESSAGE_PROGRESS) {
		w->state.tasks_done = m->done;
		w->state.tasks_total = m->total;
		output_log("progress %lld/%lld%s%s", (long long)m->done, (long long)m->total,
		    m->text != NULL ? " " : "", m->text != NULL ? m->text : "");
	} else {
		output_log("%s%s", m->text != NULL ? "blocked: " : "no longer blocked",
		    m->text != NULL ? m->text : "");
	}
	free(*slot);
	*slot = m->text != NULL ? strdup(m->text) : NULL;
	return worker_save(w, false);
}

static int
take_message(struct worker *w, const char *id, const struct message *m, char *reason)
{
	switch (m->kind) {
	case MESSAGE_ASK:
		return take_ask(w, id, m, reason);
	case MESSAGE_PROGRESS:
	case MESSAGE_BLOCKED:
		return take_state(w, m);
	case MESSAGE_VERDICT:
		return take_verdict(w, m, reason);
	case MESSAGE_SUMMARY:
		return take_summary(w, m, reason);
	case MESSAGE_KINDS:
		break;
	}
	return -1;
}

/* The reply is on disk: releases the sender, unless it waits for an answer. */
static void
reply(struct worker *w, const char *id)
{
	const struct seen *s = questions_seen(&w->questions, id);
	const struct question *q = NULL;

	if (s != NULL && s->question[0] != '\0')
		q = questions_find(&w->questions, s->question);
	if (q == NULL || q->status != QUESTION_OPEN || q->deferred)
		lock_slot_release(w->lockfd, message_slot(id));
}

/* Handles a message of the inbox; it is removed (0) once questions.json records its result. */
static int
on_message(void *arg, const char *id, const char *buf, size_t len, const char *why)
{
	struct worker *w = arg;
	struct message m = { 0 };
	char reason[REASON] = "", err[512];
	bool ok;

	if (buf == NULL) {
		w->beside = true;
		output_log("removed from the inbox: %s: %s", id[0] != '\0' ? id : "?", why);
		return 0;
	}
	if (questions_seen(&w->questions, id) != NULL) {
		reply(w, id);
		return 0;
	}
	if (message_parse(&m, buf, len, err, sizeof(err)) == -1) {
		strlcpy(reason, err, sizeof(reason));
		questions_note(&w->questions, id, "unknown", false, reason);
		ok = false;
		w->beside = true;
	} else {
		ok = take_message(w, id, &m, reason) == 0;
		if (w->disk_failed) {	/* the message stays for the next worker */
			message_release(&m);
			return -1;
		}
		if (m.kind != MESSAGE_ASK)
			questions_note(&w->questions, id, message_kind_name(m.kind), ok, reason);
	}
	if (!ok)
		output_log("refused %s %s: %s", buf != NULL ? "message" : "", id, reason);
	message_release(&m);
	if (questions_save(w->dirfd, &w->questions) == -1) {
		worker_disk_failed(w, SESSION_FILE_QUESTIONS);
		return -1;
	}
	reply(w, id);
	return 0;
}

bool
mail_scan(struct worker *w)
{
	bool passing;
	int n;

	if (w->run[0] == '\0' || !w->inbox)
		return false;
	n = inbox_drain(w->dirfd, w->run, on_message, w);
	if (n == -1) {
		passing = fault_passes(errno);
		log_warn(SESSION_DIR_INBOX "/%s", w->run);
		w->disk_failed |= passing;
	}
	worker_settle(w);
	return n == INBOX_BATCH;
}

void
mail_withdraw(struct worker *w, const char *run, const char *reason)
{
	struct question *q;
	size_t i;

	if (questions_withdraw(&w->questions, run, reason, clock_wall()) == 0)
		return;
	if (questions_save(w->dirfd, &w->questions) == -1)
		worker_disk_failed(w, SESSION_FILE_QUESTIONS);
	for (i = 0; i < w->questions.n; i++) {
		q = &w->questions.q[i];
		if (q->status == QUESTION_WITHDRAWN && (run == NULL || strcmp(q->run, run) == 0))
			wake_askers(w, q->id);
	}
	worker_settle(w);
}

/* answers.c calls this: a valid answer is recorded before any asker is woken. */
int
mail_answer(struct worker *w, struct question *q, char *answer, const char *by)
{
	question_answer(q, answer, by, clock_wall());
	if (questions_save(w->dirfd, &w->questions) == -1) {
		worker_disk_failed(w, SESSION_FILE_QUESTIONS);
		return -1;
	}
	wake_askers(w, q->id);
	output_log("answer to %s by %s: %s", q->id, by, answer);
	return 0;
}
