/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "proto/base/clock.h"
#include "proto/base/text.h"
#include "proto/json/member.h"
#include "proto/json/record.h"
#include "proto/record/item.h"
#include "proto/record/state.h"
#include "proto/session/layout.h"

#define MAX_COUNT	INT64_C(1000000000)
#define MAX_USD		((double)STATE_MAX_USAGE / 1e6)
#define MAX_MS		INT64_C(1000000000000000)

static int64_t
usage(int64_t n)
{
	return (n < 0 ? 0 : n > STATE_MAX_USAGE ? STATE_MAX_USAGE : n);
}

int64_t
state_usage(int64_t n, int64_t more)
{
	return (usage(usage(n) + usage(more)));
}

/* The row of a day, account and role, made if absent. */
static struct state_spent *
row_of(struct state *s, const char *day, const char *account, enum role role)
{
	struct state_spent *row = s->spent;

	for (; row < s->spent + s->nspent; row++)
		if (strcmp(row->day, day) == 0 && strcmp(row->account, account) == 0 && row->role == role)
			return row;
	if (s->nspent == STATE_MAX_SPENT)
		return row - 1;
	if ((row = reallocarray(s->spent, s->nspent + 1, sizeof(*row))) == NULL)
		err(EX_OSERR, NULL);
	s->spent = row;
	row += s->nspent++;
	*row = (struct state_spent){ .role = role, .account = text_format("%.*s", STATE_MAX_ACCOUNT - 1, account) };
	strlcpy(row->day, day, sizeof(row->day));
	return row;
}

void
state_spend(struct state *s, const struct state_spent *more, const char *day, const char *account)
{
	struct state_spent *row;

	if (more->input_tokens == 0 && more->output_tokens == 0 && more->cost_microusd == 0)
		return;
	s->input_tokens = usage(s->input_tokens + more->input_tokens);
	s->output_tokens = usage(s->output_tokens + more->output_tokens);
	s->cost_microusd = usage(s->cost_microusd + more->cost_microusd);
	row = row_of(s, day, account, more->role);
	row->estimated = more->estimated;
	row->input_tokens = usage(row->input_tokens + more->input_tokens);
	row->output_tokens = usage(row->output_tokens + more->output_tokens);
	row->cost_microusd = usage(row->cost_microusd + more->cost_microusd);
}

static void
read_cost(struct field *f, const struct member *m, void *base)
{
	double usd = json_real(f->o, m->key, field_has(f, m->key) ? -1 : 0);

	if (usd < 0 || usd > MAX_USD)
		field_fail(f, m->key, "must be a number from 0 to %.0f", MAX_USD);
	else
		((struct state *)base)->cost_microusd = (int64_t)(usd * 1e6 + 0.5);
}

static void
put_cost(struct json *o, const struct member *m, const void *base)
{
	json_put(o, m->key, json_new_real((double)((const struct state *)base)->cost_microusd / 1e6));
}

/* For readers of the file; the phase follows from the step. */
static void
put_phase(struct json *o, const struct member *m, const void *base)
{
	json_put_int(o, m->key, step_phase(((const struct state *)base)->step));
}

static bool
role_known(const char *name)
{
	return role_parse(name) != -1;
}

/* What the conversation of a role has used. */
#define USED(role) \
	{ "input_tokens", MEMBER(INT, struct state, used[role].input_tokens), .max = STATE_MAX_USAGE }, \
	{ "output_tokens", MEMBER(INT, struct state, used[role].output_tokens), .max = STATE_MAX_USAGE }, \
	{ "cost_microusd", MEMBER(INT, struct state, used[role].cost_microusd), .max = STATE_MAX_USAGE }

