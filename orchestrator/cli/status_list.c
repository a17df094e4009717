/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "orchestrator/cli/status_listing.h"
#include "orchestrator/session/busy.h"
#include "orchestrator/session/registry.h"
#include "orchestrator/session/show_entry.h"
#include "orchestrator/session/work.h"
#include "orchestrator/view/look.h"
#include "orchestrator/view/page.h"
#include "orchestrator/view/show.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/alloc.h"
#include "proto/base/text.h"

/* "  >  slow-report  implement 12/20 [bar]  12m  -> Bash: npm test" */
static void
running(const struct listing *g, const struct listed *l)
{
	char *step = busy_step(l->e), *doing = busy_doing(l->e, show_age);
	struct text t = { 0 };

	busy_line(&t, &g->columns, l->e, &(struct busy_line){ ">", listing_name(l), step, show_age(l->e->state.created_at), doing,
	    TONE_BUSY });
	show_cut(t.buf);
	text_free(&t);
	free(step);
	free(doing);
}

static void
ready(const struct listing *g)
{
	struct text lead = { 0 }, names = { 0 };
	char *title = text_format("READY TO MERGE (%zu)", g->count[SECTION_READY]);

	look_puts(&lead, TONE_HEAD, title);
	text_puts(&lead, "  ");
	for (size_t i = 0; i < g->n; i++)
		if (g->all[i].section == SECTION_READY)
			text_printf(&names, "%s%s%s", names.len > 0 ? " " : "", listing_name(&g->all[i]),
			    strcmp(g->all[i].e->state.reason, "not-reviewed") == 0 ? " (not reviewed)" : "");
	show_item(&(struct page_item){ lead.buf, names.buf, "orchestrator merge" }, 2);
	text_free(&lead);
	text_free(&names);
	free(title);
}

static void
over(const struct listing *g, const struct listed *l)
{
	const struct state *s = &l->e->state;
	enum status_outcome outcome = status_traits(s->status)->outcome;
	struct text t = { 0 };

	text_puts(&t, "  ");
	look_puts(&t, outcome == OUTCOME_DONE ? TONE_GOOD : outcome == OUTCOME_FAILED ? TONE_BAD : TONE_QUIET,
	    outcome == OUTCOME_DONE ? "✓" : outcome == OUTCOME_FAILED ? "✗" : "-");
	text_puts(&t, "  ");
	page_column(&t, listing_name(l), g->columns.names);
	text_printf(&t, "  %-10s %4s  ", show_status(l->e), show_age(s->ended_at != 0 ? s->ended_at : s->created_at));
	if (l->e->error != NULL)
		text_line(&t, l->e->error, strlen(l->e->error));
	else if (strcmp(s->reason, status_name(s->status)) != 0) {
		text_line(&t, s->reason, strlen(s->reason));
		text_puts(&t, s->detail[0] != '\0' ? ": " : "");
	}
	text_line(&t, s->detail, strlen(s->detail));
	show_cut(t.buf);
	text_free(&t);
}

/* How wide the columns of names and steps are; sessions that are not listed do not count. */
static void
measure(struct listing *g)
{
	size_t most = look_width() < 80 ? 14 : look_width() < 120 ? 24 : 40, n;
	char *step;

	for (size_t i = 0; i < g->n; i++) {
		const struct listed *l = &g->all[i];

		if (l->section == SECTION_READY || (l->section == SECTION_OVER && !g->v->all))
			continue;
		n = page_columns(listing_name(l));
		g->columns.names = n > most ? most : n > g->columns.names ? n : g->columns.names;
		if (l->section != SECTION_RUNNING)
			continue;
		step = busy_step(l->e);
		busy_measure(&g->columns, l->e, step);
		free(step);
	}
}

/* Takes the sessions that are to be listed. */
static void
collect(struct listing *g, const bool *superseded)
{
	const struct status_view *v = g->v;

	g->all = alloc_array(v->es->n + 1, sizeof(*g->all));
	for (size_t i = 0; i < v->es->n; i++) {
		struct listed *l = &g->all[g->n];
		const struct entry *e = &v->es->v[i];

		if (superseded[i] && !v->all)
			continue;
		*l = (struct listed){ e, superseded[i] ? SECTION_OVER : section_of(e, v->execute != NULL), NULL, superseded[i] };
		if ((l->section == SECTION_READY || l->section == SECTION_STOPPED) && (l->surplus = work_surplus(v->o, e)) != NULL &&
		    l->section == SECTION_READY)
			l->section = SECTION_STUCK;
		g->count[l->section]++;
		g->n++;
	}
}

static void
print_over(struct listing *g, const bool *superseded)
{
	struct text t = { 0 };

	if (g->v->all) {
		if (g->count[SECTION_OVER] > 0)
			listing_heading("OVER", g->count[SECTION_OVER]);
		for (size_t i = g->n; i-- > 0;)
			if (g->all[i].section == SECTION_OVER)
				over(g, &g->all[i]);
		return;
	}
	over_text(&t, g->v->es, superseded, g->v->older, g->v->since, g->v->when);
	if (t.len > 0)
		show_item(&(struct page_item){ t.buf, NULL, "orchestrator status --all" }, 2);
	text_free(&t);
}

void
status_list(const struct status_view *v)
{
	struct listing g = { .v = v };
	bool *superseded = superseded_of(v->es);

	collect(&g, superseded);
	measure(&g);
	listing_needs(&g);
	if (g.count[SECTION_RUNNING] > 0)
		listing_heading("RUNNING", 0);
	for (size_t i = 0; i < g.n; i++)
		if (g.all[i].section == SECTION_RUNNING)
			running(&g, &g.all[i]);
	if (g.count[SECTION_READY] > 0)
		ready(&g);
	print_over(&g, superseded);
	if (v->es->n + v->older == 0)
		show_item(&(struct page_item){ "", v->filtered ? "no such sessions" : "no sessions; orchestrator dispatch ITEM starts one",
		    NULL }, 2);
	for (size_t i = 0; i < g.n; i++)
		free(g.all[i].surplus);
	free(g.all);
	free(superseded);
}
