/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "orchestrator/serve/server.h"
#include "orchestrator/session/facts.h"
#include "orchestrator/session/registry.h"
#include "orchestrator/session/show_entry.h"
#include "proto/base/array.h"
#include "proto/base/clock.h"
#include "proto/base/strings.h"
#include "proto/json/field.h"
#include "proto/json/json.h"
#include "proto/json/record.h"

#define STREAMS_OPEN	(HTTP_MAX_STREAMS - 8)	/* to clients without a token */

void
serve_health(struct server *s, struct request *r, const char *part)
{
	struct json *j = json_new_object();
	char now[CLOCK_TEXT];

	(void)s;
	(void)part;
	json_put_str(j, "status", "ok");
	json_put_str(j, "timestamp", clock_text(clock_wall(), now, sizeof(now)));
	reply_json(r, 200, j);
}

static bool
asks_for(const struct request *r, const char *name)
{
	const char *value = request_query(r, name);

	return value != NULL && strcmp(value, "true") == 0;
}

/* A session as watch lists it. */
static struct json *
row_json(const struct row *row)
{
	static const char *const urgencies[] = {
		[SECTION_QUESTIONS] = "question", [SECTION_STOPPED] = "stopped", [SECTION_STUCK] = "stuck",
		[SECTION_RUNNING] = "running", [SECTION_READY] = "ready", [SECTION_OVER] = "over",
	};
	ARRAY_WHOLE(urgencies, SECTIONS);
	struct json *j = show_entry_brief(row->e);
	struct text t = { 0 };

	json_put_str(j, "name", row_name(row));
	json_put_str(j, "urgency", urgencies[row->section]);
	row_step(&t, row);
	json_put_str(j, "at", t.buf);
	text_clear(&t);
	row_note(&t, row);
	json_put_str(j, "note", t.len > 0 ? t.buf : NULL);
	text_free(&t);
	return j;
}

static struct json *
counts_json(const struct rows *rows)
{
	static const char *const names[] = {
		[SECTION_QUESTIONS] = "questions", [SECTION_STOPPED] = "stopped", [SECTION_STUCK] = "stuck",
		[SECTION_RUNNING] = "running", [SECTION_READY] = "ready", [SECTION_OVER] = "over",
	};
	ARRAY_WHOLE(names, SECTIONS);
	struct json *j = json_new_object();

	for (int i = 0; i < SECTIONS; i++)
		json_put_int(j, names[i], (int64_t)rows->count[i]);
	return j;
}

void
serve_sessions(struct server *s, struct request *r, const char *part)
{
	const char *top = s->o.repo.top != NULL ? s->o.repo.top : s->o.repo.common, *name = strrchr(top, '/');
	const struct model *m = &s->model;
	struct rows_look look = { .executing = m->executing, .over = asks_for(r, "all") };
	struct json *j = json_new_object(), *all = json_new_array();
	struct strings alerts = { 0 };
	struct rows rows = { 0 };
	bool lists = m->lists != NULL;

	(void)part;
	if (look.over)
		model_archive(&s->model, true);
	model_rows(m, &rows, &look);
	model_alerts(m, &alerts);
	json_put_int(j, "version", 1);
	json_put_str(j, "repository", name != NULL && name[1] != '\0' ? name + 1 : top);
	json_put_bool(j, "executing", m->executing);
	json_put_str(j, "lists", m->lists);
	json_put_int(j, "done", (int64_t)(lists ? m->done : rows.done));
	json_put_int(j, "total", (int64_t)(lists ? m->total : rows.total));
	json_put(j, "alerts", strings_json(&alerts));
	json_put(j, "counts", counts_json(&rows));
	for (size_t i = 0; i < rows.n; i++)
		json_append(all, row_json(&rows.v[i]));
	json_put(j, "sessions", all);
	strings_free(&alerts);
	rows_release(&rows);
	if (look.over)		/* for this client alone */
		model_archive(&s->model, false);
	reply_json(r, 200, j);
}

void
serve_questions(struct server *s, struct request *r, const char *part)
{
	struct json *j = json_new_object(), *all = json_new_array();
	const struct model *m = &s->model;

	(void)part;
	for (size_t i = 0; i < m->n; i++)
		(void)show_questions_json(&m->v[i]->e, all);
	if (m->instance_note != NULL)
		(void)show_questions_json(&m->instance, all);
	json_put_int(j, "version", 1);
	json_put(j, "questions", all);
	reply_json(r, 200, j);
}

static void
put_activity(struct json *all, const struct seat *seat)
{
	const struct state *st = &seat->e.state;
	struct json *j = json_new_object();
	const char *role;
	struct facts f;

	facts_records(&seat->e, &f);
	role = role_name(show_role(&f.config.settings, st->step));
	json_put_str(j, "streamId", st->item);
	json_put_str(j, "streamName", f.item.title != NULL ? f.item.title : st->item);
	json_put_str(j, "agentId", role);
	json_put_str(j, "agentName", facts_agent(&f, role));
	json_put_str(j, "sessionId", seat->e.id);
	json_put_str(j, "taskId", st->item);
	json_put_str(j, "taskTitle", f.item.title);
	json_put_str(j, "activityDescription", seat->note != NULL ? seat->note : st->note);
	json_put_str(j, "phase", step_name(st->step));
	record_put_time(j, "startedAt", st->started_at);
	record_put_time(j, "lastHeartbeat", st->updated_at);
	json_put_bool(j, "isActive", seat->e.alive);
	json_append(all, j);
	facts_release(&f);
}

/* The sessions that have not ended; active: only those that a worker has. */
void
serve_activity(struct server *s, struct request *r, const char *part)
{
	struct json *j = json_new_object(), *all = json_new_array();
	const char *stream = request_query(r, "streamId");
	bool active = asks_for(r, "active");
	const struct model *m = &s->model;
	int64_t alive = 0, idle = 0;

	(void)part;
	for (size_t i = 0; i < m->n; i++) {
		const struct entry *e = &m->v[i]->e;

		if (e->error != NULL || !status_live(e->state.status) || (stream != NULL && strcmp(stream, e->state.item) != 0))
			continue;
		alive += e->alive;
		idle += !e->alive;
		if (e->alive || !active)
			put_activity(all, m->v[i]);
	}
	json_put(j, "activities", all);
	json_put_int(j, "totalActive", alive);
	json_put_int(j, "totalIdle", idle);
	reply_json(r, 200, j);
}

void
serve_events(struct server *s, struct request *r, const char *part)
{
	(void)part;
	if (http_streams() == 0)
		s->told = s->model.turn;
	if (http_streams() >= STREAMS_OPEN && !guard_has_token(&s->guard, request_header(r, "Authorization")))
		reply_error(r, 503, "too many event streams; without the token the limit is %d", STREAMS_OPEN);
	else if (!request_stream(r, "retry: 1000\nevent: hello\ndata: {}\n\n"))
		reply_error(r, 503, "too many event streams; the limit is %d", HTTP_MAX_STREAMS);
}

void
events_tell(struct server *s)
{
	const struct model *m = &s->model;
	struct json *j = json_new_object(), *ids = json_new_array();
	char *line, *text;

	model_refresh(&s->model);
	for (size_t i = 0; i < m->n; i++)
		if (m->v[i]->turn > s->told)
			json_append(ids, json_new_string(m->v[i]->e.id));
	s->told = m->turn;
	json_put(j, "sessions", ids);
	line = json_text(j, false, NULL);
	text = text_format("event: change\ndata: %s\n\n", line);
	http_tell(text);
	json_free(j);
	free(line);
	free(text);
}
