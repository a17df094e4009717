/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/settings/prompts.h"
#include "proto/sys/file.h"
#include "worker/agent/agent.h"
#include "worker/agent/prompt.h"
#include "worker/core/worker.h"

#define DIFF_MAX	(256u << 10)
#define LOG_MAX		(32u << 10)

static char *
prompt_template(struct worker *w, const char *name)
{
	char path[128], *buf;
	size_t i, len;

	snprintf(path, sizeof(path), SESSION_DIR_PROMPTS "/%s.md", name);
	if (file_read(w->dirfd, path, SESSION_MAX_PROMPT, &buf, &len) == 0)
		return buf;
	for (i = 0; i < nprompts; i++)
		if (strcmp(prompts[i].name, name) == 0)
			return strdup(prompts[i].text);
	return strdup("");
}

static char *
read_or_empty(struct worker *w, const char *name)
{
	char *buf;
	size_t len;

	return file_read(w->dirfd, name, SESSION_MAX_PROMPT, &buf, &len) == 0 ? buf : strdup("");
}

static char *
gates_text(const struct worker *w)
{
	const struct gate_result *g;
	struct text t = { 0 };
	size_t i;

	for (i = 0; i < w->review.ngates; i++) {
		g = &w->review.gates[i];
		if (strcmp(g->commit, w->state.head) == 0)
			text_printf(&t, "- %s (%s): %s\n", g->name, g->command, g->outcome);
	}
	if (t.len == 0)
		text_puts(&t, "(no gates are configured)\n");
	return t.buf;
}

static char *
paths_text(const struct item *item)
{
	struct text t = { 0 };
	size_t i;

	for (i = 0; i < item->allowed_paths.n; i++)
		text_printf(&t, "- only: %s\n", item->allowed_paths.v[i]);
	for (i = 0; i < item->forbidden_paths.n; i++)
		text_printf(&t, "- not: %s\n", item->forbidden_paths.v[i]);
	for (i = 0; i < item->outputs.n; i++)
		text_printf(&t, "- expected: %s\n", item->outputs.v[i]);
	return t.buf != NULL ? t.buf : strdup("");
}

/* Names of files are the agent's to choose: they were made harmless, and are marked as data. */
static char *
flagged_text(const struct worker *w)
{
	struct text t = { 0 };

	for (size_t i = 0; i < w->review.flagged.n; i++)
		text_printf(&t, "- %s\n", w->review.flagged.v[i]);
	text_puts(&t, w->review.flagged.n == 0 ? "(nothing)\n" : "");
	return t.buf;
}

/* How the judge of this step gives its verdict. */
static char *
verdict_template(struct worker *w)
{
	enum role role = w->state.step == STEP_DECIDE && agent_of(w, ROLE_TECH_LEAD) != NULL
	    ? ROLE_TECH_LEAD : ROLE_REVIEWER;

	return prompt_template(w, agent_channel(w, role) == CHANNEL_RESULT ? "verdict-result"
	    : "verdict-command");
}

static const char *
or_empty(const char *s)
{
	return s != NULL ? s : "";
}

/* The values that cost something to get are got only when the template names them. */
static char *
git_text(struct worker *w, const char *template, const char *var)
{
	char err[GIT_ERR], *text = NULL;
	int rc;

	if (strstr(template, var) == NULL)
		return strdup("");
	rc = strcmp(var, "{diff}") == 0
	    ? git_diff_text(&w->git, w->state.base, w->state.head, DIFF_MAX, &text, err, sizeof(err))
	    : git_log_text(&w->git, w->state.base, w->state.head, LOG_MAX, &text, err, sizeof(err));
	if (rc == -1 || text == NULL) {
		free(text);
		return strdup("(not available)");
	}
	return text;
}

char *
prompt_make(struct worker *w, const char *name, const struct text_var *extra)
{
	char *template = prompt_template(w, name), round[24];
	char *summary = read_or_empty(w, SESSION_FILE_SUMMARY);
	char *presentation = read_or_empty(w, SESSION_FILE_PRESENTATION);
	char *verdict = verdict_template(w);
	char *gates = gates_text(w), *paths = paths_text(&w->item), *flagged = flagged_text(w);
	char *diff = git_text(w, template, "{diff}"), *log = git_text(w, template, "{log}");
	struct text out = { 0 };
	struct text_var vars[32] = {
		{ "item.id", w->config.item }, { "item.title", or_empty(w->item.title) },
		{ "item.description", or_empty(w->item.description) },
		{ "item.acceptance", or_empty(w->item.acceptance) }, { "item.paths", paths },
		{ "summary", summary }, { "presentation", presentation }, { "gates", gates },
		{ "diff", diff }, { "log", log }, { "round", round },
		{ "commit", w->state.head }, { "base", w->state.base },
		{ "worktree", or_empty(w->state.worktree) }, { "persona", "" },
		{ "dependencies", "" }, { "findings", or_empty(w->config.findings) },
		{ "flagged", flagged }, { "verdict", verdict },
	};
	size_t n = 19;

	snprintf(round, sizeof(round), "%lld", (long long)w->state.round);
	for (; extra != NULL && extra->name != NULL && n < 32; extra++) {
		if (strcmp(extra->name, "findings") == 0)
			vars[16].value = or_empty(extra->value);
		else
			vars[n++] = (struct text_var){ extra->name, or_empty(extra->value) };
	}
	text_expand(&out, template, vars, n);
	/* a text of the repository's own may not know the words, and judges have to */
	if (strcmp(name, "review") == 0 || strcmp(name, "decide") == 0) {
		if (w->review.flagged.n > 0 && strstr(template, "{flagged}") == NULL)
			text_expand(&out, "\n<flagged>\n{flagged}</flagged>\n", vars, n);
		if (strstr(template, "{verdict}") == NULL)
			text_printf(&out, "\n%s", verdict);
	}
	free(template);
	free(verdict);
	free(summary);
	free(presentation);
	free(gates);
	free(flagged);
	free(paths);
	free(diff);
	free(log);
	return out.buf != NULL ? out.buf : strdup("");
}

char *
prompt_first(struct worker *w)
{
	char *buf;
	size_t len;

	if (file_read(w->dirfd, SESSION_FILE_PROMPT, SESSION_MAX_PROMPT, &buf, &len) == 0)
		return buf;
	return prompt_make(w, "implementer", NULL);
}
