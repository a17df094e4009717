/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "orchestrator/session/prompt.h"
#include "orchestrator/session/spawn.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/log.h"
#include "proto/base/strings.h"
#include "proto/base/text.h"
#include "proto/record/item.h"
#include "proto/record/state.h"
#include "proto/session/layout.h"
#include "proto/settings/prompt_names.h"
#include "proto/settings/prompts.h"
#include "proto/sys/dir.h"
#include "proto/sys/file.h"

#define NONE	"(none)"

const char *const prompts_names[PROMPTS_STEPS] = {
	"present.md", "review.md", "respond.md", "decide.md", "rework.md", "gate.md", "resume.md",
	"resolve.md", "fresh.md",
};

static const char *
built_in(const char *name)
{
	for (size_t i = 0; i < nprompts; i++)
		if (strcmp(prompts[i].name, name) == 0)
			return prompts[i].text;
	return "";
}

static void
list_paths(struct text *t, const char *label, const struct strings *paths)
{
	if (paths->n == 0)
		return;
	text_printf(t, "%s%s:", t->len > 0 ? "\n" : "", label);
	for (size_t i = 0; i < paths->n; i++)
		text_printf(t, "\n- %s", paths->v[i]);
}

/* The summary of a merged session of the item; NULL when the archive has none. */
static char *
merged_summary(int archivefd, const char *name)
{
	struct state state;
	char reason[512], *text = NULL;
	size_t len;
	int fd;

	if ((fd = file_open_dir(archivefd, name)) == -1)
		return NULL;
	if (state_load(fd, &state, reason, sizeof(reason)) == 0) {
		if (status_done(state.status) && file_read(fd, SESSION_FILE_SUMMARY,
		    SESSION_MAX_TEXT, &text, &len) == -1)
			text = strdup("");
		state_release(&state);
	}
	close(fd);
	return text;
}

static void
add_dependency(struct orch *o, struct text *t, const char *item)
{
	char *prefix = text_format("session-%s-", item), *summary = NULL;
	size_t len = strlen(prefix);
	const struct dirent *e;
	DIR *d = opendir(o->archive);

	while (summary == NULL && (e = dir_next(d)) != NULL)
		if (strncmp(e->d_name, prefix, len) == 0 && session_id_valid(e->d_name) &&
		    strlen(e->d_name) == len + 6)
			summary = merged_summary(dirfd(d), e->d_name);
	dir_close(d);
	if (summary != NULL)
		text_trim(summary, strlen(summary));
	text_printf(t, "%s- %s: %s", t->len > 0 ? "\n" : "", item,
	    summary == NULL ? "not merged by orchestrator; check whether its work is there" :
	    summary[0] == '\0' ? "merged" : summary);
	free(summary);
	free(prefix);
}

static void
add_persona(struct text *t, const char *type, const char *persona)
{
	if (type == NULL)
		text_puts(t, "You are an experienced software engineer.");
	else if (persona == NULL)
		text_printf(t, "Your part in this project: %s.", type);
	else
		text_puts(t, persona);
}

static const char *
or_none(const char *s)
{
	return s != NULL && s[0] != '\0' ? s : NONE;
}

static char *
expand_first(struct orch *o, const struct dispatch *d, const char *template, const char *persona)
{
	struct text paths = { 0 }, deps = { 0 }, who = { 0 }, parts = { 0 }, out = { 0 };
	const struct item *item = d->item;

	list_paths(&paths, "Change only", &item->allowed_paths);
	list_paths(&paths, "Don't change", &item->forbidden_paths);
	list_paths(&paths, "Must exist at the end", &item->outputs);
	for (size_t i = 0; i < item->depends_on.n; i++)
		add_dependency(o, &deps, item->depends_on.v[i]);
	parts_text(&parts, &item->parts);
	add_persona(&who, d->agent_type, persona);
	const struct text_var vars[] = {
		{ "item.id", item->id },
		{ "item.title", or_none(item->title) },
		{ "item.description", or_none(item->description) },
		{ "item.acceptance", or_none(item->acceptance) },
		{ "item.tasks", or_none(parts.buf) },
		{ "item.paths", or_none(paths.buf) },
		{ "persona", who.buf },
		{ "dependencies", or_none(deps.buf) },
		{ "findings", or_none(d->findings) },
	};
	text_expand(&out, template, vars, sizeof(vars) / sizeof(vars[0]));
	text_free(&paths);
	text_free(&parts);
	text_free(&deps);
	text_free(&who);
	return out.buf;
}

