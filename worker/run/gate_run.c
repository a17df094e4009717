/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/wait.h>

#include <stdio.h>
#include <string.h>

#include "proto/base/clock.h"
#include "worker/core/output.h"
#include "worker/core/worker.h"
#include "worker/run/gate_run.h"

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
	strlcpy(g->commit, actor_rights[actor].clean ? w->clean.commit : w->state.head, sizeof(g->commit));
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
