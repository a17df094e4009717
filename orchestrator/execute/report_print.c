/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "orchestrator/execute/executor.h"
#include "orchestrator/execute/manifest.h"
#include "orchestrator/execute/report.h"
#include "orchestrator/execute/report_items.h"
#include "orchestrator/session/facts.h"
#include "orchestrator/session/last_said.h"
#include "orchestrator/session/spending.h"
#include "orchestrator/view/look.h"
#include "orchestrator/view/page.h"
#include "orchestrator/view/show.h"
#include "proto/base/clock.h"
#include "proto/base/text.h"
#include "proto/json/json.h"

#define NAMES_MAX	40	/* columns */
#define NAMES_MIN	8
#define RESULT		7	/* "running" */
#define TIME		10	/* "1 h 54 min" */
#define COST		10	/* "123.45 USD" */
#define COMMIT		12

struct table {
	struct report_items items;
	size_t	 names;		/* columns of the tasks */
	bool	 costs;		/* some items have a cost */
};

static double
cost_of(const struct json *j)
{
	return json_real(json_get(j, "usage"), "cost_usd", 0);
}

static void
measure(struct table *t)
{
	size_t width = look_width(), rest, n;

	for (size_t i = 0; i < t->items.n; i++) {
		n = page_columns(t->items.v[i].task);
		t->names = n > t->names ? n : t->names;
		t->costs |= cost_of(t->items.v[i].j) > 0;
	}
	rest = 5 + 2 + RESULT + 2 + TIME + 2 + COMMIT + (t->costs ? 2 + COST : 0);
	n = width < rest + NAMES_MIN ? NAMES_MIN : width - rest > NAMES_MAX ? NAMES_MAX : width - rest;
	t->names = t->names > n ? n : t->names;
}

static void
add_sign(struct text *t, enum status_outcome outcome)
{
	text_puts(t, "  ");
	if (outcome == OUTCOME_NONE)
		look_puts(t, TONE_QUIET, "-");
	else
		look_puts(t, outcome == OUTCOME_DONE ? TONE_GOOD : TONE_BAD, outcome == OUTCOME_DONE ? "✓" : "✗");
	text_puts(t, "  ");
}

/* The last column: the commit, or the reason to wait, or how the item was done. */
static void
add_rest(struct text *t, const struct report_item *i)
{
	const struct json *j = i->j;
	const struct json *waits = json_get(j, "for");
	const char *merged = json_words(j, "merged"), *with = json_str(j, "with"), *one;
	int64_t sessions = json_int(j, "sessions", 0);

	text_line(t, merged, strnlen(merged, COMMIT));
	for (size_t k = 0; k < json_count(waits); k++) {
		text_puts(t, k == 0 ? "for " : ", ");
		one = json_string(json_at(waits, k));
		text_line(t, one, strlen(one));
	}
	if (json_str(j, "session") == NULL && strcmp(i->result, fate_name(FATE_RUNNING)) == 0)
		text_puts(t, "done by hand");
	else if (with != NULL) {
		text_puts(t, "  with ");
		text_line(t, with, strlen(with));
	} else if (sessions > 1)
		text_printf(t, "  in %lld sessions", (long long)sessions);
}

/* "  +  one  merged      3 min  0.10 USD  ef8dee91efaf" */
static void
print_row(const struct table *all, const struct report_item *i)
{
	bool timed = json_str(i->j, "session") != NULL && json_get(i->j, "ms") != NULL;
	struct text t = { 0 }, name = { 0 };
	char took[CLOCK_TEXT];

	text_line(&name, i->task, strlen(i->task));
	add_sign(&t, i->outcome);
	page_column(&t, name.buf, all->names);
	text_printf(&t, "  %-*s  %*s", RESULT, i->result, TIME,
	    timed ? clock_took(json_int(i->j, "ms", 0), took, sizeof(took)) : "");
	if (all->costs && cost_of(i->j) > 0)
		text_printf(&t, "  %*.2f USD", COST - 4, cost_of(i->j));
	else if (all->costs)
		text_printf(&t, "  %*s", COST, "");
	text_puts(&t, "  ");
	add_rest(&t, i);
	t.buf[t.len = text_trim(t.buf, t.len)] = '\0';
	show_cut(t.buf);
	text_free(&name);
	text_free(&t);
}

/* The findings of the council, or else the last line of the agent. */
static void
add_words(struct text *t, const struct facts *f)
{
	char line[400], *said = NULL;
	bool found = f->review.verdict == VERDICT_REJECTED && f->review.findings != NULL;

	if (!found && (said = last_said(f->e)) == NULL)
		return;
	text_first_line(line, sizeof(line), found ? f->review.findings : said);
	text_puts(t, found ? "found: " : "said: ");
	text_line(t, line, strlen(line));
	free(said);
}

/* Prints a failed item with the next command. */
static void
print_session(struct orch *o, const struct entry *e, size_t indent)
{
	char *command = NULL, *lead;
	struct text t = { 0 };
	struct facts f;

	facts_read(o, e, &f);
	if (next_rows(f.next)->command != NULL)
		command = next_command(next_rows(f.next), f.later[0] != '\0' ? e->state.item : f.name);
	add_words(&t, &f);
	lead = text_format("%*s", (int)(t.len > 0 ? indent : indent - 2), "");	/* two blanks stand before a command */
	if (t.len > 0 || command != NULL)
		show_item(&(struct page_item){ lead, t.buf, command }, indent);
	facts_release(&f);
	text_free(&t);
	free(command);
	free(lead);
}

