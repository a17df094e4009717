/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/wait.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/session/layout.h"
#include "worker/agent/agent.h"
#include "worker/agent/instructions.h"
#include "worker/agent/judge.h"
#include "worker/agent/park.h"
#include "worker/agent/prompt.h"
#include "worker/client/mail.h"
#include "worker/core/output.h"
#include "worker/core/worker.h"

/* The question that the last run gave as its result; NULL = none. */
static struct question *
pending(const struct worker *w, enum role role)
{
	struct question *q;
	char run[16];

	snprintf(run, sizeof(run), "%03u", (unsigned)w->state.runs);
	for (size_t i = 0; i < w->questions.n; i++) {
		q = &w->questions.q[i];
		if (strcmp(q->run, run) == 0 && q->role == role && q->round == w->state.round &&
		    (q->status == QUESTION_OPEN || q->status == QUESTION_ANSWERED))
			return agent_channel(w, role) == CHANNEL_RESULT ? q : NULL;
	}
	return NULL;
}

bool
judge_waits(const struct worker *w)
{
	return (w->state.step == STEP_REVIEW || w->state.step == STEP_DECIDE) &&
	    (pending(w, ROLE_REVIEWER) != NULL || pending(w, ROLE_TECH_LEAD) != NULL);
}

/* The prompt includes project files of the target that the client can't load itself. */
static char *
first_prompt(struct worker *w, enum role role, const char *name, const struct text_var *vars)
{
	char *prompt = prompt_make(w, name, vars), *text;
	struct text t = { 0 };

	text_puts(&t, prompt);
	free(prompt);
	if (w->masked.n == 0)
		return t.buf;
	text_puts(&t, "\nThese are not in your worktree, since they would steer you; "
	    "`git show COMMIT:PATH` prints them:\n");
	for (size_t i = 0; i < w->masked.n; i++)
		text_printf(&t, "- %s\n", w->masked.v[i]);
	if ((text = instructions_of(w, role)) != NULL)
		text_printf(&t, "\nThe instructions for agents of the commit that the work is based on:\n"
		    "<instructions>\n%s\n</instructions>\n", text);
	free(text);
	return t.buf;
}

static struct question *
ask(struct worker *w, enum role role)
{
	char id[SESSION_ID_MAX], run[16], reason[256];
	struct question *q;

	snprintf(run, sizeof(run), "%03u", (unsigned)w->state.runs);
	message_id_make(id, sizeof(id), 'q');
	q = mail_ask(w, &(struct question){ .role = role, .text = w->question, .options = w->options },
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

static char *
answer_prompt(struct worker *w, const struct question *q)
{
	const struct text_var vars[] = { { "question", q->text }, { "answer", q->answer }, { NULL, NULL } };

	return prompt_make(w, "answer", vars);
}

int
judge_hear(struct worker *w, enum role role, const char *prompt_name, const struct text_var *vars,
    enum verdict *verdict, const char **how)
{
	struct hearing h = { .channel = agent_channel(w, role) };
	struct question *q = pending(w, role);
	enum agent_outcome outcome;
	char *prompt;

	w->fail_reason[0] = w->fail_detail[0] = '\0';
	for (int asked = 0;; asked++) {
		if (q != NULL && (q = park_answer(w, q->id)) == NULL) {
			worker_fail(w, "stopped", "stopped while a question of the %s was open", role_name(role));
			return -1;
		}
		if (q != NULL && w->state.conversation[role] == NULL)
			q = NULL;
		prompt = q != NULL ? answer_prompt(w, q) : first_prompt(w, role, prompt_name, vars);
		outcome = agent_go(w, role, prompt, q == NULL, NULL);
		free(prompt);
		if (outcome == AGENT_IMPOSSIBLE)
			return -1;
		if (outcome != AGENT_OK || w->question == NULL || asked == VERDICT_QUESTIONS ||
		    (q = ask(w, role)) == NULL)
			break;
	}
	if (w->disk_failed)
		return -1;
	h.said = w->said;
	h.contradicted = w->contradicted;
	h.beside = w->beside;
	h.exited = WIFEXITED(w->status);
	h.failed = h.channel == CHANNEL_EXIT ? !h.exited || WEXITSTATUS(w->status) != 0
	    : outcome == AGENT_ERROR;
	*verdict = verdict_of(&h, how);
	return 0;
}