static const struct member tasks[] = {
	{ "done", MEMBER(INT, struct state, tasks_done), .max = MAX_COUNT },
	{ "total", MEMBER(INT, struct state, tasks_total), .max = MAX_COUNT },
	{ "note", MEMBER(TEXT, struct state, note), .max = STATE_MAX_NOTE },
	{ .key = NULL }
}, messages[] = {
	{ "received", MEMBER(INT, struct state, messages.received), .max = MAX_COUNT },
	{ "heard", MEMBER(INT, struct state, messages.heard), .max = MAX_COUNT },
	{ .key = NULL }
}, attached[] = {
	{ "count", MEMBER(INT, struct state, attached.count), .max = MAX_COUNT },
	{ "outcome", MEMBER(STR, struct state, attached.outcome), .flags = MEMBER_NULL },
	{ .key = NULL }
}, used[] = {
	{ "input_tokens", MEMBER(INT, struct state, input_tokens), .max = STATE_MAX_USAGE },
	{ "output_tokens", MEMBER(INT, struct state, output_tokens), .max = STATE_MAX_USAGE },
	{ "cost_usd", MEMBER_OTHER, .read = read_cost, .put = put_cost },
	{ .key = NULL }
}, agent_time[] = {
	{ "ms", MEMBER(INT, struct state, agent_ms), .max = MAX_MS },
	{ "since", MEMBER(TIME, struct state, agent_since) },
	{ .key = NULL }
}, rescue[] = {
	{ "attempts", MEMBER(INT, struct state, rescue.attempts), .max = MAX_COUNT },
	{ "cause", MEMBER(STR, struct state, rescue.cause), .flags = MEMBER_NULL },
	{ "under_way", MEMBER(BOOL, struct state, rescue.under_way) },
	{ .key = NULL }
}, conversations[] = {
	{ "implementer", MEMBER(TEXT, struct state, conversation[ROLE_IMPLEMENTER]), .max = STATE_MAX_CONVERSATION },
	{ "reviewer", MEMBER(TEXT, struct state, conversation[ROLE_REVIEWER]), .max = STATE_MAX_CONVERSATION },
	{ "tech-lead", MEMBER(TEXT, struct state, conversation[ROLE_TECH_LEAD]), .max = STATE_MAX_CONVERSATION },
	{ .key = NULL }
}, models[] = {
	{ "implementer", MEMBER(STR, struct state, model[ROLE_IMPLEMENTER]), .flags = MEMBER_NULL },
	{ "reviewer", MEMBER(STR, struct state, model[ROLE_REVIEWER]), .flags = MEMBER_NULL },
	{ "tech-lead", MEMBER(STR, struct state, model[ROLE_TECH_LEAD]), .flags = MEMBER_NULL },
	{ .key = NULL }
}, used_implementer[] = {
	USED(ROLE_IMPLEMENTER),
	{ .key = NULL }
}, used_reviewer[] = {
	USED(ROLE_REVIEWER),
	{ .key = NULL }
}, used_tech_lead[] = {
	USED(ROLE_TECH_LEAD),
	{ .key = NULL }
}, conversations_used[] = {
	{ "implementer", MEMBER_OBJECT, .members = used_implementer },
	{ "reviewer", MEMBER_OBJECT, .members = used_reviewer },
	{ "tech-lead", MEMBER_OBJECT, .members = used_tech_lead },
	{ .key = NULL }
}, spent[] = {
	{ "day", MEMBER(STR, struct state_spent, day), .flags = MEMBER_NEEDED },
	{ "account", MEMBER(TEXT, struct state_spent, account), .flags = MEMBER_NEEDED | MEMBER_EMPTY, .max = STATE_MAX_ACCOUNT },
	{ "role", MEMBER(NAME, struct state_spent, role), .flags = MEMBER_NEEDED, .parse = role_parse, .name = role_name },
	{ "estimated", MEMBER(BOOL, struct state_spent, estimated) },
	{ "input_tokens", MEMBER(INT, struct state_spent, input_tokens), .max = STATE_MAX_USAGE },
	{ "output_tokens", MEMBER(INT, struct state_spent, output_tokens), .max = STATE_MAX_USAGE },
	{ "cost_microusd", MEMBER(INT, struct state_spent, cost_microusd), .max = STATE_MAX_USAGE },
	{ .key = NULL }
}, agent_runs[] = {
	{ "run", MEMBER(STR, struct state_run, run), .flags = MEMBER_NEEDED },
	{ "role", MEMBER(NAME, struct state_run, role), .flags = MEMBER_NEEDED, .parse = role_parse, .name = role_name },
	{ "agent", MEMBER(STR, struct state_run, agent) },
	{ "started_at", MEMBER(TIME, struct state_run, started_at) },
	{ "ended_at", MEMBER(TIME, struct state_run, ended_at) },
	{ "error", MEMBER(STR, struct state_run, error) },
	{ "detail", MEMBER(STR, struct state_run, detail) },
	{ "conversation", MEMBER(STR, struct state_run, conversation), .flags = MEMBER_NULL },
	{ "model", MEMBER(STR, struct state_run, model), .flags = MEMBER_NULL },
	{ "estimated", MEMBER(BOOL, struct state_run, estimated) },
	{ "input_tokens", MEMBER(INT, struct state_run, input_tokens), .max = STATE_MAX_USAGE },
	{ "output_tokens", MEMBER(INT, struct state_run, output_tokens), .max = STATE_MAX_USAGE },
	{ "cost_microusd", MEMBER(INT, struct state_run, cost_microusd), .max = STATE_MAX_USAGE },
	{ .key = NULL }
}, merging[] = {
	{ "target", MEMBER(STR, struct state, merging.target) },
	{ "old", MEMBER(STR, struct state, merging.old), .valid = oid_valid, .must = "is not an object id" },
	{ "new", MEMBER(STR, struct state, merging.new), .valid = oid_valid, .must = "is not an object id" },
	{ "checkouts", MEMBER(STRINGS, struct state, merging.checkouts), .max = STATE_MAX_CHECKOUTS,
	    .bytes = ITEM_MAX_PATH },
	{ .key = NULL }
}, resolving[] = {
	{ "target", MEMBER(STR, struct state, resolving.target), .valid = oid_valid, .must = "is not an object id" },
	{ "others", MEMBER(TEXT, struct state, resolving.others), .max = STATE_MAX_FEEDBACK },
	{ .key = NULL }
}, conflict[] = {
	{ "path", MEMBER(TEXT, struct state_conflict, path), .flags = MEMBER_NEEDED, .max = ITEM_MAX_PATH },
	{ "kind", MEMBER(TEXT, struct state_conflict, kind), .flags = MEMBER_NEEDED, .max = STATE_MAX_KIND },
	{ .key = NULL }
}, change[] = {
	{ "at", MEMBER(TIME, struct state_change, at) },
	{ "from", MEMBER(NAME, struct state_change, from), .flags = MEMBER_NEEDED, .parse = status_parse,
	    .name = status_name },
	{ "to", MEMBER(NAME, struct state_change, to), .flags = MEMBER_NEEDED, .parse = status_parse,
	    .name = status_name },
	{ "reason", MEMBER(STR, struct state_change, reason) },
	{ .key = NULL }
}, members[] = {
	{ "session", MEMBER(STR, struct state, session), .flags = MEMBER_NEEDED, .valid = session_id_valid },
	{ "item", MEMBER(STR, struct state, item), .flags = MEMBER_NEEDED, .valid = item_id_valid },
	{ "status", MEMBER(NAME, struct state, status), .flags = MEMBER_NEEDED, .parse = status_parse,
	    .name = status_name },
	{ "phase", MEMBER_OTHER, .put = put_phase },
	{ "step", MEMBER(NAME, struct state, step), .parse = step_parse, .name = step_name },
	{ "reason", MEMBER(STR, struct state, reason) },
	{ "detail", MEMBER(STR, struct state, detail) },
	{ "holder", MEMBER(STR, struct state, holder) },
	{ "worker_pid", MEMBER(PID, struct state, worker_pid) },
	{ "agent_pid", MEMBER(PID, struct state, agent_pid) },
	{ "boot_id", MEMBER(STR, struct state, boot_id) },
	{ "created_at", MEMBER(TIME, struct state, created_at) },
	{ "started_at", MEMBER(TIME, struct state, started_at) },
	{ "updated_at", MEMBER(TIME, struct state, updated_at) },
	{ "ended_at", MEMBER(TIME, struct state, ended_at) },
	{ "attempt", MEMBER(INT, struct state, attempt), .max = MAX_COUNT },
	{ "round", MEMBER(INT, struct state, round), .max = MAX_COUNT },
	{ "gate_tries", MEMBER(INT, struct state, gate_tries), .max = MAX_COUNT },
	{ "runs", MEMBER(INT, struct state, runs), .max = MAX_COUNT },
	{ "recoveries", MEMBER(INT, struct state, recoveries), .max = MAX_COUNT },
	{ "run", MEMBER(STR, struct state, run), .flags = MEMBER_NULL, .valid = run_valid },
	{ "role", MEMBER(STR, struct state, role), .flags = MEMBER_NULL, .valid = role_known,
	    .must = "has an unknown value" },
	{ "branch", MEMBER(TEXT, struct state, branch), .max = STATE_MAX_BRANCH },
	{ "base", MEMBER_OID(struct state, base) },
	{ "head", MEMBER_OID(struct state, head) },
	{ "approved", MEMBER_OID(struct state, approved) },
	{ "files", MEMBER_OID(struct state, files) },
	{ "worktree", MEMBER(TEXT, struct state, worktree), .max = ITEM_MAX_PATH },
	{ "tasks", MEMBER_OBJECT, .members = tasks },
	{ "blocked", MEMBER(TEXT, struct state, blocked), .max = SESSION_MAX_TEXT },
	{ "questions_open", MEMBER(INT, struct state, questions_open), .max = SESSION_MAX_QUESTIONS },
	{ "messages", MEMBER_OBJECT, .members = messages },
	{ "usage", MEMBER_OBJECT, .members = used },
	{ "spent", MEMBER_OF(struct state, spent, nspent), .max = STATE_MAX_SPENT, .members = spent },
	{ "agent_runs", MEMBER_OF(struct state, agent_runs, nagent_runs), .max = STATE_MAX_RUNS, .members = agent_runs },
	{ "notice", MEMBER(STR, struct state, notice), .flags = MEMBER_NULL },
	{ "agent_time", MEMBER_OBJECT, .members = agent_time },
	{ "rescue", MEMBER_OBJECT, .members = rescue },
	{ "port", MEMBER(INT, struct state, port), .max = UINT16_MAX },
	{ "parked_until", MEMBER(TIME, struct state, parked_until) },
	{ "attached", MEMBER_OBJECT, .members = attached },
	{ "parked", MEMBER(BOOL, struct state, parked) },
	{ "conversations", MEMBER_OBJECT, .members = conversations },
	{ "conversations_used", MEMBER_OBJECT, .members = conversations_used },
	{ "models", MEMBER_OBJECT, .members = models },
	{ "feedback", MEMBER(TEXT, struct state, feedback), .max = STATE_MAX_FEEDBACK },
	{ "remarks", MEMBER(TEXT, struct state, remarks), .max = STATE_MAX_FEEDBACK },
	{ "merging", MEMBER_OBJECT, .flags = MEMBER_NULL, .members = merging },
	{ "merged", MEMBER_OID(struct state, merged) },
	{ "given_back", MEMBER(INT, struct state, given_back), .max = MAX_COUNT },
	{ "resolves", MEMBER(INT, struct state, resolves), .max = MAX_COUNT },
	{ "resolving", MEMBER_OBJECT, .flags = MEMBER_NULL, .members = resolving },
	{ "conflicts", MEMBER_OF(struct state, conflicts, nconflicts), .max = STATE_MAX_CONFLICTS,
	    .members = conflict },
	{ "history", MEMBER_OF(struct state, history, nhistory), .flags = MEMBER_HERE, .max = SESSION_MAX_HISTORY,
	    .members = change },
	{ .key = NULL }
};
const struct record state_record = { SESSION_FILE_STATE, members, sizeof(struct state), offsetof(struct state, raw),
	NULL };

