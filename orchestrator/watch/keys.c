/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "orchestrator/session/ask.h"
#include "orchestrator/watch/keys.h"
#include "orchestrator/watch/screen.h"
#include "orchestrator/watch/viewer.h"
#include "proto/json/record.h"
#include "proto/sys/file.h"

#define PAGE	1000000		/* lines: of a screen */
#define ALL	2000000
#define BIT(section)	(1u << SECTION_##section)
#define LIVE	(BIT(QUESTIONS) | BIT(STUCK) | BIT(RUNNING))
#define ENDED	(BIT(STOPPED) | BIT(OVER))

static void
move(struct viewer *v, const struct key *k)
{
	long page = v->height > 4 ? (long)v->height - 3 : 1, lines = k->lines;

	viewer_move(v, lines == PAGE ? page : lines == -PAGE ? -page : lines);
}

static void
side(struct viewer *v, const struct key *k)
{
	long to = (long)v->pager.side + k->lines;

	v->pager.side = to < 0 ? 0 : (size_t)to;
}

static void
open_log(struct viewer *v, const struct key *k)
{
	const struct entry *e = viewer_session(v, NULL);

	(void)k;
	if (e != NULL && e->state.item[0] != '\0')
		viewer_log(v, e);
}

static void
open_questions(struct viewer *v, const struct key *k)
{
	const struct entry *e = viewer_session(v, NULL);

	(void)k;
	if (e != NULL)
		viewer_questions(v, e);
}

/* The output of a command fills the pager. */
static void
show(struct viewer *v, const struct key *k)
{
	const char *name, *words[] = { k->command, "--", NULL, NULL };
	const struct entry *e = viewer_session(v, &name);

	if (e == NULL)
		return;
	words[2] = e->id;
	viewer_run(v, e->id, name, true, words);
}

static void
show_last(struct viewer *v, const struct key *k)
{
	(void)k;
	if (v->last == NULL)
		return;
	viewer_show(v, "", text_format("the last command"), v->last);
}

static void
ask_text(struct viewer *v, const struct key *k, const char *name, char *label, const char *question)
{
	const struct entry *e = viewer_session(v, NULL);

	strlcpy(v->prompt.id, e != NULL ? e->id : "", sizeof(v->prompt.id));
	v->prompt.key = k;
	v->prompt.label = label;
	v->prompt.name = name != NULL ? text_format("%s", name) : NULL;
	v->prompt.question = question != NULL ? text_format("%s", question) : NULL;
	text_puts(&v->prompt.text, "");
}

/* Asks for the text of a command, or for a "y". */
static void
ask(struct viewer *v, const struct key *k)
{
	const char *name;

	if (viewer_session(v, &name) == NULL)
		return;
	ask_text(v, k, name, k->label != NULL ? text_format("%s %s: ", k->label, name) :
	    text_format("%s %s? (y) ", k->command, name), NULL);
}

/* The question is shown above the prompt. */
static void
ask_answer(struct viewer *v, const struct key *k)
{
	const char *name, *id = NULL;
	const struct entry *e = viewer_session(v, &name);
	struct questions qs = { 0 };
	char why[RECORD_ERR];
	int fd = e == NULL ? -1 : file_open_dir(AT_FDCWD, e->path);

	if (fd != -1 && questions_load(fd, &qs, why, sizeof(why)) == 0)
		for (size_t i = qs.n; i-- > 0;)
			if (qs.q[i].status == QUESTION_OPEN)
				id = qs.q[i].id;
	if (e != NULL && id == NULL && !ask_blocked(e))
		viewer_say(v, text_format("%s has no open question", name));
	else if (e != NULL) {
		ask_text(v, k, name, text_format("answer %s: ", id != NULL ? id : name), id);
		viewer_questions(v, e);
	}
	questions_release(&qs);
	file_close(fd);
}

static void
ask_filter(struct viewer *v, const struct key *k)
{
	ask_text(v, k, NULL, text_format("%s: ", k->label), NULL);
}

static void
find(struct viewer *v, const struct key *k)
{
	if (v->pager.search != NULL && !pager_find(&v->pager, (int)k->lines))
		viewer_say(v, text_format("not found: %s", v->pager.search));
}

static void
toggle_over(struct viewer *v, const struct key *k)
{
	(void)k;
	v->look.over = !v->look.over;
	v->model.all |= v->look.over;
	v->model.stale = v->model.listing = true;
}

static void
help(struct viewer *v, const struct key *k)
{
	struct text t = { 0 };

	(void)k;
	keys_help(&t);
	viewer_show(v, "", text_format("keys of orchestrator watch"), t.buf);
	text_free(&t);
}

static void
back(struct viewer *v, const struct key *k)
{
	(void)k;
	viewer_close_pager(v);
}

static void
drop_filter(struct viewer *v, const struct key *k)
{
	(void)k;
	free(v->filter);
	v->look.filter = v->filter = NULL;
}

