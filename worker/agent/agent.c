/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/base/clock.h"
#include "proto/session/layout.h"
#include "worker/agent/account.h"
#include "worker/agent/agent.h"
#include "worker/agent/attach.h"
#include "worker/agent/budget.h"
#include "worker/agent/deferred.h"
#include "worker/agent/instructions.h"
#include "worker/agent/prompt.h"
#include "worker/agent/prose.h"
#include "worker/agent/recovery.h"
#include "worker/agent/messages.h"
#include "worker/agent/turn.h"
#include "worker/client/mail.h"
#include "worker/core/cmd.h"
#include "worker/core/output.h"
#include "worker/core/worker.h"
#include "worker/run/home.h"
#include "worker/run/run.h"

#define REPEATED	2	/* times that an answered question is answered again in a row */

/* An implementer that ends with a question, and says nothing of finished work, has no result yet. */
static void
hear_prose(const struct worker *w, const struct adapter *adapter, struct agent_run *run)
{
	struct ruling *r = &run->ruling;

	if (run->role == ROLE_IMPLEMENTER && run->step == STEP_IMPLEMENT && !w->summarised && r->question == NULL &&
	    !deferred_asked(w) && adapter->speaks && run->result.buf != NULL)
		(void)prose_question(run->result.buf, &r->question, &r->options);
}

struct listener {
	struct worker	*w;
	const struct adapter *adapter;
	struct agent_run *run;
};

/* The conversation id goes to disk as soon as it is known, so that it can be resumed after a crash. */
static void
hear_line(void *arg, const char *line, size_t len, struct text *out)
{
	struct listener *l = arg;
	char **known = &l->w->state.conversation[l->run->role], *model = l->w->state.model[l->run->role];

	l->run->printed = true;
	if (l->adapter->tells)
		messages_offer(l->w, l->run);
	l->adapter->line(l->run, line, len, out);
	if (l->run->words != NULL)
		messages_pass(l->w, l->run);
	if (l->run->heard)
		account_heard(l->w);
	if (l->run->model[0] != '\0')
		strlcpy(model, l->run->model, sizeof(l->run->model));
	budget_heard(l->w, l->run);
	l->run->stop = l->run->stop || (l->run->spent && l->run->between);
	if (l->run->conversation[0] == '\0' ||
	    (*known != NULL && strcmp(*known, l->run->conversation) == 0))
		return;
	free(*known);
	*known = strdup(l->run->conversation);
	l->w->talked[l->run->role] = clock_wall();
	(void)worker_save(l->w, false);
}

/* Messages may come while the client says nothing. */
static void
tell_more(void *arg)
{
	struct listener *l = arg;

	if (l->run->talk.over)
		return;
	messages_offer(l->w, l->run);
	if (l->run->words == NULL)
		return;
	l->adapter->tell(l->run);
	messages_pass(l->w, l->run);
}

