/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/clock.h"
#include "proto/session/layout.h"
#include "proto/sys/file.h"
#include "worker/agent/agent.h"
#include "worker/agent/judge.h"
#include "worker/agent/mask.h"
#include "worker/agent/prompt.h"
#include "worker/core/output.h"
#include "worker/core/worker.h"
#include "worker/run/limit.h"
#include "worker/tree/audit.h"
#include "worker/tree/beside.h"
#include "worker/tree/clean.h"
#include "worker/tree/import.h"
#include "worker/tree/junk.h"
#include "worker/tree/worktree.h"

#define REPAIRS_MAX	2	/* times that a tech-lead may change what it approves */

static const struct text_var none[] = { { NULL, NULL } };

int
record_opinion(struct worker *w, enum role role, const char *run, enum verdict verdict,
    const char *findings, const char *how, int64_t at)
{
	struct opinion *o = review_add_opinion(&w->review);

	o->role = role;
	strlcpy(o->run, run, sizeof(o->run));
	o->round = w->state.round;
	o->verdict = verdict;
	strlcpy(o->commit, w->state.head, sizeof(o->commit));
	o->findings = findings != NULL ? strdup(findings) : NULL;
	strlcpy(o->how, how, sizeof(o->how));
	o->at = at;
	if (verdict == VERDICT_REJECTED && role != ROLE_IMPLEMENTER) {
		free(w->review.findings);
		w->review.findings = strdup(findings != NULL && *findings != '\0' ? findings
		    : "(none were given)");
	}
	w->review.rounds = w->state.round;
	strlcpy(w->review.commit, w->state.head, sizeof(w->review.commit));
	return worker_review_save(w);
}

enum event
step_present(struct worker *w)
{
	char *prompt, *result = NULL, *summary = NULL;
	enum agent_outcome outcome = AGENT_ERROR;
	size_t len;
	const char *text;
	int rc = 0;

	if (agent_resumable(w, ROLE_IMPLEMENTER)) {
		prompt = prompt_make(w, "present", none);
		outcome = agent_go(w, ROLE_IMPLEMENTER, prompt, false, &result);
		free(prompt);
		if (outcome != AGENT_IMPOSSIBLE && worktree_pin(w) == -1) {
			free(result);
			return EVENT_FAILED;
		}
	}
	if (outcome == AGENT_IMPOSSIBLE) {
		free(result);
		return EVENT_FAILED;
	}
	if (outcome == AGENT_OK && w->summarised) {
		free(result);
		return EVENT_DONE;
	}
	/* An implementer that can't or won't present is represented by its summary. */
	text = outcome == AGENT_OK && result != NULL && *result != '\0' ? result : NULL;
	if (text == NULL &&
	    file_read(w->dirfd, SESSION_FILE_SUMMARY, SESSION_MAX_TEXT * 2, &summary, &len) == 0)
		text = summary;
	if (text == NULL)
		text = w->config.item;
	rc = file_replace(w->dirfd, SESSION_FILE_PRESENTATION, text, strlen(text), FILE_SYNC);
	free(result);
	free(summary);
	if (rc == -1)
		return worker_broken(w, "%s/" SESSION_FILE_PRESENTATION
		    " could not be written", w->path);
	return EVENT_DONE;
}

/* A judge without a verdict is not the fault of the work. */
static enum event
no_verdict(struct worker *w, enum role role, const char *how)
{
	char why[sizeof(w->fail_detail)];

	strlcpy(why, w->fail_detail[0] != '\0' ? w->fail_detail : how, sizeof(why));
	return worker_fail(w, REASON_NO_VERDICT, "the %s was asked %d times and gave no verdict: %.300s; once that is fixed, "
	    "orchestrator adopt %s asks it again", role_name(role), VERDICT_TRIES, why,
	    w->config.session);
}

/* Prepares a tree of the commit for a judge: the gates' tree, or a separate one for the tech-lead, who may change it. */
static int
judge_begin(struct worker *w, enum role role)
{
	struct gate_result failed = { 0 };
	enum event event;

	if (role == ROLE_TECH_LEAD)
		clean_drop(w);
	event = clean_ready(w, w->state.head, &failed);
	if (event == EVENT_GATE_FAILED)
		worker_fail(w, "setup", "%s, in the clean tree of the %s: %s", failed.name, role_name(role),
		    failed.outcome);
	gate_result_release(&failed);
	if (event != EVENT_DONE)
		return -1;
	return role == ROLE_TECH_LEAD ? clean_scratch(w) : 0;
}