/* Is a file of the prompts' directory named almost like a prompt? */
static int
check_files(struct orch *o, const char *commit)
{
	const char *const argv[] = { "ls-tree", "--name-only", "-z", commit, ".orchestrator/prompts/", NULL };
	const char *names[PROMPTS_STEPS + 1], *near;
	char reason[GIT_ERR], *out = NULL, *p, *slash;
	size_t len = 0;
	struct git g;
	int status = 0;

	if (strcmp(o->plain, commit) == 0)
		return 0;
	memcpy(names, prompts_names, sizeof(prompts_names));
	names[PROMPTS_STEPS] = "implementer.md";
	if (orch_git(o, &g, reason, sizeof(reason)) == -1 ||
	    git_run(&g, argv, NULL, 0, &out, &len, NULL, reason, sizeof(reason)) == -1) {
		log_warnx("%s", reason);
		return EX_CONFIG;
	}
	for (p = out; status == 0 && p != NULL && p < out + len; p += strlen(p) + 1) {
		slash = strrchr(p, '/');
		if (slash == NULL || name_index(names, PROMPTS_STEPS + 1, slash + 1) != -1 ||
		    (near = text_nearest(slash + 1, names, PROMPTS_STEPS + 1)) == NULL)
			continue;
		log_warnx("%s is the name of no prompt; did you mean \"%s\"?  orchestrator-config(5) lists them", p, near);
		status = EX_CONFIG;
	}
	free(out);
	return status;
}

static int
check_variables(const char *path, const char *text)
{
	const char *near;
	char name[64];

	if (text == NULL || prompt_names_check(text, name, &near) == 0)
		return 0;
	log_warnx(".orchestrator/%s: unknown variable {%s}; did you mean {%s}?", path, name, near);
	return EX_CONFIG;
}

int
prompts_make(struct orch *o, const struct dispatch *d, const char *commit, struct prompts *p)
{
	char reason[GIT_ERR], *paths[PROMPTS_STEPS + 2], *texts[PROMPTS_STEPS + 2];
	const char *type = d->agent_type;
	size_t n = PROMPTS_STEPS + 1;
	int status = 0;

	memset(p, 0, sizeof(*p));
	for (size_t i = 0; i < PROMPTS_STEPS; i++)
		paths[i] = text_format("prompts/%s", prompts_names[i]);
	paths[PROMPTS_STEPS] = text_format("prompts/implementer.md");
	texts[PROMPTS_STEPS + 1] = NULL;
	if (type != NULL)
		paths[n++] = text_format("agents/%s.md", type);
	if (orch_repo_files(o, commit, (const char *const *)paths, n, texts, reason,
	    sizeof(reason)) == -1) {
		log_warnx("%s", reason);
		status = EX_CONFIG;
	} else {
		status = check_files(o, commit);
		for (size_t i = 0; status == 0 && i <= PROMPTS_STEPS; i++)
			status = check_variables(paths[i], texts[i]);
		if (type != NULL && texts[PROMPTS_STEPS + 1] == NULL)
			log_warnx("no persona .orchestrator/agents/%s.md in commit %.12s; the "
			    "prompt only names the agent type", type, commit);
		memcpy(p->step, texts, sizeof(p->step));
		p->first = expand_first(o, d, texts[PROMPTS_STEPS] != NULL ? texts[PROMPTS_STEPS] :
		    built_in("implementer"), texts[PROMPTS_STEPS + 1]);
		free(texts[PROMPTS_STEPS]);
		free(texts[PROMPTS_STEPS + 1]);
		if (p->first != NULL && strlen(p->first) > SESSION_MAX_PROMPT) {
			log_warnx("item %s: its prompt would have %zu bytes, but the limit is %u; "
			    "shorten its description", d->item->id, strlen(p->first),
			    SESSION_MAX_PROMPT);
			status = EX_DATAERR;
		}
		if (status != 0)
			prompts_release(p);
	}
	while (n-- > 0)
		free(paths[n]);
	return status;
}

void
prompts_release(struct prompts *p)
{
	free(p->first);
	for (size_t i = 0; i < PROMPTS_STEPS; i++)
		free(p->step[i]);
	memset(p, 0, sizeof(*p));
}