static enum agent_outcome
agent_try(struct worker *w, struct agent_run *run, const char *prompt)
{
	const struct adapter *adapter = adapter_of(w, run->role);
	struct listener listener = { w, adapter, run };
	struct strings argv = { 0 }, env = { 0 };
	struct run_result res = { 0 };
	enum agent_outcome outcome;
	char name[64], why[256], within[PATH_MAX + 32], tmp[PATH_MAX + 64], settings[PATH_MAX + 64],
	    instructions[PATH_MAX + 128];
	const char *reason = NULL;
	int64_t stall = w->limits.stall;
	bool share;
	int in;

	in = turn_begin(w, run->role, prompt, name, sizeof(name));
	if (in == -1) {
		worker_broken(w, "run %s could not be prepared in %s", w->run, w->path);
		w->run[0] = '\0';
		return AGENT_IMPOSSIBLE;
	}
	if (run_settings_environment(w, run->agent, &env, why, sizeof(why)) == -1)
		reason = "secret";
	else if (home_begin(w, run->agent, &env, why, sizeof(why)) == -1)
		reason = "io";
	if (reason != NULL) {
		worker_failed(w, reason, "%s", why);
		close(in);
		strings_free(&env);
		turn_end(w, run, AGENT_IMPOSSIBLE);
		return AGENT_IMPOSSIBLE;
	}
	snprintf(within, sizeof(within), "%s/" SESSION_DIR_BIN "/" WITHIN_SHELL, w->path);
	run->judges = !w->inbox;
	run->within = within;
	snprintf(tmp, sizeof(tmp), "%s/" SESSION_DIR_CLIENT "/%s/" HOME_TMP, w->path, role_name(run->role));
	run->tmp = tmp;
	snprintf(settings, sizeof(settings), "%s/" SESSION_DIR_CLIENT "/%s/" HOME_SETTINGS, w->path,
	    role_name(run->role));
	run->settings = run->judges && access(settings, F_OK) == 0 ? settings : NULL;
	run->instructions = run->judges && instructions_write(w, run->role, name, instructions, sizeof(instructions))
	    ? instructions : NULL;
	run->prompt = prompt;
	if (w->inbox)
		run_session_environment(w, actor_of_role(run->role), &run->server);
	run->dir = run_dir(w, actor_of_role(run->role));
	run->partial = budget_counts_tokens(w);
	run->left_microusd = w->left_microusd;
	adapter->command(run, &argv, &env);
	if (adapter->begin != NULL)
		adapter->begin(run);
	output_log("run %s: %s (%s)%s", w->run, role_name(run->role), run->agent->name,
	    run->resume != NULL ? ", resumed" : "");
	if (run->agent->silence > 0)
		w->limits.stall = run->agent->silence * 1000;
	run_command(w, &(struct run_spec){ .actor = actor_of_role(run->role),
	    .label = role_name(run->role), .argv = &argv, .env = &env, .in = in, .run = w->run,
	    .talk = adapter->begin != NULL ? &run->talk : NULL,
	    .line = hear_line, .more = adapter->tell != NULL ? tell_more : NULL, .arg = &listener, .stop = &run->stop,
	    .calls = &run->calls, .transcript = name }, &res);
	w->limits.stall = stall;
	close(in);
	messages_over(w, run);
	home_end(w);
	w->status = res.status;
	share = run->over && run->counted.cost_microusd >= run->left_microusd;
	run->cut = ((run->spent && (run->stop || run->over)) || share) && res.end == RUN_EXITED;
	w->part_spent |= run->cut && share;
	if (run->cut) {
		run->error = true;
		run->broken = false;
		strlcpy(run->error_text, run->spent ? "stopped: a budget is spent" : "stopped: its share of a budget is spent",
		    sizeof(run->error_text));
	} else if (res.end == RUN_EXITED)
		adapter->finish(run, res.status);
	recovery_judge(w, run);
	output_log("run %s: %s", w->run, run->error && run->error_text[0] != '\0'
	    ? run->error_text : res.text);
	if ((outcome = recovery_outcome(w, run, &res)) == AGENT_OK)
		hear_prose(w, adapter, run);
	if (outcome == AGENT_OK || (outcome == AGENT_ERROR && run->parked == 0))
		account_heard(w);
	turn_end(w, run, outcome);
	run_result_release(&res);
	free(run->own);
	run->own = NULL;
	strings_free(&argv);
	strings_free(&env);
	strings_free(&run->server);
	return outcome;
}

/* Should the failed run be repeated?  If so *run is ready for it. */
static bool
agent_again(struct worker *w, struct agent_run *run, enum agent_outcome *outcome,
    const char *prompt, struct recovery *r)
{
	bool mute = *outcome == AGENT_ERROR && run->mute;
	bool lost = *outcome == AGENT_ERROR && run->resume != NULL && run->lost && !run->judges;
	enum escalation next = mute ? ESCALATION_RESUME : lost ? ESCALATION_FRESH : recovery_next(w, run, *outcome, prompt, r);
	const char *resume = run->resume;

	if (mute) {
		w->mute[run->role] = true;
		output_log("%s does not answer in its protocol; it now runs as %s: no messages during a turn, and tokens only at its end",
		    run->agent->name, adapter_of(w, run->role)->name);
	} else if (lost) {
		output_log("the conversation is lost; starting a new one");
		free(w->state.conversation[run->role]);
		w->state.conversation[run->role] = NULL;
		if (run->step == STEP_IMPLEMENT)	/* it has to be told the task as well */
			r->prompt = prompt_implement(w);
	}
	if (next == ESCALATION_GIVE_UP) {
		if (*outcome == AGENT_STALLED || (*outcome == AGENT_ERROR && run->full))
			*outcome = AGENT_IMPOSSIBLE;
		return false;
	}
	if (!mute)
		resume = next == ESCALATION_RESUME && agent_resumable(w, run->role) ? w->state.conversation[run->role] : NULL;
	text_free(&run->result);
	*run = (struct agent_run){ .agent = run->agent, .role = run->role, .step = run->step, .resume = resume };
	return true;
}

