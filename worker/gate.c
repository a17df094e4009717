/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/wait.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/clock.h"
#include "proto/text.h"
#include "worker/audit.h"
#include "worker/gate.h"
#include "worker/output.h"
#include "worker/tree.h"
#include "worker/worker.h"

static bool
shell_run(struct worker *w, enum actor actor, const struct command *c, const char *label,
    struct run_result *res)
{
	struct strings argv = { 0 };
	struct run_spec spec = { .actor = actor, .label = label, .argv = &argv, .in = -1,
		.timeout_s = c->timeout, .keep = SESSION_MAX_EVIDENCE };

	strings_add(&argv, "/bin/sh");
	strings_add(&argv, "-c");
	strings_add(&argv, c->shell);
	w->role = ROLE_NONE;
	run_command(w, &spec, res);
	strings_free(&argv);
	return res->end == RUN_EXITED && WIFEXITED(res->status) && WEXITSTATUS(res->status) == 0;
}

enum run_end
gate_run(struct worker *w, enum actor actor, const struct command *c, struct gate_result *g)
{
	bool setup = actor == ACTOR_SETUP || actor == ACTOR_CLEAN_SETUP;
	const char *kind = setup ? "setup" : "gate";
	struct run_result res;
	char label[80];

	snprintf(label, sizeof(label), "%s %.64s", kind, c->name);
	output_log("%s: %s", label, c->shell);
	g->passed = shell_run(w, actor, c, label, &res);
	g->name = strdup(setup ? label : c->name);
	g->command = strdup(c->shell);
	strlcpy(g->commit, w->state.head, sizeof(g->commit));
	g->round = w->state.round;
	g->exit_status = res.end == RUN_EXITED && WIFEXITED(res.status)
	    ? WEXITSTATUS(res.status) : -1;
	strlcpy(g->outcome, g->passed ? "passed" : res.text, sizeof(g->outcome));
	g->duration_ms = res.duration_ms;
	g->output = res.tail.len > 0 ? strndup(res.tail.buf, res.tail.len) : strdup("");
	g->at = clock_wall();
	output_log("%s: %s (%lld ms)", label, g->outcome, (long long)g->duration_ms);
	run_result_release(&res);
	return res.end;
}

/* What the implementer is told of a gate that did not pass. */
static void
set_feedback(struct worker *w, const struct gate_result *g)
{
	struct text t = { 0 };

	text_printf(&t, "The gate \"%s\" (%s) did not pass: %s.\nThe end of its output:\n\n",
	    g->name, g->command, g->outcome);
	text_puts(&t, g->output);
	free(w->state.feedback);
	w->state.feedback = t.buf;
}

static bool
gate_void(struct worker *w, struct gate_result *g)
{
	char detail[512];

	if (tree_compare(w, detail, sizeof(detail)) < TREE_CHANGED)
		return false;
	g->passed = false;
	strlcpy(g->outcome, "changed the worktree", sizeof(g->outcome));
	output_log("gate %s is void, it changed the worktree: %s", g->name, detail);
	return true;
}

static enum event
gate_failed(struct worker *w, const char *reason, const struct gate_result *g)
{
	set_feedback(w, g);
	worker_fail(w, reason, "gate \"%s\": %s", g->name, g->outcome);
	w->state.gate_tries++;
	return EVENT_GATE_FAILED;
}

int
gate_needed(struct worker *w)
{
	if (settings_judged(&w->config.settings))
		return 0;
	worker_fail(w, "no-gates", "the review is by gates, and " SESSION_FILE_CONFIG " has none: add "
	    "\"gates\", or \"review\": \"none\" if nobody is to judge the work");
	return -1;
}

enum event
step_gates(struct worker *w)
{
	const struct settings *s = &w->config.settings;
	struct gate_result *g;
	enum event event = EVENT_DONE;
	enum run_end end;
	size_t i;

	if (audit_work(w) == -1)
		return EVENT_FAILED;
	if (settings_ngates(s) == 0 && w->item.outputs.n == 0 && w->audit.refused.n == 0)
		return EVENT_DONE;
	if (tree_pin(w) == -1)
		return EVENT_FAILED;
	if (w->audit.refused.n > 0) {
		audit_gate(w, g = review_add_gate(&w->review));
		event = gate_failed(w, "protected", g);
		audit_text(&w->audit.refused, w->fail_detail, sizeof(w->fail_detail));
	} else if (w->item.outputs.n > 0 && !outputs_there(w, g = review_add_gate(&w->review)))
		event = gate_failed(w, "gate", g);
	for (i = 0; event == EVENT_DONE && i < settings_ngates(s); i++) {
		g = review_add_gate(&w->review);
		end = gate_run(w, ACTOR_GATE, &s->gates[i], g);
		if (end == RUN_STOPPED)
			return worker_fail(w, "stopped", "stopped during gate \"%s\"",
			    s->gates[i].name);
		if (end == RUN_SURVIVED)
			return worker_fail(w, "gate", "gate \"%s\" %s", g->name, g->outcome);
		if (end == RUN_SPAWN)
			return worker_failed(w, "spawn", "gate \"%s\": %s", g->name, g->outcome);
		if (gate_void(w, g) || !g->passed)
			event = gate_failed(w, "gate", g);
	}
	if (review_save(w->dirfd, &w->review) == -1)
		return worker_broken(w, "%s/" SESSION_FILE_REVIEW " could not be written",
		    w->path);
	return tree_pin(w) == -1 ? EVENT_FAILED : event;
}
