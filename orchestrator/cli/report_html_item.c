/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "orchestrator/cli/report_html.h"
#include "orchestrator/cli/report_sessions.h"
#include "orchestrator/execute/report_items.h"
#include "orchestrator/session/facts.h"
#include "orchestrator/session/last_said.h"
#include "orchestrator/session/show_entry.h"
#include "orchestrator/session/work.h"
#include "orchestrator/view/markup.h"
#include "proto/base/text.h"
#include "proto/json/json.h"

#define DIFF_READ	(256u << 10)	/* bytes; no more is read of a diff */
#define PAGE_MAX	(16u << 20)	/* bytes; a longer page gets no more diffs */

static const struct markup_limit words = { 200, 2000 }, diff_lines = { 1000, 500 };

/* A text of several lines, and how much of it was left out. */
static void
put_block(struct text *t, const char *class, const char *s, const char *command, const char *name)
{
	size_t left;

	if (s == NULL || *s == '\0')
		return;
	text_printf(t, "<pre class=\"%s\">", class);
	left = markup_lines(t, s, strlen(s), &words);
	text_puts(t, "</pre>\n");
	if (left == 0)
		return;
	text_printf(t, "<p class=\"quiet\">%zu more lines: <code>orchestrator %s ", left, command);
	markup_puts(t, name);
	text_puts(t, "</code></p>\n");
}

static void
put_opinions(struct text *t, const struct facts *f)
{
	const struct review *r = &f->review;

	for (size_t i = 0; i < r->nopinions; i++) {
		const struct opinion *p = &r->opinions[i];
		bool person = p->run[0] == '\0' && p->role != ROLE_IMPLEMENTER;
		const char *agent = person ? NULL : facts_agent(f, role_name(p->role));

		text_printf(t, "<p><b>%s</b>", person ? BY_PERSON : role_name(p->role));
		if (agent != NULL) {
			text_puts(t, " (");
			markup_puts(t, agent);
			text_puts(t, ")");
		}
		text_printf(t, ", round %lld: <span class=\"%s\">%s</span></p>\n", (long long)p->round,
		    p->verdict == VERDICT_APPROVED ? "good" : p->verdict == VERDICT_REJECTED ? "bad" : "quiet", verdict_name(p->verdict));
		put_block(t, "said", p->findings, "review", f->name);
	}
}

static void
put_gates(struct text *t, const struct facts *f)
{
	for (size_t i = 0; i < f->review.ngates; i++) {
		const struct gate_result *g = &f->review.gates[i];

		text_puts(t, "<p><b>gate ");
		markup_puts(t, g->name != NULL ? g->name : "");
		text_printf(t, "</b>, round %lld, %.1f s: <span class=\"%s\">", (long long)g->round, (double)g->duration_ms / 1000,
		    g->passed ? "good" : "bad");
		markup_puts(t, g->outcome);
		text_puts(t, "</span></p>\n");
		if (!g->passed)
			put_block(t, "said", g->output, "review", f->name);
	}
}

static bool
read_some(const char *buf, size_t len, void *arg)
{
	struct text *t = arg;

	text_add(t, buf, len);
	return t->len < DIFF_READ;
}

static const char *
class_of(const char *line, size_t len, bool *header)
{
	if (len >= 5 && strncmp(line, "diff ", 5) == 0)
		*header = true;
	else if (len >= 2 && strncmp(line, "@@", 2) == 0) {
		*header = false;
		return "hunk";
	}
	if (*header)
		return "head";
	return len > 0 && line[0] == '+' ? "add" : len > 0 && line[0] == '-' ? "del" : NULL;
}

static void
put_diff_lines(struct text *t, const struct text *diff, const char *name)
{
	const char *s = diff->buf, *end = s + diff->len, *nl, *class;
	bool header = true, cut = diff->len >= DIFF_READ;
	size_t lines = 0;

	text_puts(t, "<pre class=\"diff\">");
	for (; s < end && lines < diff_lines.lines; s = nl + 1, lines++) {
		if ((nl = memchr(s, '\n', (size_t)(end - s))) == NULL)
			nl = end;
		if ((class = class_of(s, (size_t)(nl - s), &header)) != NULL)
			text_printf(t, "<span class=\"%s\">", class);
		markup_lines(t, s, nl == end || nl == s ? (size_t)(nl - s) : (size_t)(nl - s) + 1, &diff_lines);
		if (nl == s)
			text_puts(t, "\n");
		text_puts(t, class != NULL ? "</span>" : "");
	}
	text_puts(t, "</pre>\n");
	if (s >= end && !cut)
		return;
	text_printf(t, "<p class=\"quiet\">cut after %zu lines; all of it: <code>orchestrator diff ", lines);
	markup_puts(t, name);
	text_puts(t, "</code></p>\n");
}

