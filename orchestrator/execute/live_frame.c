/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "orchestrator/execute/executor.h"
#include "orchestrator/execute/live_parts.h"
#include "orchestrator/session/ask.h"
#include "orchestrator/session/busy.h"
#include "orchestrator/session/headline.h"
#include "orchestrator/session/next.h"
#include "orchestrator/session/section.h"
#include "orchestrator/session/show_entry.h"
#include "orchestrator/view/block.h"
#include "orchestrator/view/page.h"
#include "orchestrator/view/show.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/alloc.h"
#include "proto/base/text.h"
#include "proto/session/layout.h"
#include "proto/sys/watch.h"

/* A session as it is listed. */
struct line { struct session_row *s; enum section section; };

static void
add_lists(const struct loop *l, struct text *t)
{
	bool any = false;
	size_t done;

	LOOP_LISTS(l, f) {
		done = 0;
		for (size_t i = 0; i < f->list.n; i++)
			done += f->list.v[i].status == TASK_COMPLETE;
		text_puts(t, any ? "; " : "");
		headline_list(t, f->list.name[0] != '\0' ? f->list.name : f->id, done, f->list.n);
		text_puts(t, " merged");
		any = true;
	}
	if (!any)
		text_printf(t, "%zu/%zu merged", l->merged, l->merged + l->table.n);
}

static void
header(const struct live *v, struct text *t)
{
	const struct loop *l = v->loop;
	const struct session_row *s;
	int64_t cost = v->cost;
	size_t running = 0;

	TAILQ_FOREACH(s, &l->table.all, all) {
		running += s->e.alive;
		if (s->e.error == NULL && (s->e.state.ended_at == 0 || s->e.state.ended_at >= l->began_at))
			cost += s->e.state.cost_microusd;
	}
	headline_title(t, l->o);
	text_puts(t, " · ");
	add_lists(l, t);
	headline_counts(t, running, show_minutes(l->began_at), cost);
	text_puts(t, l->interrupted ? "; interrupted, it starts no more sessions" : l->paused ? "; paused" : "");
}

static enum section
section_here(const struct loop *l, const struct session_row *s)
{
	if (s == l->merging)
		return SECTION_RUNNING;
	return s->blocked ? SECTION_STOPPED : section_of(&s->e, true);
}

/* Running sessions first, then sessions that need a person, then sessions that wait. */
static int
by_section(const void *a, const void *b)
{
	static const int order[SECTIONS] = { [SECTION_RUNNING] = 0, [SECTION_STUCK] = 1, [SECTION_STOPPED] = 2, [SECTION_READY] = 3 };
	const struct line *x = a, *y = b;
	int64_t p = x->s->e.state.created_at, q = y->s->e.state.created_at;

	if (order[x->section] != order[y->section])
		return order[x->section] < order[y->section] ? -1 : 1;
	return p != q ? (p > q ? 1 : -1) : strcmp(x->s->e.id, y->s->e.id);
}

/* The sessions with a line; the others have ended, or have a question, which has its own lines. */
static struct line *
collect(const struct loop *l, size_t *n)
{
	struct line *all = alloc_array(l->table.n, sizeof(*all));
	struct session_row *s;

	*n = 0;
	TAILQ_FOREACH(s, &l->table.all, all) {
		enum section section = section_here(l, s);

		if (section != SECTION_OVER && section != SECTION_QUESTIONS && s->open.n == 0 && !ask_blocked(&s->e))
			all[(*n)++] = (struct line){ s, section };
	}
	if (*n > 1)
		qsort(all, *n, sizeof(*all), by_section);
	return all;
}

/* Reads changed logs again; from the watch on, growth is reported again. */
static const char *
doing_of(const struct loop *l, struct session_row *s)
{
	char *gate;

	if (s->doing != NULL && !s->stale)
		return s->doing;
	watch_modified(&s->watch, s->e.path, true);
	s->stale = false;
	free(s->doing);
	s->doing = NULL;
	if (s == l->merging) {
		gate = busy_gate(&s->e, SESSION_FILE_MERGE_LOG, show_minutes);
		return s->doing = gate != NULL ? gate : text_format("%s", "");
	}
	return s->doing = busy_doing(&s->e, show_minutes);
}