/* One turn, tried again as recovery allows.  answer: to the question of the last one, NULL = none; a conversation that
 * begins anew, or is told how it goes on, gets it after its prompt. */
static enum agent_outcome
take_turn(struct worker *w, struct agent_run *run, const char *prompt, const char *answer)
{
	struct recovery r = { 0 };
	enum agent_outcome outcome;
	char *next = answer == NULL ? NULL : text_format("%s", answer), *whole;
	bool again;

	w->part_spent = false;
	do {
		if (answer != NULL && r.prompt == NULL && run->resume == NULL)
			r.prompt = text_format("%s", prompt);
		if (r.prompt != NULL) {
			free(next);
			next = text_format("%s%s%s", r.prompt, answer != NULL ? "\n" : "", answer != NULL ? answer : "");
			free(r.prompt);
			r.prompt = NULL;
		}
		if (run->role == ROLE_IMPLEMENTER)
			attach_serve(w);
		whole = recovery_ready(w, run) ? messages_prompt(w, run, next != NULL ? next : prompt) : NULL;
		outcome = whole != NULL ? agent_try(w, run, whole) : AGENT_IMPOSSIBLE;
		free(whole);
		if (outcome == AGENT_OK && messages_delivered(w) == -1)
			outcome = AGENT_IMPOSSIBLE;
		again = agent_again(w, run, &outcome, prompt, &r);
		account_over(w);
	} while (again);
	free(next);
	return outcome;
}

enum agent_outcome
agent_go(struct worker *w, enum role role, const char *prompt, bool fresh, char **result)
{
	const struct agent *agent = agent_of(w, role);
	struct agent_run run = { 0 };
	struct question *q = deferred_pending(w, role), *asked;
	enum agent_outcome outcome;
	int64_t before;
	char *answer = NULL;

	if (adapter_of(w, role) == NULL) {
		worker_fail(w, "spawn", "no agent for the %s; set roles.%s in the settings",
		    role_name(role), role_name(role));
		return AGENT_IMPOSSIBLE;
	}
	for (int repeated = 0;;) {
		text_free(&run.result);
		run = (struct agent_run){ .agent = agent, .role = role, .step = w->state.step };
		free(answer);
		answer = NULL;
		if (q != NULL && (answer = deferred_answers(w, role)) == NULL) {
			worker_fail(w, "stopped", "stopped while a question of the %s was open", role_name(role));
			outcome = AGENT_IMPOSSIBLE;
			break;
		}
		if ((q != NULL || !fresh) && agent_resumable(w, role))
			run.resume = w->state.conversation[role];
		before = w->state.runs;
		outcome = take_turn(w, &run, prompt, answer);
		if (outcome != AGENT_IMPOSSIBLE && deferred_heard(w, outcome == AGENT_OK ? before : w->state.runs) == -1)
			outcome = AGENT_IMPOSSIBLE;
		if (outcome == AGENT_ERROR)
			mail_withdraw(w, NULL, "the run that asked has failed");
		if (outcome != AGENT_OK)
			break;
		asked = w->question != NULL ? deferred_ask(w, role) : NULL;
		if ((q = deferred_pending(w, role)) == NULL)
			break;
		(void)worker_save(w, false);
		if (asked != NULL && asked->status == QUESTION_ANSWERED && repeated++ == REPEATED) {
			output_log("the %s asks again what was answered; its words count as its result", role_name(role));
			if (deferred_heard(w, w->state.runs) == -1)
				outcome = AGENT_IMPOSSIBLE;
			break;
		}
	}
	free(answer);
	if (result != NULL)
		*result = run.result.buf != NULL ? run.result.buf : NULL;
	else
		text_free(&run.result);
	return outcome;
}
