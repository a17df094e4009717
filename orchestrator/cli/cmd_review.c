/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "orchestrator/session/facts.h"
#include "orchestrator/session/show_entry.h"
#include "orchestrator/view/show.h"
#include "orchestrator/workspace/cmd.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/json/json.h"
#include "proto/session/layout.h"

/* The commit, unless it is that of the verdict. */
static void
print_of(const struct review *r, const char *commit)
{
	if (commit[0] != '\0' && strcmp(commit, r->commit) != 0)
		printf(", of %.12s", commit);
}

static void
print_opinion(const struct facts *f, const struct opinion *p, const char **told)
{
	const struct review *r = &f->review;
	bool person = p->run[0] == '\0' && p->role != ROLE_IMPLEMENTER;
	const char *agent = person ? NULL : facts_agent(f, role_name(p->role));

	printf("  %s ", person ? BY_PERSON : role_name(p->role));
	if (agent != NULL)
		printf("(%s) ", agent);
	if (p->run[0] == '\0' && p->role == ROLE_IMPLEMENTER)	/* it could not be resumed */
		fputs("accepted the findings", stdout);
	else
		fputs(verdict_name(p->verdict), stdout);
	print_of(r, p->commit);
	printf(", %s ago", show_age(p->at));
	if (!person && p->how[0] != '\0') {
		fputs(" (", stdout);
		text_print(stdout, p->how, false);
		putchar(')');
	}
	putchar('\n');
	/* an opinion that accepts findings records them again */
	if (p->findings != NULL && (*told == NULL || strcmp(p->findings, *told) != 0))
		show_block(stdout, *told = p->findings);
}

static void
print_gate(const struct review *r, const struct gate_result *g)
{
	fputs("  gate ", stdout);
	text_print(stdout, g->name == NULL ? "" : g->name, false);
	fputs(": ", stdout);
	text_print(stdout, g->outcome, false);
	print_of(r, g->commit);
	printf(", %.1f s\n", (double)g->duration_ms / 1000);
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

	printf("\nround %jd", (intmax_t)round);
	for (size_t i = 0; reason != NULL && i < sizeof(why) / sizeof(why[0]); i++)
		if (strcmp(reason, why[i].reason) == 0)
			printf(": %s", why[i].text);
	puts(reason != NULL && strcmp(reason, "remarks") == 0 && is_unchanged(f, round) ? ", but its agent changed nothing" : "");
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
print_review(const struct facts *f)
{
	const struct review *r = &f->review;
	int64_t last = f->e->state.round > last_round(r) ? f->e->state.round : last_round(r);
	char *verdict = facts_verdict(f);

	if (r->verdict == VERDICT_NONE)
		puts("verdict      none yet");
	else
		printf("%-12s %s, %s ago\n", "verdict", verdict, show_age(r->decided_at));
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
		printf("\ngates of earlier rounds: orchestrator logs %s\n", f->e->id);
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