int
state_parse(struct state *s, const char *buf, size_t len, char *err, size_t errlen)
{
	return (record_parse(&state_record, s, buf, len, err, errlen));
}

char *
state_text(const struct state *s, size_t *len)
{
	struct state part = *s;		/* the record as a whole is also limited */
	size_t bytes = 0;

	for (part.nconflicts = 0; part.nconflicts < s->nconflicts && part.nconflicts < STATE_MAX_CONFLICTS &&
	    (bytes += strlen(s->conflicts[part.nconflicts].path)) <= STATE_MAX_FEEDBACK; part.nconflicts++)
		;
	return (record_end(record_json(&state_record, &part), len));
}

bool
state_given_back(const struct state *s)
{
	return (s->status == STATUS_RUNNING && strcmp(s->holder, "orchestrator") == 0);
}

void
state_again(struct state *s, enum step step)
{
	s->step = step;
	s->given_back++;
	s->round++;
	s->gate_tries = 0;
	s->worker_pid = s->agent_pid = 0;
	strlcpy(s->holder, "orchestrator", sizeof(s->holder));
}

void
state_remark(struct state *s, const char *remark)
{
	char *all = text_format("%s%s%s", s->remarks != NULL ? s->remarks : "", s->remarks != NULL ? "\n\n" : "", remark);
	size_t len = strlen(all), from = len > STATE_MAX_FEEDBACK ? len - STATE_MAX_FEEDBACK : 0;

	while (((unsigned char)all[from] & 0xc0) == 0x80)	/* not within a character */
		from++;
	free(s->remarks);
	s->remarks = text_format("%s", all + from);
	free(all);
}

