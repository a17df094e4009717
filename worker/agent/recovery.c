/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/clock.h"
#include "proto/session/layout.h"
#include "proto/settings/clients.h"
#include "worker/agent/account.h"
#include "worker/agent/budget.h"
#include "worker/agent/park.h"
#include "worker/agent/prompt.h"
#include "worker/agent/recovery.h"
#include "worker/core/output.h"
#include "worker/core/worker.h"
#include "worker/run/run.h"
#include "worker/run/watchdog.h"
#include "worker/tree/beside.h"
#include "worker/tree/worktree.h"

#define LISTED	200	/* changed files */

static bool
over_time(struct worker *w)
{
	if (w->limits.time == 0 || w->state.agent_ms < w->limits.time)
		return false;
	worker_fail(w, REASON_TIME, "agents were at work for more than %g s; see limits.time",
	    (double)w->limits.time / 1000);
	return true;
}

bool
recovery_ready(struct worker *w, const struct agent_run *run)
{
	while (budget_ready(w, run->agent) && !over_time(w)) {
		if (!account_wait(w, run->agent) || !park_resume(w, run)) {
			worker_fail(w, "stopped", "stopped before the agent could run");
			return false;
		}
		if (budget_left(w, run->agent))
			return true;
		account_over(w);
	}
	return false;
}

static bool
says(const struct agent_run *run, const struct strings *phrases)
{
	for (size_t i = 0; i < phrases->n; i++)
		if (strcasestr(run->error_text, phrases->v[i]) != NULL || strcasestr(run->last, phrases->v[i]) != NULL)
			return true;
	return false;
}

/* A phrase counts only in the output of a failed run. */
void
recovery_judge(const struct worker *w, struct agent_run *run)
{
	bool command = strcmp(run->agent->adapter, ADAPTER_COMMAND) == 0;
	bool limited = run->parked != 0;

	if (!run->error || run->cut)
		return;
	run->full = run->full || says(run, &w->config.settings.context_phrases);
	if (run->full || (!limited && !says(run, &w->config.settings.limit_phrases)))
		return;
	if (command || !limited)
		run->parked = limit_wait(run->last) > 0 ? clock_wall() + limit_wait(run->last) : -1;
}

/* A wrapper of the client may wait for the end of its input, which stays open for messages. */
static const char *
mute(const struct worker *w, const struct agent_run *run)
{
	return run->printed || adapter_of(w, run->role)->begin == NULL ? "" : ", and has printed nothing: if a wrapper stands for the "
	    "client, it must not read its standard input to the end, which stays open for messages";
}

static enum agent_outcome
at_limit(struct worker *w, const struct agent_run *run, const struct run_result *res)
{
	const char *name = role_name(run->role);

	if (res->killed) {
		worker_fail(w, REASON_KILLED, "%s %s, did not stop when it was asked to, and was "
		    "killed; its worktree is as it left it: %s", name, res->text, w->state.worktree);
	} else if (res->limit == LIMIT_STALL || res->limit == LIMIT_TOOL) {
		worker_fail(w, REASON_STALL, "%s %s%s; %lld recoveries were tried", name, res->text, mute(w, run),
		    (long long)w->state.rescue.attempts);
		return AGENT_STALLED;
	} else if (res->limit == LIMIT_STALE) {
		worker_fail(w, REASON_STALE, "%s %s; see limits.stale", name, res->text);
	} else {
		(void)over_time(w);
	}
	return AGENT_IMPOSSIBLE;
}

