/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "orchestrator/session/ask.h"
#include "orchestrator/session/registry.h"
#include "orchestrator/session/rule.h"
#include "orchestrator/session/show_entry.h"
#include "orchestrator/session/target_tell.h"
#include "orchestrator/view/show.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/array.h"
#include "proto/base/clock.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/json/record.h"
#include "proto/record/config.h"
#include "proto/record/question.h"
#include "proto/record/tell.h"
#include "proto/sys/file.h"

int
show_operand(struct orch *o, const char *name, struct entry *e)
{
	int	rv = orch_open(o);

	return rv != 0 ? rv : registry_find(o, name, e);
}

const char *
show_status(const struct entry *e)
{
	if (e->error != NULL)
		return "unreadable";
	if (entry_dead(e))
		return e->begun ? "dead" : "not started";
	if (e->state.merging.target[0] != '\0')
		return "merging";
	return status_name(e->state.status);
}

enum tone
show_tone(const struct entry *e)
{
	if (e->error != NULL || entry_dead(e))
		return TONE_BAD;
	if (e->state.questions_open > 0 && status_live(e->state.status))
		return TONE_ASK;
	switch (status_traits(e->state.status)->outcome) {
	case OUTCOME_NONE:
		return status_approved(e->state.status) ? TONE_GOOD : TONE_BUSY;
	case OUTCOME_DONE:
		return TONE_GOOD;
	case OUTCOME_BLOCKED:
	case OUTCOME_DECLINED:
	case OUTCOME_FAILED:
	case OUTCOME_COUNT:
		break;
	}
	return TONE_BAD;
}

enum role
show_role(const struct settings *s, enum step step)
{
	if (step == STEP_DECIDE && s->role[ROLE_TECH_LEAD] != NULL)
		return ROLE_TECH_LEAD;
	return step == STEP_REVIEW || step == STEP_DECIDE ? ROLE_REVIEWER : ROLE_IMPLEMENTER;
}

char *
show_limit(const struct entry *e)
{
	char why[RECORD_ERR], at[CLOCK_TEXT], in[CLOCK_TEXT], *text;
	int64_t until = e->state.parked_until, now = clock_wall();
	const char *agent = NULL;
	struct config c = { 0 };
	int fd;

	if (e->error != NULL || until == 0 || !status_live(e->state.status))
		return NULL;
	fd = file_open_dir(AT_FDCWD, e->path);
	if (fd != -1 && config_load(fd, &c, why, sizeof(why)) == 0)
		agent = c.settings.role[show_role(&c.settings, e->state.step)];
	if (agent == NULL)
		agent = "its agent";
	text = until <= now ? text_format("the first run after the usage limit of %s", agent) :
	    text_format("usage limit of %s until %s (in %s)", agent, clock_local(until, now, at, sizeof(at)),
	    clock_age(until - now, in, sizeof(in)));
	config_release(&c);
	file_close(fd);
	return text;
}

void
show_reason(const struct entry *e)
{
	const struct state *s = &e->state;
	char *limit = show_limit(e);

	show_field("waits for", limit);
	free(limit);
	if (strcmp(s->reason, status_name(s->status)) != 0)
		show_field("reason", s->reason);
	if (strcmp(s->reason, "blocked") != 0 || s->blocked == NULL)	/* its detail is a part of that */
		show_field("detail", s->detail);
	show_field("blocked", s->blocked);
	show_field("budget", s->notice);
}

static char *
message_text(const struct tell *t)
{
	switch (t->status) {
	case TELL_WAITING:
		return text_format("%s waits for the agent's next turn", t->id);
	case TELL_GIVEN:
		return text_format("%s was given to run %s, which has not ended", t->id, t->run);
	case TELL_DELIVERED:
		return text_format("%s was delivered in run %s, %s ago", t->id, t->run, show_age(t->delivered_at));
	case TELL_REFUSED:
	case TELL_STATUSES:
		break;
	}
	return text_format("%s was refused: %s", t->id, t->reason);
}

void
show_messages(const struct entry *e)
{
	struct tells ts = { 0 };
	char why[RECORD_ERR], *line;
	int fd = file_open_dir(AT_FDCWD, e->path);

	if (fd != -1 && tells_load(fd, &ts, why, sizeof(why)) == -1)
		show_field("messages", why);
	for (size_t i = 0; i < ts.n; i++) {
		show_field("message", line = message_text(&ts.v[i]));
		free(line);
		if (tell_open(&ts.v[i]))	/* the remarks have those that were delivered */
			show_block(stdout, ts.v[i].text);
	}
	tells_release(&ts);
	file_close(fd);
}

static void
put_time(struct json *j, const char *key, int64_t ms)
{
	record_put_time(j, key, ms);
}

static void
put_text(struct json *j, const char *key, const char *text)
{
	json_put_str(j, key, text != NULL && *text != '\0' ? text : NULL);
}