static void
put_no_diff(struct text *t, const char *name)
{
	text_puts(t, "<p class=\"quiet\">the page is long, so the diff is left out: <code>orchestrator diff ");
	markup_puts(t, name);
	text_puts(t, "</code></p>\n");
}

static void
put_diff(struct orch *o, struct text *t, const struct facts *f)
{
	struct text diff = { 0 };
	char why[GIT_ERR] = "";
	struct work w;

	if (work_open(o, f->e, &w, why, sizeof(why)) == 0 && w.tip[0] != '\0') {
		struct git_view v = { .from = w.base, .to = w.tip };

		(void)git_view(&w.git, &v, read_some, &diff, why, sizeof(why));
	}
	work_release(&w);
	text_printf(t, "<details><summary>diff: %zu file%s, +%lld -%lld</summary>\n", f->nfiles, f->nfiles == 1 ? "" : "s",
	    (long long)f->added, (long long)f->removed);
	if (diff.len > 0)
		put_diff_lines(t, &diff, f->name);
	else if (why[0] != '\0') {
		text_puts(t, "<p class=\"bad\">");
		markup_puts(t, why);
		text_puts(t, "</p>\n");
	}
	text_puts(t, "</details>\n");
	text_free(&diff);
}

static void
put_failure(struct text *t, const struct facts *f, const char *reason)
{
	const struct next_row *next = next_rows(f->next);
	char *said = last_said(f->e), *command;

	if (reason != NULL) {
		text_puts(t, "<p class=\"bad\">");
		markup_puts(t, reason);
		text_puts(t, "</p>\n");
	}
	if (said != NULL) {
		text_puts(t, "<p>last line of its agent:</p>\n");
		put_block(t, "said", said, "logs", f->name);
	}
	for (; next->command != NULL; next++) {
		command = next_command(next, f->later[0] != '\0' ? f->e->state.item : f->name);
		text_puts(t, "<p><code>");
		markup_puts(t, command);
		text_printf(t, "</code> %s</p>\n", next->what);
		free(command);
	}
	free(said);
}

static void
put_session(struct orch *o, struct text *t, const struct report_item *i, const struct entry *e)
{
	struct facts f;
	char *verdict;

	facts_read(o, e, &f);
	if (f.item.title != NULL) {
		text_puts(t, "<p><b>");
		markup_puts(t, f.item.title);
		text_puts(t, "</b></p>\n");
	}
	text_puts(t, "<p class=\"quiet\">session <code>");
	markup_puts(t, e->id);
	text_printf(t, "</code>, %s</p>\n", show_status(e));
	if (i->outcome != OUTCOME_DONE)
		put_failure(t, &f, json_str(i->j, "reason"));
	put_block(t, "said", f.summary, "show", f.name);
	if (f.review.verdict != VERDICT_NONE) {
		verdict = facts_verdict(&f);
		text_puts(t, "<p>");
		markup_puts(t, verdict);
		text_printf(t, ", commit <code>%.12s</code></p>\n", f.review.commit);
		free(verdict);
	}
	put_gates(t, &f);
	put_opinions(t, &f);
	if (f.nfiles > 0 && t->len > PAGE_MAX)
		put_no_diff(t, f.name);
	else if (f.nfiles > 0)
		put_diff(o, t, &f);
	facts_release(&f);
}

void
report_html_item(struct orch *o, struct text *t, const struct report_item *i, size_t number, const struct report_sessions *r)
{
	const struct entry *e = report_sessions_find(r, json_str(i->j, "session"));
	const char *reason = json_str(i->j, "reason");

	text_printf(t, "<details id=\"i%zu\"%s><summary>", number, i->outcome > OUTCOME_DONE ? " open" : "");
	markup_puts(t, i->task);
	text_puts(t, ": ");
	markup_puts(t, i->result);
	text_puts(t, "</summary>\n");
	if (e != NULL)
		put_session(o, t, i, e);
	else if (reason != NULL) {
		text_puts(t, "<p class=\"bad\">");
		markup_puts(t, reason);
		text_puts(t, "</p>\n");
	}
	text_puts(t, "</details>\n");
}
