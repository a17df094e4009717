/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/array.h"
#include "proto/session/layout.h"
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
gates_text(struct worker *w)
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
paths_text(struct worker *w)
{
	const struct item *item = &w->item;
	struct text t = { 0 };
	size_t i;

	for (i = 0; i < item->allowed_paths.n; i++)
		text_printf(&t, "- only: %s\n", item->allowed_paths.v[i]);
	for (i = 0; i < item->forbidden_paths.n; i++)
		text_printf(&t, "- not: %s\n", item->forbidden_paths.v[i]);
	for (i = 0; i < item->outputs.n; i++)
		text_printf(&t, "- expected: %s\n", item->outputs.v[i]);
	return t.buf;
}

/* The agent chooses names of files, so they are made harmless and marked as data. */
static char *
flagged_text(struct worker *w)
{
	struct text t = { 0 };

	for (size_t i = 0; i < w->review.flagged.n; i++)
		text_printf(&t, "- %s\n", w->review.flagged.v[i]);
	text_puts(&t, w->review.flagged.n == 0 ? "(nothing)\n" : "");
	return t.buf;
}

static char *
tasks_text(struct worker *w)
{
	struct text t = { 0 };

	parts_text(&t, &w->item.parts);
	return t.buf;
}

/* How the judge of this step must give its verdict. */
static char *
verdict_text(struct worker *w)
{
	enum role role = w->state.step == STEP_DECIDE && agent_of(w, ROLE_TECH_LEAD) != NULL
	    ? ROLE_TECH_LEAD : ROLE_REVIEWER;

	return prompt_template(w, agent_channel(w, role) == CHANNEL_RESULT ? "verdict-result"
	    : "verdict-command");
}

static char *
git_text(struct worker *w, size_t max, int (*get)(const struct git *, const char *, const char *, size_t,
    char **, char *, size_t))
{
	char err[GIT_ERR], *text = NULL;

	if (get(&w->git, w->state.base, w->state.head, max, &text, err, sizeof(err)) == 0 && text != NULL)
		return text;
	free(text);
	return strdup("(not available)");
}

static char *
diff_text(struct worker *w)
{
	if (strcmp(w->state.base, w->state.head) == 0)
		return strdup("(none: the implementer changed nothing, and says in the summary that nothing needs to be changed. "
		    "Approve that only if the item is fulfilled as it is.)");
	return git_text(w, DIFF_MAX, git_diff_text);
}

static char *
log_text(struct worker *w)
{
	return git_text(w, LOG_MAX, git_log_text);
}

/* Read or computed only when the template names them, since some are expensive. */
static const struct {
	const char	*name;
	char		*(*make)(struct worker *);
	const char	*file;
} made[] = {
	{ "item.paths", paths_text, NULL }, { "item.tasks", tasks_text, NULL }, { "gates", gates_text, NULL },
	{ "diff", diff_text, NULL }, { "log", log_text, NULL }, { "flagged", flagged_text, NULL },
	{ "verdict", verdict_text, NULL }, { "summary", NULL, SESSION_FILE_SUMMARY },
	{ "presentation", NULL, SESSION_FILE_PRESENTATION },
};

/* A repository's own prompt may not mention these words, but judges need them. */
static void
put_template(struct worker *w, const char *name, struct text *t)
{
	char *own = prompt_template(w, name);
	bool judge = strcmp(name, "review") == 0 || strcmp(name, "decide") == 0;

	text_puts(t, own);
	if (judge && w->review.flagged.n > 0 && strstr(own, "{flagged}") == NULL)
		text_puts(t, "\n<flagged>\n{flagged}</flagged>\n");
	if (judge && w->state.remarks != NULL && strstr(own, "{remarks}") == NULL)
		text_puts(t, "\nA person asked for this since, and it counts as the item does:\n<remarks>\n{remarks}\n</remarks>\n");
	if (judge && strstr(own, "{verdict}") == NULL)
		text_puts(t, "\n{verdict}");
	free(own);
}

/* NULL when the template does not name it, or it has no value. */
static char *
made_value(struct worker *w, const char *template, size_t i)
{
	char name[32], *value = NULL;
	size_t len;

	snprintf(name, sizeof(name), "{%s}", made[i].name);
	if (strstr(template, name) == NULL)
		return NULL;
	if (made[i].make != NULL)
		return made[i].make(w);
	return file_read(w->dirfd, made[i].file, SESSION_MAX_PROMPT, &value, &len) == 0 ? value : NULL;
}

char *
prompt_make(struct worker *w, const char *name, const struct text_var *extra)
{
	char *value[ARRAY_LEN(made)], round[24];
	const struct text_var plain[] = {
		{ "item.id", w->config.item }, { "item.title", w->item.title },
		{ "item.description", w->item.description }, { "item.acceptance", w->item.acceptance },
		{ "round", round }, { "commit", w->state.head }, { "base", w->state.base },
		{ "worktree", w->state.worktree },
		{ "persona", NULL }, { "dependencies", NULL }, { "findings", w->config.findings },
		{ "remarks", w->state.remarks },
	};
	struct text template = { 0 }, out = { 0 };
	struct text_var *vars;
	size_t n = 0;

	snprintf(round, sizeof(round), "%lld", (long long)w->state.round);
	put_template(w, name, &template);
	while (extra != NULL && extra[n].name != NULL)
		n++;
	if ((vars = reallocarray(NULL, n + ARRAY_LEN(plain) + ARRAY_LEN(made), sizeof(*vars))) == NULL)
		err(1, NULL);
	/* Of variables with the same name the first counts. */
	if (n > 0)
		memcpy(vars, extra, n * sizeof(*vars));
	memcpy(vars + n, plain, sizeof(plain));
	n += ARRAY_LEN(plain);
	for (size_t i = 0; i < ARRAY_LEN(made); i++) {
		value[i] = made_value(w, template.buf, i);
		vars[n++] = (struct text_var){ made[i].name, value[i] };
	}
	text_expand(&out, template.buf, vars, n);
	for (size_t i = 0; i < ARRAY_LEN(made); i++)
		free(value[i]);
	free(vars);
	text_free(&template);
	return out.buf;
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
