/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <time.h>

#include "orchestrator/cli/report_sessions.h"
#include "orchestrator/cli/report_svg.h"
#include "orchestrator/session/facts.h"
#include "orchestrator/session/show_entry.h"
#include "orchestrator/session/spans.h"
#include "orchestrator/view/markup.h"
#include "orchestrator/view/page.h"
#include "proto/base/array.h"
#include "proto/base/clock.h"
#include "proto/base/text.h"

/* In units of the picture; the browser scales it. */
#define WIDTH	1000
#define LEFT	190	/* margin for names */
#define RIGHT	30	/* margin for the mark at the end */
#define ROW	20
#define HEAD	34	/* margin for the times */
#define FOOT	52	/* margin for the legend */
#define NAME	26	/* columns */
#define TICKS	8	/* at most */

#define SECOND	INT64_C(1000)
#define MINUTE	(60 * SECOND)
#define HOUR	(60 * MINUTE)
#define DAY	(24 * HOUR)

/* Spans differ in pattern and in colour, since some readers see only one of them. */
enum look { LOOK_RUN, LOOK_REVIEW, LOOK_GATE, LOOK_BAD, LOOK_WAIT, LOOK_READY, LOOKS };
static const struct { const char *id, *what, *lines; } looks[] = {
	[LOOK_RUN] = { "run", "agent at work", "" },
	[LOOK_REVIEW] = { "review", "review", "M-1 7L7-1" },
	[LOOK_GATE] = { "gate", "gate", "M3 0V6" },
	[LOOK_BAD] = { "bad", "failed run or gate", "M-1-1L7 7" },
	[LOOK_WAIT] = { "wait", "waits for an answer", "M0 3H6" },
	[LOOK_READY] = { "ready", "approved, waits for the merge", "M-1 7L7-1M-1-1L7 7" },
};
ARRAY_WHOLE(looks, LOOKS);

static const char style[] =
    "<style>.timeline{--text:#1f2328;--quiet:#59636e;--line:#d1d9e0;--bar:#e4e8ec;--lines:#fff;--run:#0969da;--review:#8250df;"
    "--gate:#1a7f37;--bad:#cf222e;--wait:#9a6700;--ready:#59636e;font:12px system-ui,sans-serif}"
    "@media(prefers-color-scheme:dark){.timeline{--text:#f0f6fc;--quiet:#9198a1;--line:#3d444d;--bar:#262c36;--lines:#0d1117;"
    "--run:#4493f8;--review:#ab7df8;--gate:#3fb950;--bad:#f85149;--wait:#d29922;--ready:#9198a1}}"
    ".timeline text{fill:var(--text)}.timeline .quiet{fill:var(--quiet)}.timeline .tick{stroke:var(--line)}"
    ".timeline .bar{fill:var(--bar)}.timeline .lines{stroke:var(--lines);stroke-width:1.5;fill:none}"
    ".timeline .f-run{fill:var(--run)}.timeline .f-review{fill:var(--review)}.timeline .f-gate{fill:var(--gate)}"
    ".timeline .f-bad{fill:var(--bad)}.timeline .f-wait{fill:var(--wait)}.timeline .f-ready{fill:var(--ready)}</style>\n";

struct chart {
	struct text	*t;
	int64_t		 from, to, now;	/* wall ms */
	size_t		 rows;
};

static double
x_of(const struct chart *c, int64_t at)
{
	return LEFT + (double)(at - c->from) * (WIDTH - LEFT - RIGHT) / (double)(c->to - c->from);
}

static void
put_patterns(struct text *t)
{
	text_puts(t, "<defs>");
	for (int i = 0; i < LOOKS; i++)
		text_printf(t, "<pattern id=\"p-%s\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\"><rect class=\"f-%s\" "
		    "width=\"6\" height=\"6\"/><path class=\"lines\" d=\"%s\"/></pattern>", looks[i].id, looks[i].id, looks[i].lines);
	text_puts(t, "</defs>\n");
}

static int64_t
step_for(int64_t range)
{
	static const int64_t steps[] = { SECOND, 2 * SECOND, 5 * SECOND, 10 * SECOND, 30 * SECOND, MINUTE, 2 * MINUTE, 5 * MINUTE,
		10 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 2 * DAY, 7 * DAY };

	for (size_t i = 0; i < ARRAY_LEN(steps); i++)
		if (range / steps[i] <= TICKS)
			return steps[i];
	return (range / TICKS / DAY + 1) * DAY;
}

/* Times at whole steps of the local day. */
static void
put_times(const struct chart *c)
{
	int64_t step = step_for(c->to - c->from), first;
	time_t s = (time_t)(c->from / 1000);
	struct tm tm = { 0 };
	char at[32];

	localtime_r(&s, &tm);
	first = c->from + tm.tm_gmtoff * SECOND;
	first += (step - first % step) % step - tm.tm_gmtoff * SECOND;
	for (int64_t ms = first; ms <= c->to; ms += step) {
		s = (time_t)(ms / 1000);
		if (localtime_r(&s, &tm) == NULL || strftime(at, sizeof(at),
		    c->to - c->from > DAY ? "%m-%d %H:%M" : step < MINUTE ? "%H:%M:%S" : "%H:%M", &tm) == 0)
			continue;
		text_printf(c->t, "<path class=\"tick\" d=\"M%.1f %dV%zu\"/><text class=\"quiet\" x=\"%.1f\" y=\"16\" "
		    "text-anchor=\"middle\">%s</text>\n", x_of(c, ms), HEAD - 12, HEAD + c->rows * ROW, x_of(c, ms), at);
	}
}

