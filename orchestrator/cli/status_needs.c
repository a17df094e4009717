/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "orchestrator/cli/status_listing.h"
#include "orchestrator/session/ask.h"
#include "orchestrator/session/next.h"
#include "orchestrator/session/registry.h"
#include "orchestrator/session/rule.h"
#include "orchestrator/session/show_entry.h"
#include "orchestrator/view/look.h"
#include "orchestrator/view/page.h"
#include "orchestrator/view/show.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/text.h"
#include "proto/json/record.h"
#include "proto/record/question.h"
#include "proto/sys/file.h"

const char *
listing_name(const struct listed *l)
{
	return l->superseded || l->e->state.item[0] == '\0' ? l->e->id : l->e->state.item;
}

void
listing_heading(const char *title, size_t n)
{
	struct text t = { 0 };
	char *line = n > 0 ? text_format("%s (%zu)", title, n) : text_format("%s", title);

	look_puts(&t, TONE_HEAD, line);
	show_cut(t.buf);
	text_free(&t);
	free(line);
}

/* "  ?  ask-tax      question, 3m  TEXT  orchestrator answer ask-tax" */
static void
needs(struct listing *g, const char *name, enum tone tone, const char *label, const char *text, const char *command)
{
	struct text lead = { 0 }, line = { 0 };

	if (!g->headed)
		listing_heading("NEEDS YOU", 0);
	g->headed = true;
	text_puts(&lead, "  ");
	look_puts(&lead, tone, tone == TONE_ASK ? "?" : "!");
	text_puts(&lead, "  ");
	page_column(&lead, name, g->columns.names);
	text_puts(&lead, "  ");
	look_puts(&lead, tone, label);
	text_puts(&lead, "  ");
	for (size_t i = 0, n; text[i] != '\0'; i += n + (text[i + n] == '\n')) {
		n = strcspn(text + i, "\n");
		text_line(&line, text + i, n);
		text_puts(&line, text[i + n] == '\n' ? " " : "");
	}
	show_item(&(struct page_item){ lead.buf, line.buf, command }, 5);
	text_free(&lead);
	text_free(&line);
}

static void
needs_session(struct listing *g, const struct listed *l, const char *label, const char *text)
{
	char *command = next_command(&next_rows(next_of(l->e, l->surplus != NULL))[0], listing_name(l));

	needs(g, listing_name(l), TONE_BAD, label, text, command);
	free(command);
}

static void
one_question(struct listing *g, const struct entry *e, const char *name, const struct question *q)
{
	char *label = text_format("question, %s", show_age(q->asked_at)), *command = text_format("orchestrator answer %s", name);
	char *by_default = *e->state.item != '\0' ? rule_default_text(e, q) : NULL;
	struct text t = { 0 };

	text_puts(&t, q->text);
	for (size_t i = 0; i < q->options.n; i++)
		text_printf(&t, "%s%zu) %s", i == 0 ? "  " : " ", i + 1, q->options.v[i]);
	if (by_default != NULL)
		text_printf(&t, "  (%s)", by_default);
	needs(g, name, TONE_ASK, label, t.buf, command);
	text_free(&t);
	free(by_default);
	free(label);
	free(command);
}

static void
questions(struct listing *g, const struct entry *e, const char *name)
{
	struct questions qs = { 0 };
	char why[RECORD_ERR];
	int fd = file_open_dir(AT_FDCWD, e->path);

	if (fd != -1 && questions_load(fd, &qs, why, sizeof(why)) == -1)
		needs(g, name, TONE_ASK, "question", why, NULL);
	for (size_t i = 0; i < qs.n; i++)
		if (qs.q[i].status == QUESTION_OPEN)
			one_question(g, e, name, &qs.q[i]);
	questions_release(&qs);
	file_close(fd);
}

/* Those of execute itself. */
static void
instance_questions(struct listing *g)
{
	struct entry e;

	if (g->v->o->instance == NULL || g->v->filtered)
		return;
	ask_entry(&e, g->v->o->instance, false);
	questions(g, &e, "instance");
	entry_release(&e);
}

static void
stopped(struct listing *g, const struct listed *l)
{
	const struct state *s = &l->e->state;
	struct text t = { 0 };
	char *label = text_format("%s, %s", ask_blocked(l->e) ? "blocked" : show_status(l->e),
	    show_age(s->ended_at != 0 ? s->ended_at : s->updated_at));

	for (size_t i = 0; i < s->nconflicts; i++)
		text_printf(&t, "%s%s", i > 0 ? " " : "", s->conflicts[i].path);
	if (t.len == 0 && ask_blocked(l->e))
		text_puts(&t, s->blocked);
	else if (t.len == 0)
		text_puts(&t, s->detail);
	if (l->surplus != NULL)
		text_printf(&t, "%snot judged: %s", t.len > 0 ? "; " : "", l->surplus);
	needs_session(g, l, label, t.buf);
	text_free(&t);
	free(label);
}

static void
stuck(struct listing *g, const struct listed *l)
{
	const struct entry *e = l->e;

	if (e->error != NULL)
		needs_session(g, l, show_status(e), e->error);
	else if (l->surplus != NULL)
		needs_session(g, l, "not judged", l->surplus);
	else if (e->state.merging.target[0] != '\0')
		needs_session(g, l, "merging", "its merge was interrupted");
	else if (entry_dead(e))
		needs_session(g, l, show_status(e), e->begun ? "no worker is running" : "no worker has taken it yet");
	else
		needs_session(g, l, "paused", step_name(e->state.step));
}

static void
session_questions(struct listing *g, const struct listed *l)
{
	questions(g, l->e, listing_name(l));
}

static void
each(struct listing *g, enum section section, void (*print)(struct listing *, const struct listed *))
{
	for (size_t i = 0; i < g->n; i++)
		if (g->all[i].section == section)
			print(g, &g->all[i]);
}

void
listing_needs(struct listing *g)
{
	instance_questions(g);
	each(g, SECTION_QUESTIONS, session_questions);
	each(g, SECTION_STOPPED, stopped);
	each(g, SECTION_STUCK, stuck);
}
