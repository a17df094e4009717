/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/text.h"
#include "proto/record/message.h"
#include "proto/session/caps.h"
#include "proto/session/layout.h"
#include "worker/agent/deferred.h"
#include "worker/agent/park.h"
#include "worker/agent/prompt.h"
#include "worker/client/mail.h"
#include "worker/core/output.h"
#include "worker/core/worker.h"

struct question *
deferred_pending(const struct worker *w, enum role role)
{
	struct question *q;

	for (size_t i = 0; i < w->questions.n; i++) {
		q = &w->questions.q[i];
		if (q->deferred && q->role == role && (q->status == QUESTION_OPEN || q->status == QUESTION_ANSWERED))
			return q;
	}
	return NULL;
}

bool
deferred_asked(const struct worker *w)
{
	for (size_t i = 0; i < w->questions.n; i++)
		if (w->questions.q[i].deferred && strcmp(w->questions.q[i].run, w->run) == 0)
			return true;
	return false;
}

int
deferred_heard(struct worker *w, int64_t runs)
{
	struct question *q;
	bool any = false;

	for (size_t i = 0; i < w->questions.n; i++) {
		q = &w->questions.q[i];
		if (!q->deferred || strtoll(q->run, NULL, 10) > runs)
			continue;
		any = true;
		q->deferred = false;
	}
	if (!any || questions_save(w->dirfd, &w->questions) == 0)
		return 0;
	worker_disk_failed(w, SESSION_FILE_QUESTIONS);
	return -1;
}

/* Options that a record can't hold become part of the text. */
static void
fit(char **text, struct strings *options)
{
	struct text t = { 0 };
	bool fits = options->n <= SESSION_MAX_OPTIONS;

	for (size_t i = 0; i < options->n; i++)
		fits = fits && strlen(options->v[i]) <= QUESTION_MAX_OPTION;
	if (!fits) {
		text_puts(&t, *text);
		for (size_t i = 0; i < options->n; i++)
			text_printf(&t, "\n- %s", options->v[i]);
		strings_free(options);
		free(*text);
		*text = t.buf;
	}
	(*text)[text_cut(*text, SESSION_MAX_TEXT)] = '\0';
}

struct question *
deferred_ask(struct worker *w, enum role role)
{
	char id[SESSION_ID_MAX], run[16], reason[256];
	struct question *q;

	snprintf(run, sizeof(run), "%03u", (unsigned)w->state.runs);
	fit(&w->question, &w->options);
	message_id_make(id, sizeof(id), 'q');
	q = mail_ask(w, &(struct question){ .role = role, .text = w->question, .options = w->options, .deferred = true },
	    id, run, reason, sizeof(reason));
	if (q == NULL)
		output_log("refused question of the %s: %s", role_name(role), reason);
	if (questions_save(w->dirfd, &w->questions) == -1) {
		worker_disk_failed(w, SESSION_FILE_QUESTIONS);
		return NULL;
	}
	worker_settle(w);
	return q;
}

char *
deferred_answers(struct worker *w, enum role role)
{
	const char *name = role == ROLE_IMPLEMENTER ? "answered" : "answer";
	struct question *q;
	struct text all = { 0 };
	char *one;

	for (size_t i = 0; i < w->questions.n; i++) {
		q = &w->questions.q[i];
		if (!q->deferred || q->role != role || q->status == QUESTION_WITHDRAWN)
			continue;
		if ((q = park_answer(w, q->id)) == NULL) {
			text_free(&all);
			return NULL;
		}
		one = prompt_make(w, name, (const struct text_var[]){ { "question", q->text }, { "answer", q->answer },
		    { NULL, NULL } });
		text_printf(&all, "%s%s", all.len > 0 ? "\n" : "", one);
		free(one);
	}
	return all.buf;
}