static void
quit(struct viewer *v, const struct key *k)
{
	(void)k;
	v->quit = true;
}

#define BOTH	(KEY_LIST | KEY_PAGER)
static const struct key keys[] = {
	{ { SCREEN_UP, 'k' }, "Up, k", "one line up", BOTH, 0, NULL, move, -1, NULL, NULL, NULL },
	{ { SCREEN_DOWN, 'j' }, "Down, j", "one line down", BOTH, 0, NULL, move, 1, NULL, NULL, NULL },
	{ { SCREEN_PAGE_UP, 'b' }, "PgUp, b", "one screen up", BOTH, 0, NULL, move, -PAGE, NULL, NULL, NULL },
	{ { SCREEN_PAGE_DOWN, ' ' }, "PgDn, Space", "one screen down", BOTH, 0, NULL, move, PAGE, NULL, NULL, NULL },
	{ { SCREEN_HOME, 'g' }, "Home, g", "to the beginning", BOTH, 0, NULL, move, -ALL, NULL, NULL, NULL },
	{ { SCREEN_END, 'G' }, "End, G", "to the end; a log is followed there", BOTH, 0, NULL, move, ALL, NULL, NULL, NULL },
	{ { SCREEN_LEFT, '<' }, "Left, <", "to the left in long lines", KEY_PAGER, 0, NULL, side, -20, NULL, NULL, NULL },
	{ { SCREEN_RIGHT, '>' }, "Right, >", "to the right in long lines", KEY_PAGER, 0, NULL, side, 20, NULL, NULL, NULL },
	{ { SCREEN_ENTER, 'l' }, "Enter, l", "the log, as it grows", BOTH, LIVE, "log", open_log, 0, NULL, NULL, NULL },
	{ { 'd', 0 }, "d", "the change: diff", BOTH, BIT(READY) | ENDED, "diff", show, 0, "diff", NULL, NULL },
	{ { 'c', 0 }, "c", "the opinions of the council: review", BOTH, BIT(READY), "council", show, 0, "review", NULL, NULL },
	{ { 's', 0 }, "s", "all that is known: status", BOTH, ENDED, "status", show, 0, "status", NULL, NULL },
	{ { 'v', 0 }, "v", "the questions and their answers", BOTH, 0, NULL, open_questions, 0, NULL, NULL, NULL },
	{ { 'a', 0 }, "a", "answer a question", BOTH, BIT(QUESTIONS) | BIT(STOPPED), "answer", ask_answer, 0, "answer", "answer", NULL },
	{ { 't', 0 }, "t", "tell the agent something while it works", BOTH, BIT(RUNNING), "tell", ask, 0, "tell", "tell", NULL },
	{ { 'm', 0 }, "m", "merge", BOTH, BIT(READY), "merge", ask, 0, "merge", NULL, NULL },
	{ { 'w', 0 }, "w", "give the agent remarks", BOTH, BIT(READY), "rework", ask, 0, "rework", "remarks for", NULL },
	{ { 'r', 0 }, "r", "have the conflict resolved", BOTH, BIT(STOPPED), "resolve", ask, 0, "resolve", NULL, NULL },
	{ { 'x', 0 }, "x", "cancel", BOTH, LIVE, "cancel", ask, 0, "cancel", NULL, "--yes" },
	{ { 'y', 0 }, "y", "do it again from the beginning", BOTH, ENDED, "retry", ask, 0, "retry", NULL, NULL },
	{ { 'e', 0 }, "e", "what the last command printed", BOTH, 0, NULL, show_last, 0, NULL, NULL, NULL },
	{ { 'o', 0 }, "o", "show sessions that are over, or hide them", KEY_LIST, 0, NULL, toggle_over, 0, NULL, NULL, NULL },
	{ { '/', 0 }, "/", "show only sessions that have a text", KEY_LIST, 0, NULL, ask_filter, 0, NULL, "only", NULL },
	{ { '/', 0 }, "/", "search in the text", KEY_PAGER, ~0u, "search", ask_filter, 0, NULL, "search", NULL },
	{ { 'n', 0 }, "n", "the next line with the searched text", KEY_PAGER, 0, NULL, find, 1, NULL, NULL, NULL },
	{ { 'N', 0 }, "N", "the previous line with it", KEY_PAGER, 0, NULL, find, -1, NULL, NULL, NULL },
	{ { '?', 'h' }, "?, h", "this help", BOTH, ~0u, "help", help, 0, NULL, NULL, NULL },
	{ { SCREEN_ESCAPE, 'q' }, "Esc, q", "back to the sessions", KEY_PAGER, ~0u, "back", back, 0, NULL, NULL, NULL },
	{ { SCREEN_ESCAPE, 0 }, "Esc", "show all sessions again; leave a prompt", KEY_LIST, 0, NULL, drop_filter, 0, NULL, NULL, NULL },
	{ { 'q', 0 }, "q", "end the program", KEY_LIST, ~0u, "quit", quit, 0, NULL, NULL, NULL },
};
#define KEYS	(sizeof(keys) / sizeof(keys[0]))