void
state_conflicts_free(struct state *s)
{
	for (size_t i = 0; i < s->nconflicts; i++) {
		free(s->conflicts[i].path);
		free(s->conflicts[i].kind);
	}
	free(s->conflicts);
	s->conflicts = NULL;
	s->nconflicts = 0;
}

void
state_resolved(struct state *s)
{
	state_conflicts_free(s);
	s->resolving.target[0] = '\0';
	free(s->resolving.others);
	s->resolving.others = NULL;
}

void
state_release(struct state *s)
{
	record_release(&state_record, s);
}

int
state_load(int sessionfd, struct state *s, char *err, size_t errlen)
{
	return (record_load(&state_record, sessionfd, s, err, errlen));
}

int
state_save(int sessionfd, struct state *s, bool sync)
{
	char *text;
	size_t len;

	s->updated_at = clock_wall();
	text = state_text(s, &len);
	return (record_save(sessionfd, SESSION_FILE_STATE, text, len, sync ? FILE_SYNC : FILE_DATA));
}

int
state_enter(struct state *s, enum status to, const char *reason, const char *detail)
{
	struct state_change *c;
	int64_t now = clock_wall();

	if (!status_legal(s->status, to)) {
		errno = EINVAL;
		return (-1);
	}
	if (s->nhistory == SESSION_MAX_HISTORY)
		memmove(s->history, s->history + 1, --s->nhistory * sizeof(*s->history));
	c = &s->history[s->nhistory++];
	c->at = now;
	c->from = s->status;
	c->to = to;
	strlcpy(c->reason, reason == NULL ? "" : reason, sizeof(c->reason));
	s->status = to;
	s->parked = false;
	strlcpy(s->reason, reason == NULL ? "" : reason, sizeof(s->reason));
	strlcpy(s->detail, detail == NULL ? "" : detail, sizeof(s->detail));
	if (to == STATUS_APPROVED)
		strlcpy(s->approved, s->head, sizeof(s->approved));
	if (to == STATUS_RUNNING && s->started_at == 0)
		s->started_at = now;
	s->ended_at = status_ended(to) ? now : 0;
	s->updated_at = now;
	return (0);
}
