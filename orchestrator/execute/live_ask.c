/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "orchestrator/execute/executor.h"
#include "orchestrator/execute/live_parts.h"
#include "orchestrator/session/ask.h"
#include "orchestrator/session/rule.h"
#include "orchestrator/view/block.h"
#include "orchestrator/view/page.h"
#include "orchestrator/view/show.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/alloc.h"
#include "proto/base/clock.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/json/record.h"
#include "proto/sys/file.h"

#define INSTANCE	"instance"	/* the name that commands accept */
#define MOST		16		/* questions; others come when these are answered */

/* Appends the lines of an item, each after a newline. */
static void
add_item(struct text *t, const char *lead, const char *text, size_t indent)
{
	struct text one = { 0 };

	page_item(&one, &(struct page_item){ lead, text, NULL }, indent, block_width());
	text_puts(t, "\n");
	text_add(t, one.buf, one.len - 1);	/* without its last newline */
	text_free(&one);
}

/* Joins the lines of a text. */
static void
flatten(struct text *t, const char *s)
{
	for (size_t n; *s != '\0'; s += n + (s[n] == '\n')) {
		n = strcspn(s, "\n");
		text_line(t, s, n);
		text_puts(t, s[n] == '\n' ? " " : "");
	}
}

static void
add_question(struct live *v, struct text *t, const struct asked *a, const struct question *q, const char *by_default)
{
	struct text lead = { 0 }, text = { 0 };
	char *label, *number;

	if (v->nasked == MOST)
		return;
	label = text_format("%s, %s", a->question[0] != '\0' ? "question" : "blocked", show_minutes(q->asked_at));
	v->asked[v->nasked++] = *a;
	text_puts(&lead, "  ");
	look_puts(&lead, TONE_ASK, "?");
	text_printf(&lead, "  %s  ", a->name);
	look_puts(&lead, TONE_ASK, label);
	text_puts(&lead, "  ");
	flatten(&text, q->text);
	if (by_default != NULL) {
		text_puts(&text, "  (");
		flatten(&text, by_default);
		text_puts(&text, ")");
	}
	add_item(t, lead.buf, text.buf, 5);
	for (size_t i = 0; i < q->options.n; i++) {
		number = text_format("     %zu) ", i + 1);
		text_clear(&text);
		text_puts(&text, "");
		flatten(&text, q->options.v[i]);
		add_item(t, number, text.buf, 8);
		free(number);
	}
	free(label);
	text_free(&lead);
	text_free(&text);
}

/* Adds the open questions of a session, or of execute itself.  name: NULL = the ids of the questions. */
static void
add_open(struct live *v, struct text *t, const struct entry *e, const char *name, const struct questions *qs)
{
	struct asked a = { 0 };
	char *by_default;

	if (questions_open(qs) > 1)
		name = NULL;

	for (const struct question *q = qs->q; q < qs->q + qs->n; q++) {
		if (q->status != QUESTION_OPEN)
			continue;
		strlcpy(a.session, e == NULL ? INSTANCE : e->id, sizeof(a.session));
		strlcpy(a.name, name == NULL ? q->id : name, sizeof(a.name));
		strlcpy(a.question, q->id, sizeof(a.question));
		by_default = e == NULL ? NULL : rule_default_text(e, q);
		add_question(v, t, &a, q, by_default);
		free(by_default);
	}
}

static bool
asks(const struct session_row *s)
{
	return s->open.n > 0 || s->e.state.blocked != NULL;
}

/* Does its item alone say which question is meant? */
static bool
is_clear(const struct loop *l, const struct session_row *s)
{
	const char *item = s->e.state.item;
	const struct session_row *o;

	TAILQ_FOREACH(o, &l->table.all, all)
		if (o != s && asks(o) && strcmp(o->e.state.item, item) == 0)
			return false;
	return strcmp(item, INSTANCE) != 0 && (s->open.n == 0 || s->e.state.blocked == NULL);
}

static void
add_session(struct live *v, struct text *t, const struct session_row *s)
{
	const struct entry *e = &s->e;
	const char *item = is_clear(v->loop, s) ? e->state.item : NULL;
	struct question blocked = { .text = e->state.blocked, .asked_at = e->state.ended_at };
	struct asked a = { 0 };
	struct questions qs = { 0 };
	char why[RECORD_ERR];
	int fd;

	if (e->error == NULL && ask_blocked(e)) {
		strlcpy(a.session, e->id, sizeof(a.session));
		strlcpy(a.name, item != NULL ? item : e->id, sizeof(a.name));
		add_question(v, t, &a, &blocked, NULL);
	}
	if (s->open.n == 0 || (fd = file_open_dir(AT_FDCWD, e->path)) == -1)
		return;
	if (questions_load(fd, &qs, why, sizeof(why)) == 0)
		add_open(v, t, e, item, &qs);
	questions_release(&qs);
	file_close(fd);
}