/* Does what the prompt was opened for. */
static void
carry_out(struct viewer *v, struct prompt *p)
{
	const struct key *k = p->key;
	const char *words[8], **w = words;

	if (k->act == ask_filter && v->pager.title != NULL) {
		free(v->pager.search);
		v->pager.search = text_format("%s", p->text.buf);
		if (!pager_find(&v->pager, 1) && !pager_find(&v->pager, -1))
			viewer_say(v, text_format("not found: %s", v->pager.search));
	} else if (k->act == ask_filter) {
		free(v->filter);
		v->look.filter = v->filter = p->text.len > 0 ? text_format("%s", p->text.buf) : NULL;
	} else if (k->label == NULL || p->text.len > 0) {
		*w++ = k->command;
		if (k->more != NULL)
			*w++ = k->more;
		*w++ = "--";
		*w++ = p->id;		/* a later attempt may have taken the name meanwhile */
		if (p->question != NULL)
			*w++ = p->question;
		if (k->label != NULL)
			*w++ = p->text.buf;
		*w = NULL;
		viewer_run(v, p->id, p->name, false, words);
	}
}

/* Ends the prompt; meant: uses its text. */
static void
prompt_end(struct viewer *v, bool meant)
{
	struct prompt p = v->prompt;

	memset(&v->prompt, 0, sizeof(v->prompt));
	if (meant)
		carry_out(v, &p);
	free(p.label);
	free(p.name);
	free(p.question);
	text_free(&p.text);
}

static void
add_character(struct text *t, int code)
{
	unsigned int c = (unsigned int)code;
	char b[4] = { (char)c };

	if (c < 0x80)
		text_add(t, b, 1);
	else if (c < 0x800)
		text_add(t, (char[]){ (char)(0xc0 | c >> 6), (char)(0x80 | (c & 0x3f)) }, 2);
	else if (c < 0x10000)
		text_add(t, (char[]){ (char)(0xe0 | c >> 12), (char)(0x80 | (c >> 6 & 0x3f)), (char)(0x80 | (c & 0x3f)) }, 3);
	else
		text_add(t, (char[]){ (char)(0xf0 | c >> 18), (char)(0x80 | (c >> 12 & 0x3f)), (char)(0x80 | (c >> 6 & 0x3f)),
		    (char)(0x80 | (c & 0x3f)) }, 4);
}

static void
prompt_press(struct viewer *v, int code)
{
	struct prompt *p = &v->prompt;

	if (code == SCREEN_ESCAPE)
		prompt_end(v, false);
	else if (p->key->label == NULL)
		prompt_end(v, code == 'y' || code == 'Y');
	else if (code == SCREEN_ENTER)
		prompt_end(v, true);
	else if (code == SCREEN_BACK && p->text.len > 0) {
		do
			p->text.len--;
		while (p->text.len > 0 && ((unsigned char)p->text.buf[p->text.len] & 0xc0) == 0x80);
		p->text.buf[p->text.len] = '\0';
	} else if (code == 'U' - '@')
		text_clear(&p->text);
	else if (code >= ' ' && code < SCREEN_NONE)
		add_character(&p->text, code);
}

static unsigned int
where_now(const struct viewer *v)
{
	return v->pager.title != NULL ? KEY_PAGER : KEY_LIST;
}

void
keys_press(struct viewer *v, int code)
{
	unsigned int where = where_now(v);

	if (v->prompt.label != NULL) {
		prompt_press(v, code);
		return;
	}
	free(v->message);
	v->message = NULL;
	for (size_t i = 0; i < KEYS; i++)
		if ((keys[i].where & where) != 0 && (code == keys[i].code[0] || (code != 0 && code == keys[i].code[1]))) {
			keys[i].act(v, &keys[i]);
			return;
		}
}

static unsigned int
bit_of_chosen(const struct viewer *v)
{
	for (size_t i = 0; i < v->rows.n; i++)
		if (strcmp(v->rows.v[i].e->id, v->chosen) == 0)
			return 1u << v->rows.v[i].section;
	return 1u << SECTIONS;
}

void
keys_hint(const struct viewer *v, struct text *t)
{
	unsigned int bit = bit_of_chosen(v), where = where_now(v);

	for (size_t i = 0; i < KEYS; i++)
		if ((keys[i].fits & bit) != 0 && (keys[i].where & where) != 0)
			text_printf(t, "%s%.*s %s", t->len > 0 ? "  " : "", (int)strcspn(keys[i].name, ","), keys[i].name, keys[i].word);
}

void
keys_help(struct text *t)
{
	for (size_t i = 0; i < KEYS; i++)
		text_printf(t, "  %-14s %s\n", keys[i].name, keys[i].help);
}
