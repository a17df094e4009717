/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "orchestrator/view/show.h"
#include "orchestrator/watch/keys.h"
#include "orchestrator/watch/row_line.h"
#include "orchestrator/watch/viewer.h"
#include "proto/base/clock.h"
#include "proto/base/strings.h"

/* "proj  [bar] 7/10 merged; execute works on migration" */
static void
add_head(const struct viewer *v, struct frame *f)
{
	const char *top = v->o.repo.top != NULL ? v->o.repo.top : v->o.repo.common, *name = strrchr(top, '/');
	const struct model *m = &v->model;
	struct text t = { 0 };
	bool lists = m->lists != NULL;
	size_t done = lists ? m->done : v->rows.done, total = lists ? m->total : v->rows.total;

	text_printf(&t, "%s  ", name != NULL && name[1] != '\0' ? name + 1 : top);
	if (total > 0) {
		show_bar(&t, (int64_t)done, (int64_t)total, 20);
		text_printf(&t, " %zu/%zu %s  ", done, total, lists ? "done" : "merged");
	}
	text_puts(&t, m->executing ? "execute " : "execute is not running");
	if (m->executing)
		text_printf(&t, "%s%s", lists ? "works on " : "attends the sessions", lists ? m->lists : "");
	frame_add(f, INK_HEAD, t.buf, 0);
	text_clear(&t);
	rows_summary(&t, &v->rows);
	if (v->filter != NULL)
		text_printf(&t, "; only those with: %s", v->filter);
	frame_add(f, INK_PLAIN, t.buf, 0);
	text_free(&t);
}

static void
add_alerts(const struct viewer *v, struct frame *f)
{
	struct strings alerts = { 0 };

	model_alerts(&v->model, &alerts);
	for (size_t i = 0; i < alerts.n; i++)
		frame_add(f, INK_ASK, alerts.v[i], 0);
	frame_add(f, INK_PLAIN, "", 0);
	strings_free(&alerts);
}

static void
add_rows(struct viewer *v, struct frame *f, size_t height)
{
	size_t room = height > f->n ? height - f->n : 1, at = 0;

	for (size_t i = 0; i < v->rows.n; i++)
		if (strcmp(v->rows.v[i].e->id, v->chosen) == 0)
			at = i;
	if (v->first + room > v->rows.n)
		v->first = v->rows.n > room ? v->rows.n - room : 0;
	if (at < v->first)
		v->first = at;
	if (at >= v->first + room)
		v->first = at - room + 1;
	for (size_t i = v->first; i < v->rows.n && i < v->first + room; i++)
		row_line(f, &v->rows.v[i], i == at, clock_wall());
	if (v->rows.n > 0)
		return;
	if (v->filter != NULL)
		frame_add(f, INK_PLAIN, "no session has that text; Esc shows all", 0);
	else if (v->rows.count[SECTION_OVER] > 0)
		frame_add(f, INK_PLAIN, "nothing is under way; o shows what is over", 0);
	else
		frame_add(f, INK_PLAIN, "no sessions; orchestrator dispatch ITEM starts one, execute LIST a list", 0);
}

/* The prompt, with the end of a long text; a message; or the keys. */
static int
add_last(const struct viewer *v, struct frame *f)
{
	const struct prompt *p = &v->prompt;
	struct text t = { 0 };
	size_t columns = 0;

	if (p->label != NULL) {
		text_puts(&t, p->label);
		text_line(&t, p->text.buf, p->text.len);
		columns = frame_columns(t.buf);
		frame_add(f, INK_HEAD, t.buf, columns > f->width - 1 ? columns - (f->width - 1) : 0);
	} else if (v->message != NULL)
		frame_add(f, INK_HEAD, v->message, 0);
	else {
		keys_hint(v, &t);
		frame_add(f, INK_QUIET, t.buf != NULL ? t.buf : "", 0);
	}
	text_free(&t);
	return p->label == NULL ? -1 : (int)(columns > f->width - 1 ? f->width - 1 : columns);
}

void
viewer_frame(struct viewer *v, struct frame *f, int *cursor)
{
	size_t height = v->height > 1 ? v->height - 1 : 1;

	f->width = v->width;
	if (v->pager.title != NULL)
		pager_frame(&v->pager, f, height);
	else {
		add_head(v, f);
		add_alerts(v, f);
		add_rows(v, f, height);
		frame_pad(f, height);
	}
	*cursor = add_last(v, f);
}