enum agent_outcome
recovery_outcome(struct worker *w, const struct agent_run *run, const struct run_result *res)
{
	const char *role = role_name(run->role);

	if (res->end == RUN_INTERRUPTED && !worker_interrupted(w))
		return AGENT_INTERRUPTED;
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
		return at_limit(w, run, res);
	case RUN_STOPPED:
	case RUN_INTERRUPTED:
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

/* Lists the files that differ from the start of the work. */
static void
put_changes(struct worker *w, struct text *t)
{
	char base[OID_MAX], now[OID_MAX], err[GIT_ERR];
	struct git_change *c;
	struct git g;
	size_t n;
	int rc;

	rc = git_tree_of_rest(&w->git, NULL, now, err, sizeof(err));
	g = git_apart(&w->git);
	if (rc == -1 || git_tree_of(&w->git, w->state.base, base, err, sizeof(err)) == -1 ||
	    git_diff(&g, base, now, &c, &n, err, sizeof(err)) == -1) {
		text_printf(t, "(can't tell what has changed: %s)\n", err);
		git_apart_free(&g);
		return;
	}
	git_apart_free(&g);
	for (size_t i = 0; i < n && i < LISTED; i++)
		text_printf(t, "%c %s\n", c[i].status, c[i].path);
	if (n > LISTED)
		text_printf(t, "and %zu files more\n", n - LISTED);
	if (n == 0)
		text_puts(t, "(nothing has changed yet)\n");
	git_changes_free(c, n);
}

/* A new conversation knows nothing: it gets the task and the progress so far. */
static char *
prompt_fresh(struct worker *w, const char *prompt)
{
	struct text changes = { 0 }, t = { 0 };
	char progress[64] = "", *first, *more;
	const struct text_var vars[] = { { "changes", NULL }, { "progress", progress },
		{ "note", w->state.note }, { NULL, NULL } };
	struct text_var given[4];

	memcpy(given, vars, sizeof(given));
	put_changes(w, &changes);
	given[0].value = changes.buf;
	if (w->state.tasks_total > 0)
		snprintf(progress, sizeof(progress), "%lld of %lld tasks are done.",
		    (long long)w->state.tasks_done, (long long)w->state.tasks_total);
	first = w->state.step == STEP_IMPLEMENT ? prompt_implement(w) : strdup(prompt);
	more = prompt_make(w, "fresh", given);
	text_printf(&t, "%s\n%s", first, more);
	text_free(&changes);
	free(first);
	free(more);
	return t.buf;
}

static enum escalation
recover(struct worker *w, const struct agent_run *run, const char *prompt, struct recovery *r)
{
	const struct trouble t = { .full = run->full, .broken = run->broken, .resumed = r->resumed,
		.resumable = agent_resumable(w, run->role) &&
		    w->state.conversation[run->role] != NULL,
		.attempts = w->state.rescue.attempts };
	enum escalation next = limit_escalation(&w->limits, &t);
	const char *item = w->config.item, *what = run->full ? "context exhausted" : run->broken ? "broken off" : "stall detected";

	if (run->full)
		worker_fail(w, REASON_FULL, "%s: %s; %lld recoveries were tried", role_name(run->role),
		    run->last[0] != '\0' ? run->last : run->error_text, (long long)t.attempts);
	if (next == ESCALATION_GIVE_UP) {
		output_log("%s: %s; no recovery attempt is left", item, what);
		return next;
	}
	strlcpy(w->state.rescue.cause, run->full ? REASON_FULL : run->broken ? CAUSE_BROKEN : REASON_STALL,
	    sizeof(w->state.rescue.cause));
	w->state.rescue.attempts++;
	w->state.rescue.under_way = true;
	output_log("%s: %s - initiating recovery", item, what);
	output_log("Attempting recovery for %s (attempt %lld)", item,
	    (long long)w->state.rescue.attempts);
	if (next == ESCALATION_FRESH) {
		free(w->state.conversation[run->role]);
		w->state.conversation[run->role] = NULL;
		r->prompt = prompt_fresh(w, prompt);
	} else {
		r->resumed = true;
		output_log("the turn of run %03lld broke off and may run twice; its prompt says so", (long long)w->state.runs);
		r->prompt = w->state.step == STEP_IMPLEMENT ? prompt_implement(w) : NULL;
	}
	(void)worker_save(w, true);
	if (run->down)
		park_down(w, limit_pause(w->state.rescue.attempts));
	return next;
}

enum escalation
recovery_next(struct worker *w, const struct agent_run *run, enum agent_outcome outcome,
    const char *prompt, struct recovery *r)
{
	if (outcome == AGENT_INTERRUPTED) {
		r->prompt = agent_resumable(w, run->role) && w->state.conversation[run->role] != NULL
		    ? prompt_make(w, "interrupted", NULL) : prompt_implement(w);
		return ESCALATION_RESUME;
	}
	if (outcome == AGENT_OK)
		watchdog_worked(w);	/* resumed without output */
	if (outcome == AGENT_STALLED || (outcome == AGENT_ERROR && (run->full || (run->broken && run->parked == 0))))
		return recover(w, run, prompt, r);
	if (outcome != AGENT_ERROR || (run->parked == 0 && !run->cut))
		return ESCALATION_GIVE_UP;
	if (!run->cut) {
		park(w, run);
		account_met(w, run->agent, w->state.parked_until);
	}
	if (w->state.step == STEP_IMPLEMENT)
		r->prompt = prompt_implement(w);
	return ESCALATION_RESUME;
}

void
recovery_keep(struct worker *w, const char *reason)
{
	char message[512], err[GIT_ERR], why[sizeof(w->fail_reason)], how[sizeof(w->fail_detail)];
	bool saved = false, limit = limit_keeps(reason), kept;

	if ((!limit && !w->handed_back) || w->git.dir == NULL)
		return;
	/* worktree_commit reports failures of its own instead */
	strlcpy(why, w->fail_reason, sizeof(why));
	strlcpy(how, w->fail_detail, sizeof(how));
	snprintf(message, sizeof(message), "%s: unfinished: %s\n", w->config.item,
	    w->item.title != NULL ? w->item.title : "work of the implementer");
	kept = limit && w->state.step == STEP_IMPLEMENT && worktree_commit(w, message) != -1;
	beside_save(w, SESSION_DIR_AGENT_GIT);
	if (limit && !kept) {
		if (git_salvage(&w->git, w->config.session, w->state.head, &saved, err,
		    sizeof(err)) == -1)
			output_log("the contents of the worktree could not be saved: %s", err);
		else if (saved)
			output_log("the contents of the worktree are saved in refs/salvage/%s",
			    w->config.session);
	}
	strlcpy(w->fail_reason, why, sizeof(w->fail_reason));
	strlcpy(w->fail_detail, how, sizeof(w->fail_detail));
}
