/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "orchestrator/cli/status_streams.h"
#include "orchestrator/serve/server.h"
#include "orchestrator/source/streams_file.h"
#include "orchestrator/source/tasks.h"
#include "proto/base/alloc.h"
#include "proto/base/array.h"
#include "proto/base/log.h"
#include "proto/json/field.h"
#include "proto/json/json.h"
#include "proto/json/record.h"

/* The streams and their tasks. */
struct world {
	struct server	*s;
	struct json	*streams;	/* as status has them */
	struct streams_file f;
	char		 mirror[TASKLIST_ID_MAX];	/* the list whose tasks are the streams */
	const char	*list;		/* that is being read */
	struct json	*tasks;
};

static const char *const words[] = {
	[TASK_PENDING] = "pending", [TASK_IN_PROGRESS] = "in_progress", [TASK_COMPLETE] = "completed", [TASK_BLOCKED] = "blocked",
	[TASK_FAILED] = "failed",
};
ARRAY_WHOLE(words, TASK_STATUS_COUNT);

static const struct json *
find(const struct json *array, const char *key, const char *value)
{
	for (size_t i = 0; i < json_count(array); i++)
		if (strcmp(json_words(json_at(array, i), key), value) == 0)
			return json_at(array, i);
	return NULL;
}

/* Adds a task of a stream; "" = of no stream. */
static struct json *
add_task(struct world *w, const char *id, const struct item *item, const char *stream, enum task_status status)
{
	const struct json *of = find(w->streams, "stream", stream);
	struct json *j = json_new_object(), *meta = json_new_object();

	json_put_str(j, "id", id);
	json_put_str(j, "title", item->title != NULL ? item->title : id);
	json_put_str(j, "description", item->description);
	json_put_str(j, "status", words[status]);
	json_put_str(j, "assignedAgent", item->agent_type);
	json_put_str(j, "streamId", *stream != '\0' ? stream : NULL);
	json_put_str(j, "list", w->list);
	json_put_str(meta, "streamId", *stream != '\0' ? stream : NULL);
	json_put_str(meta, "streamName", json_str(of, "name"));
	json_put_str(meta, "streamPhase", json_str(of, "phase"));
	json_put(meta, "files", strings_json(&item->allowed_paths));
	json_put(meta, "streamDependencies", of == NULL ? json_new_array() : json_copy(json_get(of, "dependencies")));
	json_put(j, "metadata", meta);
	json_append(w->tasks, j);
	return j;
}

static int
add_list(void *arg, const char *id)
{
	struct world *w = arg;
	bool good;
	const struct tasklist *l = strcmp(id, w->mirror) == 0 ? NULL : tasks_see(w->s->o.workspace, id, &good);

	for (size_t i = 0; l != NULL && i < l->n; i++) {
		const struct task *t = &l->v[i];
		const struct task_change *last = t->nhistory > 0 ? &t->history[t->nhistory - 1] : NULL;
		struct json *j;

		w->list = id;
		j = add_task(w, t->item.id, &t->item, t->stream, t->status);
		json_put_str(j, "blockedReason", t->status == TASK_BLOCKED && last != NULL ? last->reason : NULL);
		json_put_str(j, "notes", last != NULL ? last->reason : NULL);
		record_put_time(j, "createdAt", t->created_at);
		record_put_time(j, "updatedAt", last != NULL ? last->at : t->created_at);
	}
	return 0;
}

/* A stream does its own tasks one after another. */
static void
add_own(struct world *w, const struct stream *one)
{
	const struct json *of = find(w->streams, "stream", one->id);
	const char *status = json_words(of, "status");
	int64_t done = json_int(of, "done", 0);
	enum task_status next = strcmp(status, "in progress") == 0 ? TASK_IN_PROGRESS : strcmp(status, "blocked") == 0 ? TASK_BLOCKED :
	    strcmp(status, "failed") == 0 ? TASK_FAILED : TASK_PENDING;

	w->list = NULL;
	for (size_t i = 0; i < one->ntask; i++)
		(void)add_task(w, one->task[i].id, &one->task[i], one->id,
		    (int64_t)i < done ? TASK_COMPLETE : (int64_t)i == done ? next : TASK_PENDING);
}

static void
world_open(struct world *w, struct server *s)
{
	struct entries es = { .v = alloc_array(s->model.n, sizeof(*es.v)) };

	memset(w, 0, sizeof(*w));
	w->s = s;
	for (size_t i = 0; i < s->model.n; i++)
		es.v[es.n++] = s->model.v[i]->e;
	w->streams = status_streams_json(&s->o, &es, NULL);
	free(es.v);
	w->tasks = json_new_array();
	if (streams_file_present(&s->o) && streams_file_load(&s->o, &w->f) == 0)
		streams_list(&s->o, &w->f.s, w->mirror);
	(void)tasks_each(s->o.workspace, add_list, w);
	for (size_t i = 0; i < w->f.s.n; i++)
		add_own(w, &w->f.s.v[i]);
}

