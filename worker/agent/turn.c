/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/base/clock.h"
#include "proto/record/inbox.h"
#include "proto/session/layout.h"
#include "proto/sys/file.h"
#include "worker/agent/agent.h"
#include "worker/agent/budget.h"
#include "worker/agent/turn.h"
#include "worker/client/mail.h"
#include "worker/core/output.h"
#include "worker/core/worker.h"
#include "worker/run/limit.h"

static void
hear_nothing(struct worker *w)
{
	w->said = VERDICT_NONE;
	w->contradicted = w->beside = w->summarised = false;
	free(w->findings);
	free(w->question);
	strings_free(&w->options);
	w->findings = w->question = NULL;
}

int
turn_begin(struct worker *w, enum role role, const char *prompt, char *name, size_t len)
{
	char path[128];

	snprintf(w->run, sizeof(w->run), "%03u", (unsigned)++w->state.runs);
	w->role = role;
	w->inbox = agent_channel(w, role) != CHANNEL_RESULT;
	hear_nothing(w);
	w->wants_verdict = w->state.step == STEP_REVIEW || w->state.step == STEP_RESPOND ||
	    w->state.step == STEP_DECIDE;
	strlcpy(w->state.run, w->run, sizeof(w->state.run));
	strlcpy(w->state.role, role_name(role), sizeof(w->state.role));
	w->state.agent_since = clock_wall();
	state_run_begin(&w->state, role, agent_of(w, role)->name);
	snprintf(name, len, "%s-%s", w->run, role_name(role));
	snprintf(path, sizeof(path), SESSION_DIR_TRANSCRIPT "/%s.prompt", name);
	(void)unlinkat(w->dirfd, SESSION_FILE_INTERRUPT, 0);	/* it was for an earlier run */
	if ((w->inbox && inbox_make(w->dirfd, w->run) == -1) ||
	    file_replace(w->dirfd, path, prompt, strlen(prompt), 0) == -1 ||
	    worker_save(w, true) == -1)
		return -1;
	return file_input(prompt, strlen(prompt));
}

/* A client's ruling counts like other agents' messages. */
static void
take_ruling(struct worker *w, struct agent_run *run)
{
	struct ruling *r = &run->ruling;

	w->question = r->question;
	w->options = r->options;
	r->question = NULL;
	r->options = (struct strings){ 0 };
	if (w->inbox)
		return;
	if (r->verdict != VERDICT_NONE)
		output_log("verdict of the %s: %s", role_name(run->role), verdict_name(r->verdict));
	w->said = r->verdict;
	w->contradicted = r->contradicted;
	w->findings = r->reason;
	*r = (struct ruling){ 0 };
}

/* Records how a run ended; of a failure, w has the reason. */
static void
note_end(const struct worker *w, const struct agent_run *run, enum agent_outcome outcome)
{
	struct state_run *row = state_run_last(&w->state);

	row->ended_at = clock_wall();
	strlcpy(row->conversation, run->conversation, sizeof(row->conversation));
	strlcpy(row->model, run->model, sizeof(row->model));
	if (outcome == AGENT_INTERRUPTED)
		strlcpy(row->error, "interrupted", sizeof(row->error));
	else if (outcome != AGENT_OK) {
		strlcpy(row->error, run->parked != 0 ? "usage-limit" : run->cut ? REASON_BUDGET : w->fail_reason, sizeof(row->error));
		strlcpy(row->detail, w->fail_detail, sizeof(row->detail));
	}
}

void
turn_end(struct worker *w, struct agent_run *run, enum agent_outcome outcome)
{
	take_ruling(w, run);
	strlcpy(w->refused_tools, run->refused, sizeof(w->refused_tools));
	if (w->inbox && !inbox_intact(w->dirfd, w->run))
		w->beside = true;
	mail_withdraw(w, w->run, "the run that asked has ended");
	w->run[0] = w->state.run[0] = w->state.role[0] = '\0';
	w->state.agent_since = 0;
	budget_heard(w, run);
	note_end(w, run, outcome);
	free(run->account);
	run->account = NULL;
}
