/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "orchestrator/cli/show_task.h"
#include "orchestrator/cli/status_one.h"
#include "orchestrator/merge/by_hand.h"
#include "orchestrator/session/facts.h"
#include "orchestrator/session/show_entry.h"
#include "orchestrator/session/work.h"
#include "orchestrator/view/show.h"
#include "orchestrator/workspace/cmd.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/text.h"
#include "proto/json/json.h"
#include "proto/json/record.h"
#include "proto/session/caps.h"
#include "proto/session/layout.h"

#define FILES_SHOWN	20

static void
print_head(const struct facts *f)
{
	const struct state *s = &f->e->state;
	char *line = text_format("%s%s%s", s->item, f->item.title != NULL ? ": " : "", f->item.title != NULL ? f->item.title : "");

	show_field("session", f->e->id);
	show_field("item", line);
	free(line);
	show_toned("status", show_tone(f->e), show_status(f->e));
	show_field("error", f->e->error);
	show_reason(f->e);
	if (s->branch != NULL) {
		line = text_format("%s%s%s", s->branch, f->target != NULL ? ", for " : "", f->target != NULL ? f->target : "");
		show_field("branch", line);
		free(line);
	}
	show_field("later", f->later);
	if (!status_done(s->status) && f->later[0] == '\0') {
		line = text_format("orchestrator path --worktree %s", f->name);
		show_path("worktree", s->worktree, line);
		free(line);
	}
	show_field("merged", s->merged[0] != '\0' && strcmp(s->merged, s->base) == 0 ? "needed no change" : s->merged);
	show_field("saved", f->salvage);
	for (size_t i = 0; i < s->nconflicts; i++)
		show_field("conflict", s->conflicts[i].path);
}

static void
print_file(const struct git_size *s)
{
	struct text line = { 0 };
	char text[64] = "binary";

	if (!s->binary)
		snprintf(text, sizeof(text), "+%jd -%jd", (intmax_t)s->added, (intmax_t)s->removed);
	text_printf(&line, "    %-14s ", text);
	text_line(&line, s->path, strlen(s->path));
	show_cut(line.buf);
	text_free(&line);
}

static void
print_change(const struct facts *f)
{
	size_t shown = f->nfiles > FILES_SHOWN + 1 ? FILES_SHOWN : f->nfiles;
	char *more;

	if (f->nfiles == 0) {
		show_field("change", f->base[0] != '\0' ? "none" : "");
		return;
	}
	show_format("change", "%zu file%s, +%jd -%jd%s", f->nfiles, f->nfiles == 1 ? "" : "s", (intmax_t)f->added,
	    (intmax_t)f->removed, f->worktree ? ", with uncommitted changes" : "");
	for (size_t i = 0; i < shown; i++)
		print_file(&f->files[i]);
	if (shown < f->nfiles) {
		more = text_format("    and %zu more: orchestrator diff --stat %s", f->nfiles - shown, f->name);
		show_cut(more);
		free(more);
	}
}

/* Gates of the last round. */
static void
print_gates(const struct review *r)
{
	int64_t round = r->ngates > 0 ? r->gates[r->ngates - 1].round : 0;

	for (size_t i = 0; i < r->ngates; i++) {
		const struct gate_result *g = &r->gates[i];

		if (g->round != round)
			continue;
		show_format("gate", "%s: %s", g->name == NULL ? "" : g->name, g->outcome);
		if (!g->passed && g->output != NULL)
			show_block(stdout, g->output);
	}
}

static void
print_judged(const struct facts *f)
{
	const struct review *r = &f->review;
	char *verdict = facts_verdict(f);

	print_gates(r);
	if (r->verdict != VERDICT_NONE)
		show_format("verdict", "%s, commit %.12s", verdict, r->commit);
	free(verdict);
	if (r->verdict != VERDICT_APPROVED)
		show_section("findings", r->findings);
	for (size_t i = 0; i < f->questions.n; i++) {
		if (f->questions.q[i].status != QUESTION_OPEN || !status_live(f->e->state.status))
			continue;
		show_field("question", f->questions.q[i].id);
		show_block(stdout, f->questions.q[i].text);
	}
	show_field("not judged", f->surplus);
}

/* What the next commands call their session: the newest attempt has the name of its item. */
static const char *
next_name(const struct facts *f)
{
	return f->later[0] != '\0' ? f->e->state.item : f->name;
}

static void
print_next(const struct facts *f)
{
	char *command;

	show_head(f->later[0] != '\0' ? "next, for the later attempt" : "next");
	for (const struct next_row *r = next_rows(f->next); r->command != NULL; r++) {
		command = next_command(r, next_name(f));
		show_step(command, r->what);
		free(command);
	}
}

static void
print_facts(const struct facts *f)
{
	print_head(f);
	show_section("summary", f->summary);
	show_section("remarks", f->e->state.remarks);
	show_messages(f->e);
	print_change(f);
	print_judged(f);
	for (size_t i = 0; i < f->problems.n; i++)
		show_field("problem", f->problems.v[i]);
	print_next(f);
}

static void
print_json(struct orch *o, const struct facts *f)
{
	struct json *j = status_one_object(o, f->e), *next = json_new_array(), *one;
	char *command;

	json_put(j, "item_record", show_record_json(f->e, SESSION_FILE_ITEM));
	json_put_str(j, "target", f->target);
	json_put(j, "agents", facts_agents_json(f));
	record_put(j, "summary", f->summary, SESSION_MAX_TEXT);
	json_put(j, "change", work_json(f->base, f->e->state.head, f->worktree, f->files, f->nfiles));
	record_put(j, "not_judged", f->surplus, SESSION_MAX_TEXT);
	for (const struct next_row *r = next_rows(f->next); r->command != NULL; r++) {
		one = json_new_object();
		command = next_command(r, next_name(f));
		json_put_str(one, "command", command);
		json_put_str(one, "what", r->what);
		json_append(next, one);
		free(command);
	}
	json_put(j, "next", next);
	show_json(j);
}

static int
run(struct orch *o, void *arguments)
{
	const struct session_argument *a = arguments;
	struct facts f;
	struct entry e;
	int rv;

	if ((rv = orch_open(o)) != 0)
		return rv;
	by_hand_recover(o);
	if ((rv = registry_find_known(o, a->session, &e)) == EX_NOINPUT) {
		rv = show_task(o, a->session);
		return rv == EX_NOINPUT ? registry_find(o, a->session, &e) : rv;	/* which says so */
	}
	if (rv != 0)
		return rv;
	facts_read(o, &e, &f);
	if (o->json)
		print_json(o, &f);
	else
		print_facts(&f);
	facts_release(&f);
	entry_release(&e);
	return 0;
}

const struct cmd cmd_show = COMMAND("show", "show a session's work, its review, and what to do next", run, SESSION_ROWS);
