/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "worker/agent/agent.h"
#include "worker/agent/prompt.h"
#include "worker/core/worker.h"

static char *
conflicts_text(const struct worker *w)
{
	struct text t = { 0 };
	size_t i;

	for (i = 0; i < w->state.nconflicts; i++)
		text_printf(&t, "- %s (%s)\n", w->state.conflicts[i].path,
		    w->state.conflicts[i].kind);
	return t.buf != NULL ? t.buf : strdup("(none)");
}

static char *
resolve_prompt(struct worker *w)
{
	char *conflicts = conflicts_text(w), *prompt;
	const struct text_var vars[] = {
		{ "target", worker_target(w) }, { "onto", w->state.resolving.target },
		{ "conflicts", conflicts }, { "merged", w->state.resolving.others },
		{ "left", w->state.feedback }, { NULL, NULL },
	};

	prompt = prompt_make(w, "resolve", vars);
	free(conflicts);
	return prompt;
}

#define TWICE \
	"Your last turn broke off and may run twice: look at the worktree before you repeat what can't be undone.\n"

/* First prompt, interrupted run, failed gate, rejected review, conflict: chooses the text; "" when the conversation
 * continues with messages alone. */
char *
prompt_implement(struct worker *w)
{
	bool resumable = agent_resumable(w, ROLE_IMPLEMENTER) &&
	    w->state.conversation[ROLE_IMPLEMENTER] != NULL;
	struct text t = { 0 };
	char *first, *more;
	size_t n = w->review.ngates;
	const struct text_var vars[] = {
		{ "gate.name", n > 0 ? w->review.gates[n - 1].name : NULL },
		{ "gate.output", w->state.feedback }, { "findings", w->state.feedback },
		{ NULL, NULL },
	};

	if (w->messages_only && resumable)
		return strdup("");
	if (w->state.feedback == NULL && !worker_resolving(w))
		return resumable ? prompt_make(w, "resume", vars) : prompt_first(w);
	more = worker_resolving(w) ? resolve_prompt(w) :
	    prompt_make(w, w->state.gate_tries > 0 ? "gate" : "rework", vars);
	if (resumable && (w->recovered || w->state.rescue.under_way)) {
		text_printf(&t, "%s\n%s", TWICE, more);
		free(more);
		return t.buf;
	}
	if (resumable)
		return more;
	first = prompt_first(w);
	text_printf(&t, "%s\n%s", first, more);
	free(first);
	free(more);
	return t.buf;
}