void
live_questions(struct live *v, struct text *t)
{
	const struct loop *l = v->loop;
	const struct session_row *s;

	if (v->asked == NULL)
		v->asked = alloc_array(MOST, sizeof(*v->asked));
	v->nasked = 0;
	if (l->executor != NULL)
		add_open(v, t, NULL, INSTANCE, &l->executor->ask.qs);
	TAILQ_FOREACH(s, &l->table.all, all)
		if (v->nasked < MOST && asks(s))
			add_session(v, t, s);
}

void
live_prompt(const struct live *v, struct text *t)
{
	struct text typed = { 0 };
	size_t lead, width = block_width(), skip = 0;
	char *label;

	if (v->nasked == 0)
		return;
	label = v->nasked == 1 ? text_format("answer %s> ", v->asked[0].name) :
	    text_format("answer, as \"%s 1\"> ", v->asked[0].name);
	text_puts(&typed, "");
	text_line(&typed, v->typed.line.buf != NULL ? v->typed.line.buf : "", v->typed.line.len);
	lead = page_columns(label);
	while (typed.buf[skip] != '\0' && lead + page_columns(typed.buf + skip) > width)	/* the end of the line is visible */
		skip += text_char(typed.buf + skip, strlen(typed.buf + skip), NULL) > 0 ?
		    text_char(typed.buf + skip, strlen(typed.buf + skip), NULL) : 1;
	text_puts(t, "\n");
	look_puts(t, TONE_ASK, label);
	text_puts(t, typed.buf + skip);
	text_free(&typed);
	free(label);
}

/* The answer after the name at the beginning of the line; NULL: the line does not begin with the name. */
static const char *
behind(const char *line, const char *name)
{
	size_t n = strlen(name);

	if (n == 0 || strncmp(line, name, n) != 0 || line[n] != ' ')
		return NULL;
	return line + n + strspn(line + n, " ");
}

const struct asked *
live_meant(const struct asked *all, size_t n, const char *line, const char **answer)
{
	for (size_t i = 0; n > 1 && i < n; i++)
		if ((*answer = behind(line, all[i].name)) != NULL || (*answer = behind(line, all[i].question)) != NULL)
			return &all[i];
	*answer = line;
	return n == 1 ? &all[0] : NULL;
}

bool
live_among(const struct asked *all, size_t n, const struct asked *one)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(all[i].session, one->session) == 0 && strcmp(all[i].question, one->question) == 0)
			return true;
	return false;
}

void
live_begun(struct live *v)
{
	if (v->seen == NULL)
		v->seen = alloc_array(MOST, sizeof(*v->seen));
	if (v->nasked > 0)
		memcpy(v->seen, v->asked, v->nasked * sizeof(*v->seen));
	v->nseen = v->nasked;
}

static void
say(const char *text)
{
	show_event(clock_wall(), TONE_ASK, text);
}

static void
start(struct live *v, const struct asked *a, const char *answer)
{
	const char *words[8] = { "-C", v->loop->o->dir, "answer", a->session };
	struct job j = { .title = text_format("answer %s", a->name) };
	size_t n = 4;

	if (a->question[0] != '\0')
		words[n++] = a->question;
	words[n] = answer;
	if (v->program == NULL || job_start(&v->jobs, &j, words) == -1) {
		log_warn("%s", j.title);
		free(j.title);
	}
}

void
live_answer(struct live *v)
{
	const char *answer;
	char *line = text_format("%s", v->typed.line.buf != NULL ? v->typed.line.buf : "");
	const struct asked *a;

	text_trim(line, strlen(line));
	a = live_meant(v->seen, v->nseen, line, &answer);
	if (*line == '\0')
		;
	else if (v->nasked == 0 && v->nseen == 0)
		say("no question is open; Ctrl-C ends execute, and the sessions continue");
	else if (a == NULL && v->nasked > 1)
		say("several questions are open; begin with the name of a question, then the answer");
	else if (a == NULL || !live_among(v->asked, v->nasked, a))
		say(v->nasked == 0 ? "the question is no longer open, so nothing was answered" :
		    "another question is open now, so nothing was answered; type the answer again");
	else
		start(v, a, answer);
	free(line);
}
