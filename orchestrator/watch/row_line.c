/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "orchestrator/session/registry.h"
#include "orchestrator/watch/row_line.h"
#include "proto/base/array.h"
#include "proto/base/clock.h"
#include "proto/base/text.h"

#define NAME	16	/* columns of a line */
#define STEP	18
#define AGE	4

void
row_line(struct frame *f, const struct row *r, bool chosen, int64_t now)
{
	static const struct { const char *sign; enum ink ink; } looks[] = {
		[SECTION_QUESTIONS] = { "?", INK_ASK },
		[SECTION_STOPPED] = { "!", INK_BAD },
		[SECTION_STUCK] = { "!", INK_ASK },
		[SECTION_RUNNING] = { ">", INK_BUSY },
		[SECTION_READY] = { "=", INK_GOOD },
		[SECTION_OVER] = { "-", INK_QUIET },
	};
	ARRAY_WHOLE(looks, SECTIONS);
	const struct state *s = &r->e->state;
	int64_t since = s->ended_at != 0 ? s->ended_at : s->created_at;
	struct text t = { 0 }, one = { 0 };
	char age[32];

	text_printf(&t, " %s ", looks[r->section].sign);
	frame_column(&t, row_name(r), f->width < 100 ? NAME : NAME * 2);
	text_puts(&t, " ");
	row_step(&one, r);
	frame_column(&t, one.buf, STEP);
	/* seconds would need a clock */
	text_printf(&t, " %*s  ", AGE, since == 0 ? "-" : now - since < 60000 ? "<1m" : clock_age(now - since, age, sizeof(age)));
	text_clear(&one);
	row_note(&one, r);
	text_puts(&t, one.buf != NULL ? one.buf : "");
	frame_add(f, looks[r->section].ink, t.buf, 0);
	f->v[f->n - 1].chosen = chosen;
	text_free(&one);
	text_free(&t);
}
