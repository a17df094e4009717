/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "orchestrator/session/facts.h"
#include "orchestrator/session/show_entry.h"
#include "orchestrator/view/look.h"
#include "orchestrator/view/page.h"
#include "orchestrator/view/show.h"
#include "orchestrator/workspace/cmd.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/json/json.h"
#include "proto/session/layout.h"

static enum tone
tone_of(enum verdict v)
{
	return v == VERDICT_APPROVED ? TONE_GOOD : v == VERDICT_REJECTED ? TONE_BAD : TONE_QUIET;
}

/* The commit, unless it is that of the verdict. */
static void
add_of(struct text *t, const struct review *r, const char *commit)
{
	if (commit[0] != '\0' && strcmp(commit, r->commit) != 0)
		text_printf(t, ", of %.12s", commit);
}

static void
print_opinion(const struct facts *f, const struct opinion *p, const char **told)
{
	const struct review *r = &f->review;
	bool person = p->run[0] == '\0' && p->role != ROLE_IMPLEMENTER;
	const char *agent = person ? NULL : facts_agent(f, role_name(p->role));
	struct text t = { 0 };

	text_printf(&t, "  %s ", person ? BY_PERSON : role_name(p->role));
	if (agent != NULL)
		text_printf(&t, "(%s) ", agent);
	if (p->run[0] == '\0' && p->role == ROLE_IMPLEMENTER)	/* it could not be resumed */
		text_puts(&t, "accepted the findings");
	else
		look_puts(&t, tone_of(p->verdict), verdict_name(p->verdict));
	add_of(&t, r, p->commit);
	text_printf(&t, ", %s ago", show_age(p->at));
	if (!person && p->how[0] != '\0') {
		text_puts(&t, " (");
		text_line(&t, p->how, strlen(p->how));
		text_puts(&t, ")");
	}
	show_item(&(struct page_item){ "", t.buf, NULL }, 4);
	text_free(&t);
	/* an opinion that accepts findings records them again */
	if (p->findings != NULL && (*told == NULL || strcmp(p->findings, *told) != 0))
		show_block(stdout, *told = p->findings);
}

static void
print_gate(const struct review *r, const struct gate_result *g)
{
	const char *name = g->name == NULL ? "" : g->name;
	struct text t = { 0 }, outcome = { 0 };

	text_puts(&t, "  gate ");
	text_line(&t, name, strlen(name));
	text_puts(&t, ": ");
	text_line(&outcome, g->outcome, strlen(g->outcome));
	look_puts(&t, g->passed ? TONE_GOOD : TONE_BAD, outcome.buf != NULL ? outcome.buf : "");
	add_of(&t, r, g->commit);
	text_printf(&t, ", %.1f s", (double)g->duration_ms / 1000);
	show_item(&(struct page_item){ "", t.buf, NULL }, 4);
	text_free(&outcome);
	text_free(&t);
	if (!g->passed && g->output != NULL)
		show_block(stdout, g->output);
}

/* Findings are printed with the opinion, or the gate, that has them. */
static bool
told_below(const struct review *r)
{
	for (size_t i = 0; i < r->nopinions; i++)
		if (r->opinions[i].findings != NULL && strcmp(r->opinions[i].findings, r->findings) == 0)
			return true;
	return false;
}

static int64_t
last_round(const struct review *r)
{
	int64_t last = 0;

	for (size_t i = 0; i < r->ngates; i++)
		last = r->gates[i].round > last ? r->gates[i].round : last;
	for (size_t i = 0; i < r->nopinions; i++)
		last = r->opinions[i].round > last ? r->opinions[i].round : last;
	return last;
}

struct judged {			/* the records of a round */
	int64_t		 first, last;	/* when; 0 = it has none */
	const char	*commit;	/* of the last one */
};

static void
judged_add(struct judged *d, int64_t at, const char *commit)
{
	if (d->first == 0 || at < d->first)
		d->first = at;
	if (at >= d->last) {
		d->last = at;
		d->commit = commit;
	}
}

static struct judged
judged_in(const struct review *r, int64_t round)
{
	struct judged d = { 0, 0, "" };

	for (size_t i = 0; i < r->ngates; i++)
		if (r->gates[i].round == round)
			judged_add(&d, r->gates[i].at, r->gates[i].commit);
	for (size_t i = 0; i < r->nopinions; i++)
		if (r->opinions[i].round == round)
			judged_add(&d, r->opinions[i].at, r->opinions[i].commit);
	return d;
}

/* The round of what was recorded at this time: records of a round without gates and opinions count for the next. */
static int64_t
round_at(const struct facts *f, int64_t at)
{
	int64_t last = last_round(&f->review);

	for (int64_t round = 1; round <= last; round++)
		if (judged_in(&f->review, round).first >= at)
			return round;
	return f->e->state.round;
}