/* The commits of an approving tech-lead become the session's.  Its other commits and uncommitted changes are
 * saved, but are not part of the work.  The tree was written to and is dropped. */
static int
take_repair(struct worker *w, bool approved)
{
	char dir[PATH_MAX + 32], commit[OID_MAX], files[OID_MAX], err[GIT_ERR];
	bool saved = false, taken = false;
	int rc = 0;

	snprintf(dir, sizeof(dir), "%s/" SESSION_DIR_SCRATCH_GIT, w->path);
	if (import_work(w, dir, commit) == -1) {
		beside_save(w, SESSION_DIR_SCRATCH_GIT);
		return -1;
	}
	strlcpy(w->clean.commit, commit, sizeof(w->clean.commit));
	if (git_salvage(&w->clean.git, w->config.session, commit, &saved, err, sizeof(err)) == -1)
		return worker_git_failed(w, err);
	if (saved)
		output_log("the tech-lead's uncommitted changes are left out of the work and saved in refs/salvage/%s",
		    w->config.session);
	taken = approved && strcmp(commit, w->state.head) != 0;
	if (taken && (junk_check(w, commit) == -1 || worktree_move(w, w->state.head, commit, files) == -1 ||
	    worktree_advance(w, commit, files) == -1))
		rc = -1;
	beside_save(w, SESSION_DIR_SCRATCH_GIT);
	clean_drop(w);
	if (taken && rc == 0)
		worktree_settle_base(w);
	return rc;
}

/* Runs a judge once on the commit, in a clean tree; -1: impossible. */
static int
judge_once(struct worker *w, enum role role, const char *prompt_name, const struct text_var *vars,
    enum verdict *verdict, const char **how)
{
	char detail[512];
	int rc;

	if (judge_begin(w, role) == -1 || mask_begin(w, role) == -1)
		return -1;
	rc = judge_hear(w, role, prompt_name, vars, verdict, how);
	mask_end(w);
	if (rc == -1)
		return -1;
	if (role == ROLE_TECH_LEAD)
		return take_repair(w, *verdict == VERDICT_APPROVED);
	if (w->sandbox == SANDBOX_BWRAP || clean_compare(w, detail, sizeof(detail)) < WORKTREE_CHANGED)
		return 0;
	output_log("the verdict does not count, since the %s changed files of the clean tree: %s", role_name(role), detail);
	*verdict = VERDICT_NONE;
	*how = "it changed the worktree";
	clean_drop(w);
	return 0;
}

static enum event
judge(struct worker *w, enum role role, const char *prompt_name, const struct text_var *vars)
{
	enum verdict verdict = VERDICT_NONE;
	const char *how = "";
	char run[16];

	for (int tries = 0; verdict == VERDICT_NONE; tries++) {
		if (tries == VERDICT_TRIES)
			return no_verdict(w, role, how);
		if (tries > 0)
			output_log("no verdict from the %s: %s; asking it again", role_name(role), how);
		if (judge_once(w, role, prompt_name, vars, &verdict, &how) == -1)
			return EVENT_FAILED;
	}
	snprintf(run, sizeof(run), "%03u", (unsigned)w->state.runs);
	if (record_opinion(w, role, run, verdict, w->findings, how, clock_wall()) == -1)
		return EVENT_FAILED;
	return verdict == VERDICT_APPROVED ? EVENT_APPROVED : EVENT_REJECTED;
}

enum event
step_review(struct worker *w)
{
	return judge(w, ROLE_REVIEWER, "review", none);
}