static const char *
name_of(const struct session_row *s)
{
	return s->e.error != NULL || s->e.state.item[0] == '\0' ? s->e.id : s->e.state.item;
}

/* The reason why the session does not continue, and the command that helps. */
static char *
stopped(const struct session_row *s)
{
	const struct entry *e = &s->e;
	char *command = next_command(&next_rows(next_of(e, false))[0], name_of(s)), *text;

	text = text_format("%s%s%s", s->why != NULL ? s->why : e->error != NULL ? e->error : e->state.detail,
	    s->why != NULL || e->error != NULL || e->state.detail[0] != '\0' ? "; " : "", command);
	free(command);
	return text;
}

static void
add_line(const struct loop *l, const struct busy_columns *c, const struct line *one, const char *step, struct text *t)
{
	static const struct { const char *sign; enum tone tone; } looks[SECTIONS] = {
		[SECTION_STOPPED] = { "!", TONE_BAD },
		[SECTION_STUCK] = { "!", TONE_BAD },
		[SECTION_RUNNING] = { ">", TONE_BUSY },
		[SECTION_READY] = { "=", TONE_GOOD },
	};
	const struct entry *e = &one->s->e;
	char *why = one->section == SECTION_STOPPED || one->section == SECTION_STUCK ? stopped(one->s) : NULL;
	const char *doing = why != NULL ? why : one->section == SECTION_RUNNING ? doing_of(l, one->s) : "waits for its merge";

	text_puts(t, "\n");
	busy_line(t, c, e, &(struct busy_line){ looks[one->section].sign, name_of(one->s), step,
	    show_minutes(e->state.created_at), doing, looks[one->section].tone });
	free(why);
}

static void
sessions(const struct loop *l, const struct line *all, size_t n, struct text *t)
{
	size_t width = block_width(), most = width < 79 ? 14 : width < 119 ? 24 : 40, columns;
	char **steps = alloc_array(n, sizeof(char *));
	struct busy_columns c = { 0 };

	for (size_t i = 0; i < n; i++) {
		steps[i] = all[i].s == l->merging ? text_format("merge") : busy_step(&all[i].s->e);
		busy_measure(&c, &all[i].s->e, steps[i]);
		columns = page_columns(name_of(all[i].s));
		c.names = columns > most ? most : columns > c.names ? columns : c.names;
	}
	c.bars &= width >= 59;
	for (size_t i = 0; i < n; i++) {
		add_line(l, &c, &all[i], steps[i], t);
		free(steps[i]);
	}
	free(steps);
}

static size_t
lines_of(const char *s)
{
	size_t n = 0;

	for (; s != NULL && *s != '\0'; s++)
		n += *s == '\n';
	return n;
}

/* Appends the first lines of a text, with a newline before each. */
static void
add_first(struct text *t, const char *s, size_t lines)
{
	size_t n = 0;

	while (s != NULL && s[n] != '\0' && (s[n] != '\n' || lines-- > 0))
		n++;
	text_add(t, s != NULL ? s : "", n);
}

void
live_frame(struct live *v, struct text *t)
{
	size_t height = block_height(), n, fit, asked;
	struct text questions = { 0 }, prompt = { 0 };
	struct line *all = collect(v->loop, &n);

	v->prompts = height > 3;
	height = height > 3 ? height - 2 : 1;	/* leaves room for an event and the shell's line */
	header(v, t);
	live_questions(v, &questions);
	live_prompt(v, &prompt);
	asked = lines_of(questions.buf) + lines_of(prompt.buf);
	fit = height > 1 + asked ? height - 1 - asked : 0;
	if (n <= fit)
		sessions(v->loop, all, n, t);
	else if (fit > 0) {
		sessions(v->loop, all, fit - 1, t);
		text_printf(t, "\n     and %zu more: orchestrator status", n - (fit - 1));
	}
	n = lines_of(prompt.buf);
	add_first(t, questions.buf, height > 1 + n ? height - 1 - n : 0);
	add_first(t, prompt.buf, height > 1 ? n : 0);
	text_free(&questions);
	text_free(&prompt);
	free(all);
}