static void
world_close(struct world *w)
{
	json_free(w->streams);
	json_free(w->tasks);
	streams_file_release(&w->f);
}

static int64_t
count(const struct world *w, const char *stream, enum task_status status)
{
	int64_t n = 0;

	for (size_t i = 0; i < json_count(w->tasks); i++)
		n += strcmp(json_words(json_at(w->tasks, i), "streamId"), stream) == 0 &&
		    strcmp(json_words(json_at(w->tasks, i), "status"), words[status]) == 0;
	return n;
}

/* A stream of status by the names of the streams file. */
static struct json *
stream_json(struct world *w, const struct json *of)
{
	const char *id = json_words(of, "stream"), *session = json_str(of, "session");
	const struct entry *e = session == NULL ? NULL : model_find(&w->s->model, session);
	size_t k = streams_find(&w->f.s, id);
	int64_t total = json_int(of, "total", 0), done = json_int(of, "done", 0);
	bool complete = strcmp(json_words(of, "status"), "complete") == 0;
	struct json *j = json_new_object();

	json_put_str(j, "streamId", id);
	json_put_str(j, "streamName", json_str(of, "name"));
	json_put_str(j, "streamPhase", json_str(of, "phase"));
	json_put_str(j, "status", json_str(of, "status"));
	json_put_str(j, "reason", json_str(of, "reason"));
	json_put_int(j, "totalTasks", total);
	json_put_int(j, "completedTasks", done);
	json_put_int(j, "inProgressTasks", count(w, id, TASK_IN_PROGRESS));
	json_put_int(j, "blockedTasks", count(w, id, TASK_BLOCKED));
	json_put_int(j, "pendingTasks", count(w, id, TASK_PENDING));
	json_put_int(j, "progressPercentage", complete ? 100 : total > 0 ? done * 100 / total : 0);
	json_put(j, "files", json_copy(json_get(of, "files")));
	json_put(j, "dependencies", json_copy(json_get(of, "dependencies")));
	json_put(j, "waitsFor", json_copy(json_get(of, "waits_for")));
	json_put_str(j, "projectRoot", w->s->o.repo.top);
	json_put_str(j, "worktreePath", e != NULL ? e->state.worktree : k != STREAMS_NONE ? w->f.s.v[k].worktree : NULL);
	json_put_str(j, "branch", e != NULL ? e->state.branch : NULL);
	json_put_str(j, "sessionId", session);
	return j;
}

void
serve_streams(struct server *s, struct request *r, const char *part)
{
	struct json *j = json_new_object(), *all = json_new_array();
	struct world w;

	(void)part;
	world_open(&w, s);
	for (size_t i = 0; i < json_count(w.streams); i++)
		json_append(all, stream_json(&w, json_at(w.streams, i)));
	json_put(j, "streams", all);
	json_put_int(j, "totalStreams", (int64_t)json_count(w.streams));
	world_close(&w);
	reply_json(r, 200, j);
}

/* Does the task have this stream and status?  NULL = any; "COMPLETE", as task lists have it, is accepted for completed. */
static bool
is_wanted(const struct json *task, const char *stream, const char *status)
{
	const char *has = json_words(task, "status");

	return (stream == NULL || strcmp(json_words(task, "streamId"), stream) == 0) && (status == NULL || strcasecmp(has, status) == 0 ||
	    (strcasecmp(status, task_status_name(TASK_COMPLETE)) == 0 && strcmp(has, words[TASK_COMPLETE]) == 0));
}

/* The tasks of a stream, and of a status; NULL = any. */
static struct json *
tasks_of(const struct world *w, const char *stream, const char *status)
{
	struct json *some = json_new_array();

	for (size_t i = 0; i < json_count(w->tasks); i++)
		if (is_wanted(json_at(w->tasks, i), stream, status))
			json_append(some, json_ref_at(w->tasks, i));
	return some;
}

void
serve_stream(struct server *s, struct request *r, const char *id)
{
	const struct json *of;
	struct json *j;
	struct world w;

	world_open(&w, s);
	if ((of = find(w.streams, "stream", id)) != NULL) {
		j = stream_json(&w, of);
		json_put(j, "tasks", tasks_of(&w, id, NULL));
		reply_json(r, 200, j);
	} else
		reply_error(r, 404, "there is no stream %s", id);
	world_close(&w);
}

void
serve_tasks(struct server *s, struct request *r, const char *part)
{
	struct json *j = json_new_object(), *some;
	struct world w;

	(void)part;
	world_open(&w, s);
	some = tasks_of(&w, request_query(r, "streamId"), request_query(r, "status"));
	json_put_int(j, "totalTasks", (int64_t)json_count(some));
	json_put(j, "tasks", some);
	world_close(&w);
	reply_json(r, 200, j);
}