enum event
step_respond(struct worker *w)
{
	const struct text_var vars[] = { { "findings", w->review.findings }, { NULL, NULL } };
	enum verdict verdict = VERDICT_NONE;
	enum agent_outcome outcome;
	const char *how = "agent cannot be resumed";
	char *prompt, run[16] = "";

	if (agent_resumable(w, ROLE_IMPLEMENTER)) {
		prompt = prompt_make(w, "respond", vars);
		outcome = agent_go(w, ROLE_IMPLEMENTER, prompt, false, NULL);
		free(prompt);
		if (outcome == AGENT_IMPOSSIBLE)
			return EVENT_FAILED;
		snprintf(run, sizeof(run), "%03u", (unsigned)w->state.runs);
		verdict = verdict_of(&(struct hearing){ .said = w->said, .contradicted = w->contradicted,
		    .failed = outcome == AGENT_ERROR }, &how);
		if (worktree_pin(w) == -1)
			return EVENT_FAILED;
	}
	if (record_opinion(w, ROLE_IMPLEMENTER, run,
	    verdict == VERDICT_APPROVED ? verdict : VERDICT_REJECTED, w->findings, how, clock_wall()) == -1)
		return EVENT_FAILED;
	if (verdict == VERDICT_APPROVED)
		return EVENT_DEFENDED;
	free(w->state.feedback);
	w->state.feedback = w->review.findings != NULL ? strdup(w->review.findings) : NULL;
	return EVENT_CONCEDED;
}

/* The implementer's latest defence. */
static const char *
defence(const struct worker *w)
{
	size_t i;

	for (i = w->review.nopinions; i > 0; i--)
		if (w->review.opinions[i - 1].role == ROLE_IMPLEMENTER)
			return w->review.opinions[i - 1].findings;
	return NULL;
}

/* A change by a tech-lead that approves counts only after it sees the change in a fresh tree: a command that it
 * ran could have made the change. */
static enum event
repaired(struct worker *w)
{
	static const char never[] = "the tech-lead changed the work each time it approved it; the last version has no approval";
	size_t n = 0;

	for (size_t i = 0; i < w->review.nopinions; i++)
		n += w->review.opinions[i].role == ROLE_TECH_LEAD && w->review.opinions[i].round == w->state.round;
	if (n <= REPAIRS_MAX)
		return EVENT_APPROVED_CHANGED;
	output_log("%s", never);
	free(w->review.findings);
	w->review.findings = strdup(never);
	return EVENT_REJECTED;
}

enum event
step_decide(struct worker *w)
{
	enum role role = agent_of(w, ROLE_TECH_LEAD) != NULL ? ROLE_TECH_LEAD : ROLE_REVIEWER;
	const struct text_var vars[] = { { "findings", w->review.findings },
		{ "defence", defence(w) }, { NULL, NULL } };
	char before[OID_MAX], base[OID_MAX], tree[OID_MAX], err[GIT_ERR];
	enum event event;

	strlcpy(before, w->state.head, sizeof(before));
	event = judge(w, role, "decide", vars);
	if (event != EVENT_APPROVED || strcmp(before, w->state.head) == 0)
		return event;
	if (git_tree_of(&w->git, w->state.base, base, err, sizeof(err)) == -1 ||
	    git_tree_of(&w->git, w->state.head, tree, err, sizeof(err)) == -1)
		return worker_failed(w, "git", "%s", err);
	return strcmp(base, tree) == 0 ? worker_fail(w, "no-change", "the tech-lead undid all of the work")
	    : repaired(w);
}

/* The verdict names the commit; then follow the status and the line in the log. */
enum event
step_verdict(struct worker *w)
{
	struct review *r = &w->review;

	if (r->verdict == VERDICT_APPROVED &&
	    (audit_repository_now(w) == -1 || audit_work(w) == -1))
		return EVENT_FAILED;
	if (r->decided_at != 0)		/* recorded before a crash */
		goto decided;
	strlcpy(r->commit, w->state.head, sizeof(r->commit));
	strlcpy(r->base, w->state.base, sizeof(r->base));
	if (r->decided_by[0] == '\0')
		strlcpy(r->decided_by, agent_of(w, ROLE_TECH_LEAD) != NULL ? "tech-lead"
		    : "reviewer", sizeof(r->decided_by));
	r->rounds = w->state.round;
	r->decided_at = clock_wall();
	if (worker_review_save(w) == -1)
		return EVENT_FAILED;
decided:
	return r->verdict == VERDICT_APPROVED ? EVENT_APPROVED : EVENT_REJECTED;
}
