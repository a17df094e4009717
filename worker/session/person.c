/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/text.h"
#include "proto/record/message.h"
#include "proto/session/layout.h"
#include "worker/agent/agent.h"
#include "worker/agent/park.h"
#include "worker/client/mail.h"
#include "worker/core/output.h"
#include "worker/core/worker.h"
#include "worker/run/limit.h"

/* The same after a restart, so that it is the same question; no text of an agent. */
static char *
question_text(const struct worker *w)
{
	struct text t = { 0 };

	text_printf(&t, "Review of %s, round %lld: commit %.12s, for %s.\n", w->config.item, (long long)w->state.round,
	    w->state.head, worker_target(w));
	for (size_t i = 0; i < w->review.ngates; i++)
		if (w->review.gates[i].round == w->state.round)
			text_printf(&t, "Gate %s: %s.\n", w->review.gates[i].name, w->review.gates[i].outcome);
	text_printf(&t, "orchestrator show %s shows the work, orchestrator diff %s the change.\n"
	    "Answer \"approve\", \"rework: REMARKS\" for its agent, or \"reject: REASON\".", w->config.item, w->config.item);
	return t.buf;
}

/* The person's question, which no agent could have asked: it has no role. */
static struct question *
ask(struct worker *w)
{
	char id[SESSION_ID_MAX], reason[256], *text = question_text(w);
	struct question *q;

	message_id_make(id, sizeof(id), 'q');
	q = mail_ask(w, &(struct question){ .role = ROLE_NONE, .text = text, .verdict = true }, id, "", reason, sizeof(reason));
	free(text);
	if (q == NULL)
		worker_fail(w, REASON_NO_VERDICT, "a person could not be asked: %s", reason);
	if (questions_save(w->dirfd, &w->questions) == -1) {
		worker_disk_failed(w, SESSION_FILE_QUESTIONS);
		return NULL;
	}
	worker_settle(w);
	return q;
}

/* Already on record when a worker died after that. */
static bool
recorded(const struct worker *w, const struct question *q)
{
	for (size_t i = 0; i < w->review.nopinions; i++)
		if (w->review.opinions[i].at == q->closed_at && w->review.opinions[i].round == w->state.round &&
		    strcmp(w->review.opinions[i].how, BY_PERSON) == 0)
			return true;
	return false;
}

enum event
step_person(struct worker *w)
{
	struct question *q = ask(w);
	const char *remarks = "";
	enum judgement j;

	if (q == NULL)
		return EVENT_FAILED;
	if ((q = park_answer(w, q->id)) == NULL)
		return worker_fail(w, "stopped", "stopped while a person was asked to judge the work");
	j = judgement_of(q->answer, &remarks);
	if (!recorded(w, q) && record_opinion(w, ROLE_REVIEWER, "", j == JUDGEMENT_APPROVE ? VERDICT_APPROVED : VERDICT_REJECTED,
	    *remarks != '\0' ? remarks : NULL, BY_PERSON, q->closed_at) == -1)
		return EVENT_FAILED;
	if (j == JUDGEMENT_APPROVE)
		return EVENT_APPROVED;
	if (j != JUDGEMENT_REWORK)
		return EVENT_REJECTED;
	free(w->state.feedback);
	w->state.feedback = text_format("%s", remarks);
	state_remark(&w->state, remarks);
	w->state.given_back++;	/* the council keeps its own rounds */
	return EVENT_CONCEDED;
}