/* Why a merge or a command gave the session back for this round; NULL: none did. */
static const char *
reason_of(const struct facts *f, int64_t round)
{
	const struct state *s = &f->e->state;

	for (size_t i = s->nhistory; i-- > 0;)
		if (s->history[i].to == STATUS_RUNNING && !status_live(s->history[i].from) && round_at(f, s->history[i].at) == round)
			return s->history[i].reason;
	return NULL;
}

static bool
is_unchanged(const struct facts *f, int64_t round)
{
	const struct state *s = &f->e->state;
	const char *now = judged_in(&f->review, round).commit, *before = "";

	if (now[0] == '\0' && !status_live(s->status))
		now = s->head;
	for (int64_t i = round - 1; i > 0 && before[0] == '\0'; i--)
		before = judged_in(&f->review, i).commit;
	return before[0] != '\0' && strcmp(now, before) == 0;
}

static void
print_begin(const struct facts *f, int64_t round, const char *reason)
{
	static const struct { const char *reason, *text; } why[] = {
		{ "remarks", "on a person's remarks" }, { "conflict", "resolution of a conflict" },
		{ "gate", "repair of the merged tree" }, { "adopted", "adopted from the worktree" },
	};

	struct text t = { 0 };

	text_printf(&t, "round %jd", (intmax_t)round);
	for (size_t i = 0; reason != NULL && i < sizeof(why) / sizeof(why[0]); i++)
		if (strcmp(reason, why[i].reason) == 0)
			text_printf(&t, ": %s", why[i].text);
	if (reason != NULL && strcmp(reason, "remarks") == 0 && is_unchanged(f, round))
		text_puts(&t, ", but its agent changed nothing");
	putchar('\n');
	show_head(t.buf);
	text_free(&t);
}

static void
print_round(const struct facts *f, int64_t round)
{
	const struct review *r = &f->review;
	const char *told = NULL, *reason = reason_of(f, round);

	if (reason == NULL && judged_in(r, round).first == 0)
		return;
	print_begin(f, round, reason);
	for (size_t i = 0; i < r->ngates; i++)
		if (r->gates[i].round == round)
			print_gate(r, &r->gates[i]);
	for (size_t i = 0; i < r->nopinions; i++)
		if (r->opinions[i].round == round)
			print_opinion(f, &r->opinions[i], &told);
}

static void
print_verdict(const struct review *r, const char *verdict)
{
	char *text = text_format("%s, %s ago", verdict, show_age(r->decided_at));

	show_toned("verdict", tone_of(r->verdict), text);
	free(text);
}

static void
print_earlier(const struct facts *f)
{
	char *command = text_format("orchestrator logs %s", f->e->id);

	putchar('\n');
	show_item(&(struct page_item){ "", "gates of earlier rounds:", command }, 2);
	free(command);
}

static void
print_review(const struct facts *f)
{
	const struct review *r = &f->review;
	int64_t last = f->e->state.round > last_round(r) ? f->e->state.round : last_round(r);
	char *verdict = facts_verdict(f);

	if (r->verdict == VERDICT_NONE)
		show_field("verdict", "none yet");
	else
		print_verdict(r, verdict);
	free(verdict);
	show_field("session", f->e->id);
	show_field("mode", r->mode);
	show_field("commit", r->commit);
	show_field("base", r->base);
	if (r->verdict == VERDICT_REJECTED && r->findings != NULL && !told_below(r))
		show_section("findings", r->findings);
	show_section("remarks", f->e->state.remarks);
	for (int64_t round = 1; round <= last; round++)
		print_round(f, round);
	if (r->ngates > 0 && r->gates[r->ngates - 1].round > GATE_ROUNDS)
		print_earlier(f);
}

static int
review(const struct orch *o, const struct entry *e)
{
	struct facts	 f;
	struct json	*j;
	int		 rv = 0;

	if (o->json) {
		if ((j = show_record_json(e, SESSION_FILE_REVIEW)) != NULL) {
			show_json(j);
			return 0;
		}
	}
	facts_records(e, &f);
	for (size_t i = 0; i < f.problems.n; i++)
		log_warnx("%s: %s", e->id, f.problems.v[i]);
	if (f.review.session[0] != '\0')
		print_review(&f);
	else if (f.problems.n > 0)
		rv = EX_DATAERR;
	else {
		log_warnx("%s is %s: it has not been reviewed yet", e->id, show_status(e));
		rv = EX_NOINPUT;
	}
	facts_release(&f);
	return rv;
}

static int
run(struct orch *o, void *arguments)
{
	const struct session_argument *a = arguments;
	struct entry	e;
	int		rv;

	if ((rv = show_operand(o, a->session, &e)) != 0)
		return rv;
	rv = review(o, &e);
	entry_release(&e);
	return rv;
}

const struct cmd cmd_review = COMMAND("review", "show the council's opinions, findings and verdict",
    run, SESSION_ROWS);
