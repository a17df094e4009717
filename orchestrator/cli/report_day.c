/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "orchestrator/cli/report_day.h"
#include "orchestrator/execute/report.h"
#include "orchestrator/session/facts.h"
#include "orchestrator/session/spending.h"
#include "orchestrator/view/show.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/clock.h"
#include "proto/base/text.h"
#include "proto/json/record.h"
#include "proto/record/ledger.h"

static struct json *
judged_json(const struct facts *f)
{
	struct json *j;
	char *text;

	if (f->review.verdict == VERDICT_NONE)
		return NULL;
	text = facts_verdict(f);
	j = json_new_object();
	json_put_str(j, "verdict", verdict_name(f->review.verdict));
	json_put_str(j, "role", f->review.decided_by);
	json_put_str(j, "agent", facts_agent(f, f->review.decided_by));
	json_put_str(j, "text", text);
	free(text);
	return j;
}

static struct json *
session_json(const struct entry *e)
{
	const struct state *s = &e->state;
	const char *reason = status_done(s->status) || strcmp(s->reason, status_name(s->status)) == 0 ? "" : s->reason;
	const char *detail = status_done(s->status) && strcmp(s->reason, "by-hand") != 0 ? "" : s->detail;
	char *dir = text_format("%.*s", (int)(strrchr(e->path, '/') - e->path), e->path);
	char *why = text_format("%s%s%s", reason, *reason != '\0' && *detail != '\0' ? ": " : "", detail);
	struct json *j = report_session(e, dir, *why != '\0' ? why : NULL);
	struct facts f;

	facts_records(e, &f);
	record_put(j, "title", f.item.title, ITEM_MAX_TITLE);
	json_put_str(j, "status", status_name(s->status));
	record_put_time(j, "ended_at", s->ended_at);
	json_put_str(j, "base", s->base[0] != '\0' ? s->base : NULL);
	json_put_str(j, "merged", s->merged[0] != '\0' ? s->merged : NULL);
	json_put(j, "judged", judged_json(&f));
	json_put_bool(j, "discarded", entry_discarded(e));
	if (entry_discarded(e))
		json_put_str(j, "log", NULL);
	facts_release(&f);
	free(why);
	free(dir);
	return j;
}

static int
compare(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	if (x->state.ended_at != y->state.ended_at)
		return x->state.ended_at < y->state.ended_at ? -1 : 1;
	return strcmp(x->id, y->id);
}

static void
put_counts(struct json *day, const size_t n[STATUS_COUNT])
{
	struct json *counts = json_new_object();

	for (int outcome = OUTCOME_DONE; outcome < OUTCOME_COUNT; outcome++)
		for (int i = 0; i < STATUS_COUNT; i++)
			if (n[i] > 0 && (int)status_traits((enum status)i)->outcome == outcome)
				json_put_int(counts, status_name((enum status)i), (int64_t)n[i]);
	json_put(day, "counts", counts);
}

void
report_load(struct orch *o, struct entries *all)
{
	registry_load(o, true, all);
	registry_add_discarded(o, all);
	if (all->n > 0)
		qsort(all->v, all->n, sizeof(*all->v), compare);
}

bool
report_ended(const struct entry *e, int64_t from, int64_t to)
{
	return e->error == NULL && e->state.ended_at >= from && e->state.ended_at < to;
}

struct json *
report_day_json(struct orch *o, int64_t from, int64_t to)
{
	struct json *day = json_new_object(), *sessions = json_new_array(), *one;
	int64_t ms = 0, input = 0, output = 0, cost = 0;
	size_t n[STATUS_COUNT] = { 0 };
	struct entries all;
	char date[16];

	report_load(o, &all);
	for (size_t i = 0; i < all.n; i++) {
		const struct state *s = &all.v[i].state;

		if (!report_ended(&all.v[i], from, to))
			continue;
		json_append(sessions, one = session_json(&all.v[i]));
		ms += json_int(one, "ms", 0);
		input += s->input_tokens;
		output += s->output_tokens;
		cost += s->cost_microusd;
		n[s->status]++;
	}
	json_put_int(day, "version", 1);
	json_put(day, "spent", spending_of_day(&all, ledger_day(from, date)));
	entries_release(&all);
	record_put_time(day, "from", from);
	record_put_time(day, "to", to);
	put_counts(day, n);
	json_put_int(day, "sequential_ms", ms);
	report_usage(day, input, output, cost);
	json_put(day, "sessions", sessions);
	return day;
}

/* ", 1.5 s, 10 tokens in, 2 out, 0.10 USD" */
static void
add_figures(struct text *t, const struct json *j, const char *ms)
{
	const struct json *u = json_get(j, "usage");

	text_printf(t, "%.1f s", (double)json_int(j, ms, 0) / 1000);
	if (u != NULL) {
		text_puts(t, ", ");
		spending_figures(u, t);
	}
}

/* "2026-01-31 09:00" */
static void
local_time(const struct json *j, const char *key, char buf[32])
{
	time_t t = (time_t)(clock_parse(json_words(j, key)) / 1000);
	struct tm tm;

	if (localtime_r(&t, &tm) == NULL || strftime(buf, 32, "%Y-%m-%d %H:%M", &tm) == 0)
		strlcpy(buf, "0000-00-00 00:00", 32);
}

static void
print_session(const struct json *j)
{
	const char *merged = json_str(j, "merged"), *title = json_words(j, "title"), *reason = json_words(j, "reason");
	const struct json *by = json_get(j, "judged");
	struct text t = { 0 };
	char at[32];

	local_time(j, "ended_at", at);
	text_printf(&t, "%s  %-14s %s%s", at + strlen("2026-01-31 "), json_words(j, "status"), json_words(j, "task"),
	    *title != '\0' ? ": " : "");
	text_line(&t, title, strlen(title));
	show_cut(t.buf);
	text_clear(&t);
	text_puts(&t, "       ");
	if (merged != NULL && strcmp(merged, json_words(j, "base")) == 0)
		text_puts(&t, "needed no change, ");
	else if (merged != NULL)
		text_printf(&t, "%.12s, ", merged);
	if (by != NULL)
		text_printf(&t, "%s, ", json_words(by, "text"));
	if (json_bool(j, "discarded", false))
		text_puts(&t, "discarded, ");
	add_figures(&t, j, "ms");
	show_cut(t.buf);
	if (*reason != '\0') {
		text_clear(&t);
		text_puts(&t, "       ");
		text_line(&t, reason, strlen(reason));
		show_cut(t.buf);
	}
	text_free(&t);
}

void
report_day_print(struct orch *o, const struct json *day)
{
	const struct json *sessions = json_get(day, "sessions"), *counts = json_get(day, "counts"), *n;
	struct text t = { 0 };
	const char *status;
	char date[32];

	(void)o;
	local_time(day, "from", date);
	text_printf(&t, "%.10s: ", date);
	for (size_t i = 0; (status = json_key(counts, i, &n)) != NULL; i++)
		text_printf(&t, "%lld %s, ", (long long)json_int(counts, status, 0), status);
	if (json_count(sessions) == 0)
		text_puts(&t, "no session ended");
	else
		add_figures(&t, day, "sequential_ms");
	show_cut(t.buf);
	text_free(&t);
	spending_print(json_get(day, "spent"));
	for (size_t i = 0; i < json_count(sessions); i++)
		print_session(json_at(sessions, i));
}
