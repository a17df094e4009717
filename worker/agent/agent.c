/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/base/clock.h"
#include "proto/record/inbox.h"
#include "proto/session/layout.h"
#include "proto/sys/file.h"
#include "worker/agent/agent.h"
#include "worker/agent/instructions.h"
#include "worker/agent/recovery.h"
#include "worker/client/mail.h"
#include "worker/core/cmd.h"
#include "worker/core/output.h"
#include "worker/core/worker.h"
#include "worker/run/home.h"
#include "worker/run/run.h"

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

/* Begins a run: its name, inbox and prompt file, which are on disk before the agent starts. */
static int
run_begin(struct worker *w, enum role role, const char *prompt, char *name, size_t len)
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
	snprintf(name, len, "%s-%s", w->run, role_name(role));
	snprintf(path, sizeof(path), SESSION_DIR_TRANSCRIPT "/%s.prompt", name);
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

	if (r->verdict != VERDICT_NONE)
		output_log("verdict of the %s: %s", role_name(run->role), verdict_name(r->verdict));
	w->said = r->verdict;
	w->contradicted = r->contradicted;
	w->findings = r->reason;
	w->question = r->question;
	w->options = r->options;
	*r = (struct ruling){ 0 };
}

static void
run_over(struct worker *w, struct agent_run *run)
{
	if (!w->inbox)
		take_ruling(w, run);
	else if (!inbox_intact(w->dirfd, w->run))
		w->beside = true;
	mail_withdraw(w, w->run, "the run that asked has ended");
	w->run[0] = w->state.run[0] = w->state.role[0] = '\0';
	w->state.agent_since = 0;
	w->state.input_tokens = state_usage(w->state.input_tokens, run->input_tokens);
	w->state.output_tokens = state_usage(w->state.output_tokens, run->output_tokens);
	w->state.cost_microusd = state_usage(w->state.cost_microusd, run->cost_microusd);
}

static enum agent_outcome
outcome_of(struct worker *w, const struct run_result *res, const struct agent_run *run)
{
	const char *role = role_name(run->role);

	switch (res->end) {
	case RUN_SPAWN:
		worker_failed(w, "spawn", "%s: %s; is it installed and on PATH?", role, res->text);
		return AGENT_IMPOSSIBLE;
	case RUN_OUTPUT_LIMIT:
		worker_fail(w, "output-limit", "%s %s; see transcript_mb", role, res->text);
		return AGENT_IMPOSSIBLE;
	case RUN_SURVIVED:
		worker_fail(w, "agent-error", "%s %s; end them, then retry", role, res->text);
		return AGENT_IMPOSSIBLE;
	case RUN_LIMIT:
		return recovery_outcome(w, run->role, res);
	case RUN_STOPPED:
	case RUN_TIMEOUT:
		worker_fail(w, "stopped", "%s %s", role, res->text);
		return AGENT_IMPOSSIBLE;
	case RUN_EXITED:
		break;
	}
	if (run->error) {
		worker_fail(w, "agent-error", "%s: %s", role,
		    run->error_text[0] != '\0' ? run->error_text : res->text);
		return AGENT_ERROR;
	}
	return AGENT_OK;
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
	char **known = &l->w->state.conversation[l->run->role];

	l->adapter->line(l->run, line, len, out);
	if (l->run->conversation[0] == '\0' ||
	    (*known != NULL && strcmp(*known, l->run->conversation) == 0))
		return;
	free(*known);
	*known = strdup(l->run->conversation);
	(void)worker_save(l->w, false);
}

static enum agent_outcome
agent_try(struct worker *w, const struct adapter *adapter, struct agent_run *run,
    const char *prompt)
{
	struct listener listener = { w, adapter, run };
	struct strings argv = { 0 }, env = { 0 };
	struct run_result res = { 0 };
	enum agent_outcome outcome;
	char name[64], why[256], within[PATH_MAX + 32], tmp[PATH_MAX + 64], settings[PATH_MAX + 64],
	    instructions[PATH_MAX + 128];
	const char *reason = NULL;
	int in;

	in = run_begin(w, run->role, prompt, name, sizeof(name));
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
		run_over(w, run);
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
	adapter->command(run, &argv, &env);
	output_log("run %s: %s (%s)%s", w->run, role_name(run->role), run->agent->name,
	    run->resume != NULL ? ", resumed" : "");
	run_command(w, &(struct run_spec){ .actor = actor_of_role(run->role),
	    .label = role_name(run->role), .argv = &argv, .env = &env, .in = in, .run = w->run,
	    .line = hear_line, .arg = &listener, .transcript = name }, &res);
	close(in);
	home_end(w);
	w->status = res.status;
	if (res.end == RUN_EXITED)
		adapter->finish(run, res.status);
	recovery_judge(w, run);
	output_log("run %s: %s", w->run, run->error && run->error_text[0] != '\0'
	    ? run->error_text : res.text);
	outcome = outcome_of(w, &res, run);
	run_over(w, run);
	run_result_release(&res);
	strings_free(&argv);
	strings_free(&env);
	return outcome;
}

/* Should the failed run be repeated?  If so *run is ready for it. */
static bool
agent_again(struct worker *w, struct agent_run *run, enum agent_outcome *outcome,
    const char *prompt, struct recovery *r)
{
	bool lost = *outcome == AGENT_ERROR && run->resume != NULL && run->lost && !run->judges;
	enum escalation next = lost ? ESCALATION_FRESH : recovery_next(w, run, *outcome, prompt, r);

	if (lost)
		output_log("the conversation is lost; starting a new one");
	if (next == ESCALATION_GIVE_UP) {
		if (*outcome == AGENT_STALLED || (*outcome == AGENT_ERROR && run->full))
			*outcome = AGENT_IMPOSSIBLE;
		return false;
	}
	text_free(&run->result);
	*run = (struct agent_run){ .agent = run->agent, .role = run->role, .step = run->step,
		.resume = next == ESCALATION_RESUME && agent_resumable(w, run->role)
		    ? w->state.conversation[run->role] : NULL };
	return true;
}

enum agent_outcome
agent_go(struct worker *w, enum role role, const char *prompt, bool fresh, char **result)
{
	struct agent_run run = { .agent = agent_of(w, role), .role = role, .step = w->state.step };
	const struct adapter *adapter = run.agent != NULL ? adapter_find(run.agent->adapter) : NULL;
	struct recovery r = { 0 };
	enum agent_outcome outcome;
	char *next = NULL;

	if (adapter == NULL) {
		worker_fail(w, "spawn", "no agent for the %s; set roles.%s in the settings",
		    role_name(role), role_name(role));
		return AGENT_IMPOSSIBLE;
	}
	if (!fresh && adapter->resumable(run.agent))
		run.resume = w->state.conversation[role];
	do {
		if (r.prompt != NULL) {
			free(next);
			next = r.prompt;
			r.prompt = NULL;
		}
		outcome = recovery_ready(w) ? agent_try(w, adapter, &run,
		    next != NULL ? next : prompt) : AGENT_IMPOSSIBLE;
	} while (agent_again(w, &run, &outcome, prompt, &r));
	free(next);
	if (result != NULL)
		*result = run.result.buf != NULL ? run.result.buf : NULL;
	else
		text_free(&run.result);
	return outcome;
}