static enum look
look_of(const struct span *s)
{
	switch (s->kind) {
	case SPAN_RUN:
		return *s->error != '\0' ? LOOK_BAD : s->run->role > ROLE_IMPLEMENTER ? LOOK_REVIEW : LOOK_RUN;
	case SPAN_GATE:
		return *s->error != '\0' ? LOOK_BAD : LOOK_GATE;
	case SPAN_WAIT:
		return LOOK_WAIT;
	case SPAN_READY:
		return LOOK_READY;
	case SPAN_SESSION:
	case SPAN_KINDS:
		break;
	}
	return LOOKS;
}

/* "gate unit: exit status 2, 3 min" */
static void
put_title(struct text *t, const struct span *s, enum look look)
{
	char took[CLOCK_TEXT];

	text_puts(t, "<title>");
	text_puts(t, s->kind == SPAN_GATE ? "gate " : "");
	markup_puts(t, *s->name != '\0' ? s->name : looks[look].what);
	if (*s->error != '\0') {
		text_puts(t, ": ");
		markup_puts(t, s->message != NULL && *s->message != '\0' ? s->message : s->error);
	}
	text_printf(t, ", %s</title>", clock_took(s->to - s->from, took, sizeof(took)));
}

static void
put_span(const struct chart *c, const struct span *s, size_t y)
{
	enum look look = look_of(s);
	double x = x_of(c, s->from), width = x_of(c, s->to) - x;

	text_printf(c->t, "<rect class=\"%s\" x=\"%.1f\" y=\"%zu\" width=\"%.1f\" height=\"%d\"", look == LOOKS ? "bar" : looks[look].id, x,
	    y + (look == LOOKS ? 6 : 3), width > 1 ? width : 1, look == LOOKS ? ROW - 12 : ROW - 6);
	if (look == LOOKS) {
		text_puts(c->t, "/>");
		return;
	}
	text_printf(c->t, " fill=\"url(#p-%s)\">", looks[look].id);
	put_title(c->t, s, look);
	text_puts(c->t, "</rect>");
}

static void
put_name(const struct chart *c, const struct entry *e, size_t y)
{
	char *name = e->state.attempt > 1 ? text_format("%s, attempt %lld", e->state.item, (long long)e->state.attempt) :
	    text_format("%s", e->state.item), took[CLOCK_TEXT];
	int64_t end = e->state.ended_at != 0 ? e->state.ended_at : c->now;
	struct text cut = { 0 };

	page_cut(&cut, name, NAME);
	text_puts(c->t, "<title>");
	markup_puts(c->t, name);
	text_printf(c->t, ": %s, %s</title><text x=\"%d\" y=\"%zu\" text-anchor=\"end\">", show_status(e),
	    clock_took(end - e->state.created_at, took, sizeof(took)), LEFT - 8, y + 14);
	markup_puts(c->t, cut.buf != NULL ? cut.buf : "");
	text_puts(c->t, "</text>");
	text_free(&cut);
	free(name);
}

static void
put_session(const struct chart *c, const struct entry *e, size_t y)
{
	enum status status = e->state.status;
	const char *mark = status_done(status) ? "\u2713" : status_ended(status) ? "\u2717" : "";
	struct spans all;
	struct facts f;

	facts_records(e, &f);
	spans_of(&f, c->now, &all);
	text_puts(c->t, "<g>");
	put_name(c, e, y);
	for (size_t i = 0; i < all.n; i++)
		put_span(c, &all.v[i], y);
	text_printf(c->t, "<text x=\"%.1f\" y=\"%zu\">%s</text></g>\n", x_of(c, all.v[0].to) + 4, y + 14, mark);
	spans_free(&all);
	facts_release(&f);
}

static void
put_legend(const struct chart *c, size_t left_out)
{
	size_t y = HEAD + c->rows * ROW + 12;

	for (int i = 0; i < LOOKS; i++) {
		int x = LEFT + i % 3 * 260;
		size_t top = y + (size_t)(i / 3) * ROW;

		text_printf(c->t, "<rect x=\"%d\" y=\"%zu\" width=\"22\" height=\"12\" fill=\"url(#p-%s)\"/>"
		    "<text x=\"%d\" y=\"%zu\">%s</text>\n", x, top, looks[i].id, x + 28, top + 10, looks[i].what);
	}
	if (left_out > 0)
		text_printf(c->t, "<text class=\"quiet\" x=\"0\" y=\"%zu\">and %zu more: orchestrator status --all</text>\n",
		    y + 10, left_out);
}

void
report_svg(struct text *t, const struct report_sessions *r, int64_t now)
{
	struct chart c = { .t = t, .now = now, .rows = r->n < REPORT_SVG_ROWS ? r->n : REPORT_SVG_ROWS };
	size_t height = HEAD + c.rows * ROW + FOOT;

	c.from = r->n > 0 ? r->v[0].state.created_at : now;
	for (size_t i = 0; i < c.rows; i++) {
		int64_t end = r->v[i].state.ended_at != 0 ? r->v[i].state.ended_at : now;

		c.to = end > c.to ? end : c.to;
	}
	if (c.to <= c.from)
		c.to = c.from + SECOND;
	text_printf(t, "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"timeline\" role=\"img\" aria-label=\"Timeline of %zu session%s\" "
	    "viewBox=\"0 0 %d %zu\" width=\"%d\" height=\"%zu\">\n", r->n, r->n == 1 ? "" : "s", WIDTH, height, WIDTH, height);
	text_puts(t, style);
	put_patterns(t);
	put_times(&c);
	for (size_t i = 0; i < c.rows; i++)
		put_session(&c, &r->v[i], HEAD + i * ROW);
	put_legend(&c, r->n - c.rows);
	text_puts(t, "</svg>\n");
}