struct json *
show_entry_brief(const struct entry *e)
{
	static const char *const group[] = {
		"active", "questions", "review", "ready", "ended"
	};
	ARRAY_WHOLE(group, GROUP_COUNT);
	const struct state	*s = &e->state;
	struct json		*j = json_new_object(), *t = json_new_object();

	json_put_str(j, "session", e->id);
	json_put_str(j, "item", s->item);
	json_put_str(j, "group", group[entry_group(e)]);
	json_put_str(j, "status", e->error != NULL ? NULL : status_name(s->status));
	json_put_str(j, "step", e->error != NULL ? NULL : step_name(s->step));
	json_put_int(j, "round", s->round);
	json_put_bool(j, "alive", e->alive);
	json_put_bool(j, "dead", entry_dead(e));
	json_put_bool(j, "paused", e->paused);
	json_put_bool(j, "archived", e->archived);
	put_text(j, "error", e->error);
	put_text(j, "reason", s->reason);
	put_text(j, "detail", s->detail);
	put_text(j, "blocked", s->blocked);
	put_text(j, "notice", s->notice);
	put_time(j, "parked_until", status_live(s->status) ? s->parked_until : 0);
	json_put_int(j, "questions_open", status_live(s->status) ? s->questions_open : 0);
	json_put_int(t, "done", s->tasks_done);
	json_put_int(t, "total", s->tasks_total);
	put_text(t, "note", s->note);
	json_put(j, "tasks", t);
	json_put_int(j, "attempt", s->attempt);
	put_time(j, "created_at", s->created_at);
	put_time(j, "updated_at", s->updated_at);
	put_time(j, "ended_at", s->ended_at);
	put_text(j, "branch", s->branch);
	put_text(j, "base", s->base);
	put_text(j, "head", s->head);
	put_text(j, "merged", s->merged);
	put_text(j, "worktree", s->worktree);
	json_put_str(j, "path", e->path);
	return j;
}

struct json *
show_entry_json(const struct entry *e)
{
	struct json *j = show_entry_brief(e);
	char *target = target_of(e);

	put_text(j, "target", target);
	free(target);
	return j;
}

void
show_question(const struct entry *e, const struct question *q)
{
	char	*by_default = rule_default_text(e, q);
	struct text option = { 0 };

	show_block(stdout, q->text);
	for (size_t i = 0; i < q->options.n; i++) {
		text_clear(&option);
		text_printf(&option, "%zu) %s", i + 1, q->options.v[i]);
		show_block(stdout, option.buf);
	}
	if (by_default != NULL)
		show_block(stdout, by_default);
	text_free(&option);
	free(by_default);
}

struct json *
show_question_json(const struct entry *e, const struct question *q)
{
	struct json	*j = json_new_object(), *a = json_new_array();

	json_put_str(j, "session", e->id);
	put_text(j, "item", e->state.item);
	json_put_str(j, "id", q->id);
	json_put_str(j, "status", question_status_name(q->status));
	put_text(j, "run", q->run);
	json_put_str(j, "role", q->role == ROLE_NONE ? NULL : role_name(q->role));
	json_put_int(j, "round", q->round);
	json_put_str(j, "question", q->text);
	for (size_t i = 0; i < q->options.n; i++)
		json_append(a, json_new_string(q->options.v[i]));
	json_put(j, "options", a);
	put_time(j, "asked_at", q->asked_at);
	return j;
}

size_t
show_questions_json(const struct entry *e, struct json *list)
{
	struct question blocked = { .role = ROLE_IMPLEMENTER, .text = e->state.blocked, .asked_at = e->state.ended_at };
	bool asks = e->state.item[0] == '\0' || status_live(e->state.status);
	struct questions qs = { 0 };
	char why[RECORD_ERR];
	size_t n = 0;
	int fd;

	if (e->error != NULL)
		return 0;
	if (ask_blocked(e)) {
		json_append(list, show_question_json(e, &blocked));
		return 1;
	}
	if (!asks || (fd = file_open_dir(AT_FDCWD, e->path)) == -1)
		return 0;
	if (questions_load(fd, &qs, why, sizeof(why)) == -1)
		log_warnx("%s: %s", e->id, why);
	for (size_t i = 0; i < qs.n; i++)
		if (qs.q[i].status == QUESTION_OPEN) {
			json_append(list, show_question_json(e, &qs.q[i]));
			n++;
		}
	questions_release(&qs);
	close(fd);
	return n;
}

struct json *
show_record_json(const struct entry *e, const char *name)
{
	struct json	*j = NULL;
	char		 why[RECORD_ERR], *buf;
	size_t		 len;
	int		 fd;

	if ((fd = file_open_dir(AT_FDCWD, e->path)) == -1)
		return NULL;
	if (record_read(fd, name, &buf, &len, why, sizeof(why)) == 0) {
		j = record_open(name, buf, len, why, sizeof(why));
		free(buf);
	}
	close(fd);
	return j;
}

char *
show_progress(const struct entry *e)
{
	const struct state	*s = &e->state;
	int64_t			 done = s->tasks_done < s->tasks_total ? s->tasks_done : s->tasks_total;
	struct text		 t = { 0 };

	text_printf(&t, "%s: [", s->item);
	show_bar(&t, done, s->tasks_total, 20);
	text_printf(&t, "] %jd%% (%jd/%jd tasks)", (intmax_t)(done * 100 / s->tasks_total), (intmax_t)done,
	    (intmax_t)s->tasks_total);
	return t.buf;
}
