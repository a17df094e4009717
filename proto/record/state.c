/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/clock.h"
#include "proto/json/field.h"
#include "proto/json/json.h"
#include "proto/json/record.h"
#include "proto/record/state.h"
#include "proto/sys/file.h"

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

static void
read_work(struct state *s, struct field *f)
{
	struct field in;
	double usd;

	in = field_in(f, "tasks");
	s->tasks_done = field_int(&in, "done", 0, MAX_COUNT, 0);
	s->tasks_total = field_int(&in, "total", 0, MAX_COUNT, 0);
	s->note = field_text(&in, "note", STATE_MAX_NOTE);
	in = field_in(f, "usage");
	s->input_tokens = field_int(&in, "input_tokens", 0, STATE_MAX_USAGE, 0);
	s->output_tokens = field_int(&in, "output_tokens", 0, STATE_MAX_USAGE, 0);
	usd = json_real(in.o, "cost_usd", field_has(&in, "cost_usd") ? -1 : 0);
	if (usd < 0 || usd > MAX_USD)
		field_fail(&in, "cost_usd", "must be a number from 0 to %.0f", MAX_USD);
	else
		s->cost_microusd = (int64_t)(usd * 1e6 + 0.5);
	in = field_in(f, "agent_time");
	s->agent_ms = field_int(&in, "ms", 0, MAX_MS, 0);
	s->agent_since = field_time(&in, "since");
	in = field_in(f, "rescue");
	s->rescue.attempts = field_int(&in, "attempts", 0, MAX_COUNT, 0);
	field_str(&in, "cause", s->rescue.cause, sizeof(s->rescue.cause));
	s->rescue.under_way = field_bool(&in, "under_way");
	s->parked_until = field_time(f, "parked_until");
	in = field_in(f, "conversations");
	for (int role = ROLE_IMPLEMENTER; role < ROLE_COUNT; role++)
		s->conversation[role] = field_text(&in, role_name(role), STATE_MAX_CONVERSATION);
	s->blocked = field_text(f, "blocked", SESSION_MAX_TEXT);
	s->questions_open = field_int(f, "questions_open", 0, SESSION_MAX_QUESTIONS, 0);
	s->feedback = field_text(f, "feedback", STATE_MAX_FEEDBACK);
}

static void
read_merge(struct state *s, struct field *f)
{
	struct field in = field_in(f, "merging");
	size_t n;

	field_str(&in, "target", s->merging.target, sizeof(s->merging.target));
	field_oid(&in, "old", s->merging.old);
	field_oid(&in, "new", s->merging.new);
	field_strings(&in, "checkouts", STATE_MAX_CHECKOUTS, ITEM_MAX_PATH, &s->merging.checkouts);
	field_oid(f, "merged", s->merged);
	s->resolves = field_int(f, "resolves", 0, MAX_COUNT, 0);
	in = field_in(f, "resolving");
	field_oid(&in, "target", s->resolving.target);
	s->resolving.others = field_text(&in, "others", STATE_MAX_FEEDBACK);
	n = field_count(f, "conflicts", STATE_MAX_CONFLICTS);
	if (n > 0 && (s->conflicts = calloc(n, sizeof(*s->conflicts))) == NULL)
		err(1, NULL);
	for (; s->nconflicts < n; s->nconflicts++) {
		in = field_at(f, "conflicts", s->nconflicts);
		field_need(&in, "path");
		field_need(&in, "kind");
		s->conflicts[s->nconflicts].path = field_text(&in, "path", ITEM_MAX_PATH);
		s->conflicts[s->nconflicts].kind = field_text(&in, "kind", STATE_MAX_KIND);
	}
}

static void
read_history(struct state *s, struct field *f)
{
	size_t n = field_count(f, "history", SESSION_MAX_HISTORY);

	for (; s->nhistory < n; s->nhistory++) {
		struct state_change *c = &s->history[s->nhistory];
		struct field in = field_at(f, "history", s->nhistory);

		field_need(&in, "from");
		field_need(&in, "to");
		c->at = field_time(&in, "at");
		c->from = (enum status)field_name(&in, "from", status_parse, STATUS_PENDING);
		c->to = (enum status)field_name(&in, "to", status_parse, STATUS_PENDING);
		field_str(&in, "reason", c->reason, sizeof(c->reason));
	}
}

