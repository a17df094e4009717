/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <err.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "orchestrator/session/registry.h"
#include "orchestrator/session/section.h"
#include "orchestrator/session/show_entry.h"
#include "orchestrator/model/rows.h"
#include "proto/base/text.h"

void
rows_add(struct rows *r, const struct entry *e, const char *note)
{
	if ((r->v = reallocarray(r->v, r->n + 1, sizeof(*r->v))) == NULL)
		err(EX_OSERR, NULL);
	r->v[r->n++] = (struct row){ .e = e, .note = note };
}

void
rows_release(struct rows *r)
{
	free(r->v);
	memset(r, 0, sizeof(*r));
}

static enum section
row_section(const struct entry *e, bool executing)
{
	/* execute itself, which asks */
	return !e->archived && e->error == NULL && e->state.item[0] == '\0' ? SECTION_QUESTIONS : section_of(e, executing);
}

/* By item, the newest attempt first. */
static int
by_item(const void *a, const void *b)
{
	const struct row *x = a, *y = b;
	int order = strcmp(x->e->state.item, y->e->state.item);

	return order != 0 ? order : (x->e->state.created_at < y->e->state.created_at) - (x->e->state.created_at > y->e->state.created_at);
}

/* The most urgent first, then the oldest; of those that are over, the newest. */
static int
by_section(const void *a, const void *b)
{
	const struct row *x = a, *y = b;
	int64_t p = x->e->state.created_at, q = y->e->state.created_at;
	int order = x->section == SECTION_OVER ? (p < q) - (p > q) : (p > q) - (p < q);

	if (x->section != y->section)
		return x->section < y->section ? -1 : 1;
	return order != 0 ? order : strcmp(x->e->id, y->e->id);
}

static bool
is_wanted(const struct row *r, const struct rows_look *look)
{
	if (r->section == SECTION_OVER && !look->over)
		return false;
	return look->filter == NULL || strcasestr(r->e->id, look->filter) != NULL || strstr(show_status(r->e), look->filter) != NULL ||
	    (r->note != NULL && strcasestr(r->note, look->filter) != NULL);
}

void
rows_settle(struct rows *r, const struct rows_look *look)
{
	size_t kept = 0;

	if (r->n > 1)
		qsort(r->v, r->n, sizeof(*r->v), by_item);
	for (size_t i = 0; i < r->n; i++) {
		struct row *row = &r->v[i];
		const struct entry *e = row->e;

		row->earlier = i > 0 && e->error == NULL && status_undone(e->state.status) &&
		    strcmp(e->state.item, row[-1].e->state.item) == 0;
		row->section = row->earlier ? SECTION_OVER : row_section(e, look->executing);
		if (row->earlier)
			continue;
		r->count[row->section]++;
		r->total += e->state.item[0] != '\0';
		r->done += e->error == NULL && status_done(e->state.status);
	}
	for (size_t i = 0; i < r->n; i++)
		if (is_wanted(&r->v[i], look))
			r->v[kept++] = r->v[i];
	r->n = kept;
	if (r->n > 1)
		qsort(r->v, r->n, sizeof(*r->v), by_section);
}

const char *
row_name(const struct row *r)
{
	const struct state *s = &r->e->state;

	if (r->e->error != NULL || r->earlier)
		return r->e->id;
	return s->item[0] == '\0' ? "instance" : s->item;
}

void
row_step(struct text *t, const struct row *r)
{
	const struct state *s = &r->e->state;

	if (s->item[0] == '\0' && r->e->error == NULL)
		text_puts(t, "execute asks");
	else if (r->section == SECTION_QUESTIONS)
		text_puts(t, "question");
	else
		text_puts(t, r->section == SECTION_RUNNING && !entry_dead(r->e) ? step_name(s->step) : show_status(r->e));
	if (s->round > 1 && r->section == SECTION_RUNNING)
		text_printf(t, "/%jd", (intmax_t)s->round);
	if (s->tasks_total > 0 && r->section < SECTION_READY)
		text_printf(t, " %jd/%jd", (intmax_t)s->tasks_done, (intmax_t)s->tasks_total);
}

void
row_note(struct text *t, const struct row *r)
{
	const struct state *s = &r->e->state;

	if (r->e->error != NULL)
		text_puts(t, r->e->error);
	else if (r->note != NULL)
		text_puts(t, r->note);
	else if (entry_dead(r->e))
		text_puts(t, r->section == SECTION_RUNNING ? "execute starts it" : "orchestrator execute starts it");
	else if (status_live(s->status) && r->e->paused)
		text_printf(t, "orchestrator resume %s continues it", s->item);
	else if (s->nconflicts > 0 && r->section == SECTION_STOPPED)
		text_puts(t, s->conflicts[0].path);
	else if (s->blocked != NULL)
		text_puts(t, s->blocked);
	else if (s->detail[0] != '\0' && !status_live(s->status))
		text_puts(t, s->detail);
	else if (s->notice[0] != '\0' && status_live(s->status))
		text_puts(t, s->notice);
	else if (s->note != NULL)
		text_puts(t, s->note);
}

void
rows_summary(struct text *t, const struct rows *r)
{
	size_t n = r->count[SECTION_QUESTIONS] + r->count[SECTION_STOPPED] + r->count[SECTION_STUCK];

	text_printf(t, "%zu need%s you, %zu running, %zu ready to merge, %zu over", n, n == 1 ? "s" : "", r->count[SECTION_RUNNING],
	    r->count[SECTION_READY], r->count[SECTION_OVER]);
}
