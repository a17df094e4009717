/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/text.h"
#include "proto/session/layout.h"
#include "worker/core/output.h"
#include "worker/core/worker.h"
#include "worker/run/gate_run.h"
#include "worker/session/gate.h"
#include "worker/tree/audit.h"
#include "worker/tree/clean.h"
#include "worker/tree/worktree.h"

#define IGNORED_MAX	20	/* number of paths named */

/* Sets the implementer's feedback for a failed gate. */
static void
set_feedback(struct worker *w, const struct gate_result *g, const char *why)
{
	struct text t = { 0 };

	text_printf(&t, "The gate \"%s\" (%s) did not pass: %s.\n%sThe end of its output:\n\n",
	    g->name, g->command, g->outcome, why);
	text_puts(&t, g->output);
	free(w->state.feedback);
	w->state.feedback = t.buf;
}

/* A gate that changed files of the commit has failed.  Its unignored leftovers are removed, so that the next
 * run sees the commit and ignored files only.  0; 1: it changed files; -1: worker_fail is set. */
static int
gate_void(struct worker *w, struct gate_result *g, char *detail, size_t len)
{
	enum worktree_state state = clean_compare(w, detail, len);

	if (state == WORKTREE_EXTRA)
		return clean_tidy(w);
	if (state < WORKTREE_CHANGED)
		return 0;
	g->passed = false;
	strlcpy(g->outcome, "changed the worktree", sizeof(g->outcome));
	output_log("gate %s does not count, since it changed files of the clean tree: %s", g->name, detail);
	return 1;
}

static enum event
gate_failed(struct worker *w, const char *reason, const struct gate_result *g, const char *why)
{
	set_feedback(w, g, why);
	worker_fail(w, reason, "gate \"%s\": %s", g->name, g->outcome);
	w->state.gate_tries++;
	return EVENT_GATE_FAILED;
}

int
gate_needed(struct worker *w)
{
	if (settings_judged(&w->config.settings))
		return 0;
	worker_fail(w, "no-gates", "the review is by gates, but " SESSION_FILE_CONFIG " has none: add "
	    "\"gates\", or \"review\": \"none\" to approve all work without a review");
	return -1;
}

/* Why does a gate fail in the clean tree?  Checks whether it passes in the implementer's worktree, because of
 * uncommitted files. */
static char *
explain(struct worker *w, const struct command *c)
{
	struct gate_result own = { 0 };
	struct strings ignored = { 0 };
	struct text t = { 0 };
	char err[GIT_ERR];

	output_log("gate %s failed in a clean tree; running it in the implementer's worktree to tell why",
	    c->name);
	gate_run(w, ACTOR_OWN_GATE, c, &own);
	if (own.passed && git_ignored(&w->git, IGNORED_MAX + 1, &ignored, err, sizeof(err)) == 0) {
		text_printf(&t, "It passes in your worktree and fails in a clean checkout of your commit%s",
		    ignored.n > 0 ? ", which has none of the files that git ignores there:" : "");
		for (size_t i = 0; i < ignored.n && i < IGNORED_MAX; i++)
			text_printf(&t, "%s %s", i > 0 ? "," : "", ignored.v[i]);
		text_puts(&t, ignored.n > IGNORED_MAX ? ", ...\n" : ".\n");
		output_log("gate %s: %s", c->name, t.buf);
	}
	strings_free(&ignored);
	gate_result_release(&own);
	return t.buf;
}

int
gate_one(struct worker *w, const struct command *c, struct gate_result *g, char *changed, size_t len)
{
	enum run_end end = gate_run(w, ACTOR_GATE, c, g);
	int rc;

	changed[0] = '\0';
	if (end == RUN_STOPPED)
		worker_fail(w, "stopped", "stopped during gate \"%s\"", c->name);
	else if (end == RUN_SURVIVED)
		worker_fail(w, "gate", "gate \"%s\" %s", c->name, g->outcome);
	else if (end == RUN_SPAWN)
		worker_failed(w, "spawn", "gate \"%s\": %s", c->name, g->outcome);
	else if ((rc = gate_void(w, g, changed, len)) != -1)
		return rc == 1 || !g->passed;
	return -1;
}

/* Adds to the output what the implementer needs to know. */
static enum event
gate_hand_back(struct worker *w, const struct command *c, const struct gate_result *g, const char *changed)
{
	char *why = *changed != '\0' ? text_format("It changed files of the commit: %s.\n", changed) : explain(w, c);
	enum event event = gate_failed(w, "gate", g, why != NULL ? why : "");

	if (*changed == '\0' && why != NULL)
		strlcat(w->fail_detail, "; it passes in the implementer's worktree, where git ignores files",
		    sizeof(w->fail_detail));
	free(why);
	return event;
}

static enum event
gates_run(struct worker *w)
{
	const struct settings *s = &w->config.settings;
	struct gate_result *g, setup = { 0 };
	char changed[512];
	enum event event;
	int rc;

	clean_drop(w);		/* removes leftovers of this commit's gates */
	event = clean_ready(w, w->state.head, &setup);
	if (event == EVENT_GATE_FAILED) {
		*(g = review_add_gate(&w->review)) = setup;
		return gate_failed(w, "gate", g, "");
	}
	for (size_t i = 0; event == EVENT_DONE && i < settings_ngates(s); i++) {
		g = review_add_gate(&w->review);
		if ((rc = gate_one(w, &s->gates[i], g, changed, sizeof(changed))) == -1)
			return EVENT_FAILED;
		if (rc == 1)
			event = gate_hand_back(w, &s->gates[i], g, changed);
	}
	return event;
}

enum event
step_gates(struct worker *w)
{
	const struct settings *s = &w->config.settings;
	struct gate_result *g;
	enum event event = EVENT_DONE;

	if (audit_work(w) == -1)
		return EVENT_FAILED;
	if (settings_ngates(s) == 0 && w->item.outputs.n == 0 && w->audit.refused.n == 0)
		return EVENT_DONE;
	if (worktree_pin(w) == -1)
		return EVENT_FAILED;
	if (w->audit.refused.n > 0) {
		audit_gate(w, g = review_add_gate(&w->review));
		event = gate_failed(w, "protected", g, "");
		audit_text(&w->audit.refused, w->fail_detail, sizeof(w->fail_detail));
	} else if (w->item.outputs.n > 0 && !outputs_there(w, g = review_add_gate(&w->review)))
		event = gate_failed(w, "gate", g, "");
	if (event == EVENT_DONE && settings_ngates(s) > 0)
		event = gates_run(w);
	if (event == EVENT_FAILED || worker_review_save(w) == -1)
		return EVENT_FAILED;
	/* the failed gate has run there too */
	return event == EVENT_GATE_FAILED && worktree_pin(w) == -1 ? EVENT_FAILED : event;
}