static void
print_failure(struct orch *o, const struct table *all, const struct report_item *i)
{
	const char *reason = json_words(i->j, "reason"), *session = json_str(i->j, "session");
	struct text lead = { 0 }, why = { 0 }, name = { 0 };
	struct entry e;

	text_line(&name, i->task, strlen(i->task));
	add_sign(&lead, i->outcome);
	page_column(&lead, name.buf, all->names);
	text_puts(&lead, "  ");
	text_line(&why, reason, strlen(reason));
	show_item(&(struct page_item){ lead.buf, why.buf, NULL }, 5);
	if (session != NULL && executor_entry(o, session, &e) == 0) {
		print_session(o, &e, page_columns(lead.buf));
		entry_release(&e);
	}
	text_free(&name);
	text_free(&lead);
	text_free(&why);
}

static void
print_heading(const char *s)
{
	struct text t = { 0 };

	look_puts(&t, TONE_HEAD, s);
	show_cut(t.buf);
	text_free(&t);
}

static void
print_failures(struct orch *o, const struct table *t, const struct json *j)
{
	const char *list = json_str(j, "list");
	bool any = false;
	char *command;

	for (size_t i = 0; i < t->items.n; i++) {
		if (json_str(t->items.v[i].j, "reason") == NULL)
			continue;
		if (!any)
			print_heading("NOT MERGED");
		any = true;
		print_failure(o, t, &t->items.v[i]);
	}
	if (list == NULL || json_count(json_get(j, fate_name(FATE_FAILED))) == 0)
		return;
	command = text_format("orchestrator tasks reopen --failed --list %s", list);
	show_item(&(struct page_item){ "", "another try for the failed tasks:", command }, 2);
	free(command);
}

/* "sprint12, list tl-9jn1802z, into main" */
static void
print_subject(const struct json *j)
{
	const char *list = json_str(j, "list"), *name = json_words(j, "name"), *target = json_str(j, "target");
	struct text t = { 0 };

	if (list != NULL) {
		text_line(&t, name, strlen(name));
		text_printf(&t, "%slist ", *name != '\0' ? ", " : "");
		text_line(&t, list, strlen(list));
	}
	if (target != NULL) {
		text_puts(&t, list != NULL ? ", into " : "into ");
		text_line(&t, target, strlen(target));
	}
	if (t.len > 0)
		show_item(&(struct page_item){ "", t.buf, NULL }, 2);
	text_free(&t);
}

static void
print_saved(const struct json *j)
{
	int64_t saved = json_int(j, "saved_ms", 0);
	struct text t = { 0 };
	char took[CLOCK_TEXT];

	if (saved > 0)
		text_printf(&t, "%s (%lld %%) saved on what was merged", clock_took(saved, took, sizeof(took)),
		    manifest_gain(saved, json_int(j, "wall_ms", 0)));
	if (json_get(j, "usage") != NULL) {
		text_puts(&t, t.len > 0 ? "; " : "");
		spending_figures(json_get(j, "usage"), &t);
	}
	if (t.len > 0)
		show_item(&(struct page_item){ "", t.buf, NULL }, 2);
	text_free(&t);
}

void
report_line(size_t number, const struct json *j)
{
	const char *at = json_str(j, "at"), *list = json_str(j, "list"), *name = json_str(j, "name");
	struct text t = { 0 };

	text_printf(&t, "%3zu  %.19s  %-11s  %lld of %lld, %zu merged, %zu failed, %.1f s  ", number, at == NULL ? "" : at,
	    list == NULL ? "-" : list, (long long)json_int(j, "complete", 0), (long long)json_int(j, "total", 0),
	    json_count(json_get(j, fate_name(FATE_MERGED))), json_count(json_get(j, fate_name(FATE_FAILED))),
	    (double)json_int(j, "wall_ms", 0) / 1000);
	text_line(&t, name == NULL ? "" : name, name == NULL ? 0 : strlen(name));
	show_cut(t.buf);
	text_free(&t);
}

void
report_text(struct orch *o, const struct json *j)
{
	const char *stopped = json_str(j, "stopped");
	char *sentence = report_sentence(j);
	struct table all = { 0 };
	struct text t = { 0 };

	show_item(&(struct page_item){ "", sentence, NULL }, 2);
	print_subject(j);
	if (stopped != NULL) {
		text_line(&t, stopped, strlen(stopped));
		show_item(&(struct page_item){ "stopped: ", t.buf, NULL }, 2);
	}
	report_items(j, &all.items);
	measure(&all);
	for (size_t i = 0; i < all.items.n; i++)
		print_row(&all, &all.items.v[i]);
	print_failures(o, &all, j);
	spending_print(json_get(j, "spent"));
	print_saved(j);
	report_items_free(&all.items);
	text_free(&t);
	free(sentence);
}
