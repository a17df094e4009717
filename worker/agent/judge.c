/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/wait.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "worker/agent/agent.h"
#include "worker/agent/instructions.h"
#include "worker/agent/judge.h"
#include "worker/agent/prompt.h"
#include "worker/core/worker.h"

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

int
judge_hear(struct worker *w, enum role role, const char *prompt_name, const struct text_var *vars,
    enum verdict *verdict, const char **how)
{
	struct hearing h = { .channel = agent_channel(w, role) };
	enum agent_outcome outcome;
	char *prompt = first_prompt(w, role, prompt_name, vars);

	w->fail_reason[0] = w->fail_detail[0] = '\0';
	outcome = agent_go(w, role, prompt, true, NULL);
	free(prompt);
	if (outcome == AGENT_IMPOSSIBLE || w->disk_failed)
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