static void
read_state(struct state *s, struct field *f)
{
	field_need(f, "session");
	field_need(f, "item");
	field_need(f, "status");
	field_id(f, "session", s->session, sizeof(s->session), session_id_valid);
	field_id(f, "item", s->item, sizeof(s->item), item_id_valid);
	s->status = (enum status)field_name(f, "status", status_parse, STATUS_PENDING);
	s->step = (enum step)field_name(f, "step", step_parse, STEP_SETUP);
	field_str(f, "reason", s->reason, sizeof(s->reason));
	field_str(f, "detail", s->detail, sizeof(s->detail));
	field_str(f, "holder", s->holder, sizeof(s->holder));
	s->worker_pid = (pid_t)field_int(f, "worker_pid", 0, INT32_MAX, 0);
	s->agent_pid = (pid_t)field_int(f, "agent_pid", 0, INT32_MAX, 0);
	field_str(f, "boot_id", s->boot_id, sizeof(s->boot_id));
	s->created_at = field_time(f, "created_at");
	s->started_at = field_time(f, "started_at");
	s->updated_at = field_time(f, "updated_at");
	s->ended_at = field_time(f, "ended_at");
	s->attempt = field_int(f, "attempt", 0, MAX_COUNT, 0);
	s->round = field_int(f, "round", 0, MAX_COUNT, 0);
	s->gate_tries = field_int(f, "gate_tries", 0, MAX_COUNT, 0);
	s->runs = field_int(f, "runs", 0, MAX_COUNT, 0);
	s->recoveries = field_int(f, "recoveries", 0, MAX_COUNT, 0);
	field_id(f, "run", s->run, sizeof(s->run), run_valid);
	field_str(f, "role", s->role, sizeof(s->role));
	if (s->role[0] != '\0' && role_parse(s->role) == -1)
		field_fail(f, "role", "has an unknown value");
	s->branch = field_text(f, "branch", STATE_MAX_BRANCH);
	field_oid(f, "base", s->base);
	field_oid(f, "head", s->head);
	field_oid(f, "files", s->files);
	s->worktree = field_text(f, "worktree", ITEM_MAX_PATH);
	read_work(s, f);
	read_merge(s, f);
	read_history(s, f);
}

int
state_parse(struct state *s, const char *buf, size_t len, char *err, size_t errlen)
{
	struct field f;

	memset(s, 0, sizeof(*s));
	if ((s->raw = record_open(SESSION_FILE_STATE, buf, len, err, errlen)) == NULL)
		return (-1);
	f = field_begin(s->raw, SESSION_FILE_STATE, err, errlen);
	read_state(s, &f);
	if (!field_bad(&f))
		return (0);
	state_release(s);
	return (-1);
}

static const char *
or_null(const char *s)
{
	return (s[0] == '\0' ? NULL : s);
}

static void
put_work(struct json *o, const struct state *s)
{
	struct json *in;

	in = record_sub(o, "tasks");
	json_put_int(in, "done", s->tasks_done);
	json_put_int(in, "total", s->tasks_total);
	record_put(in, "note", s->note, STATE_MAX_NOTE);
	record_put(o, "blocked", s->blocked, SESSION_MAX_TEXT);
	json_put_int(o, "questions_open", s->questions_open);
	in = record_sub(o, "usage");
	json_put_int(in, "input_tokens", s->input_tokens);
	json_put_int(in, "output_tokens", s->output_tokens);
	json_put(in, "cost_usd", json_new_real((double)s->cost_microusd / 1e6));
	in = record_sub(o, "agent_time");
	json_put_int(in, "ms", s->agent_ms);
	record_put_time(in, "since", s->agent_since);
	in = record_sub(o, "rescue");
	json_put_int(in, "attempts", s->rescue.attempts);
	json_put_str(in, "cause", or_null(s->rescue.cause));
	json_put_bool(in, "under_way", s->rescue.under_way);
	record_put_time(o, "parked_until", s->parked_until);
	in = record_sub(o, "conversations");
	for (int role = ROLE_IMPLEMENTER; role < ROLE_COUNT; role++)
		record_put(in, role_name(role), s->conversation[role], STATE_MAX_CONVERSATION);
	record_put(o, "feedback", s->feedback, STATE_MAX_FEEDBACK);
}

static void
put_merge(struct json *o, const struct state *s)
{
	struct json *in, *list = json_new_array();
	size_t bytes = 0;

	if (s->merging.target[0] == '\0')
		json_put(o, "merging", NULL);
	else {
		in = record_sub(o, "merging");
		json_put_str(in, "target", s->merging.target);
		json_put_str(in, "old", s->merging.old);
		json_put_str(in, "new", s->merging.new);
		json_put(in, "checkouts", strings_json(&s->merging.checkouts));
	}
	json_put_str(o, "merged", or_null(s->merged));
	json_put_int(o, "resolves", s->resolves);
	if (s->resolving.target[0] == '\0')
		json_put(o, "resolving", NULL);
	else {
		in = record_sub(o, "resolving");
		json_put_str(in, "target", s->resolving.target);
		record_put(in, "others", s->resolving.others, STATE_MAX_FEEDBACK);
	}
	for (size_t i = 0; i < s->nconflicts && i < STATE_MAX_CONFLICTS; i++) {
		const struct state_conflict *c = &s->conflicts[i];

		/* The record as a whole has a cap as well. */
		if ((bytes += strlen(c->path)) > STATE_MAX_FEEDBACK)
			break;
		in = json_new_object();
		record_put(in, "path", c->path, ITEM_MAX_PATH);
		record_put(in, "kind", c->kind, STATE_MAX_KIND);
		json_append(list, in);
	}
	json_put(o, "conflicts", list);
}

static void
put_history(struct json *o, const struct state *s)
{
	struct json *list = json_new_array();

	for (size_t i = 0; i < s->nhistory; i++) {
		const struct state_change *c = &s->history[i];
		struct json *in = json_new_object();

		record_put_time(in, "at", c->at);
		json_put_str(in, "from", status_name(c->from));
		json_put_str(in, "to", status_name(c->to));
		record_put(in, "reason", c->reason, sizeof(c->reason) - 1);
		json_append(list, in);
	}
	json_put(o, "history", list);
}

char *
state_text(const struct state *s, size_t *len)
{
	struct json *o = record_begin(s->raw);

	json_put_str(o, "session", s->session);
	json_put_str(o, "item", s->item);
	json_put_str(o, "status", status_name(s->status));
	json_put_int(o, "phase", step_phase(s->step));
	json_put_str(o, "step", step_name(s->step));
	record_put(o, "reason", s->reason, sizeof(s->reason) - 1);
	record_put(o, "detail", s->detail, sizeof(s->detail) - 1);
	record_put(o, "holder", s->holder, sizeof(s->holder) - 1);
	json_put_int(o, "worker_pid", s->worker_pid);
	json_put_int(o, "agent_pid", s->agent_pid);
	record_put(o, "boot_id", s->boot_id, sizeof(s->boot_id) - 1);
	record_put_time(o, "created_at", s->created_at);
	record_put_time(o, "started_at", s->started_at);
	record_put_time(o, "updated_at", s->updated_at);
	record_put_time(o, "ended_at", s->ended_at);
	json_put_int(o, "attempt", s->attempt);
	json_put_int(o, "round", s->round);
	json_put_int(o, "gate_tries", s->gate_tries);
	json_put_int(o, "runs", s->runs);
	json_put_int(o, "recoveries", s->recoveries);
	json_put_str(o, "run", or_null(s->run));
	json_put_str(o, "role", or_null(s->role));
	record_put(o, "branch", s->branch, STATE_MAX_BRANCH);
	json_put_str(o, "base", or_null(s->base));
	json_put_str(o, "head", or_null(s->head));
	json_put_str(o, "files", or_null(s->files));
	record_put(o, "worktree", s->worktree, ITEM_MAX_PATH);
	put_work(o, s);
	put_merge(o, s);
	put_history(o, s);
	return (record_end(o, len));
}

bool
state_given_back(const struct state *s)
{
	return (s->status == STATUS_RUNNING && (s->step == STEP_RESOLVE || s->step == STEP_COMMIT) &&
	    strcmp(s->holder, "orchestrator") == 0);
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
	free(s->branch);
	free(s->worktree);
	free(s->note);
	free(s->blocked);
	free(s->feedback);
	for (int i = 0; i < ROLE_COUNT; i++)
		free(s->conversation[i]);
	strings_free(&s->merging.checkouts);
	state_resolved(s);
	json_free(s->raw);
	memset(s, 0, sizeof(*s));
}

int
state_load(int sessionfd, struct state *s, char *err, size_t errlen)
{
	char *buf;
	size_t len;
	int rv;

	memset(s, 0, sizeof(*s));
	if (record_read(sessionfd, SESSION_FILE_STATE, &buf, &len, err, errlen) == -1)
		return (-1);
	if ((rv = state_parse(s, buf, len, err, errlen)) == -1)
		errno = EINVAL;
	free(buf);
	return (rv);
}

int
state_save(int sessionfd, struct state *s, bool sync)
{
	char *text;
	size_t len;
	int e, rv;

	s->updated_at = clock_wall();
	text = state_text(s, &len);
	rv = file_replace(sessionfd, SESSION_FILE_STATE, text, len, sync ? FILE_SYNC : FILE_DATA);
	e = errno;
	free(text);
	errno = e;
	return (rv);
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
	strlcpy(s->reason, reason == NULL ? "" : reason, sizeof(s->reason));
	strlcpy(s->detail, detail == NULL ? "" : detail, sizeof(s->detail));
	if (to == STATUS_RUNNING && s->started_at == 0)
		s->started_at = now;
	s->ended_at = status_ended(to) ? now : 0;
	s->updated_at = now;
	return (0);
}
