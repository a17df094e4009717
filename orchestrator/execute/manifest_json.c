/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "orchestrator/execute/manifest.h"
#include "proto/base/array.h"
#include "proto/base/text.h"
#include "proto/json/field.h"
#include "proto/json/record.h"
#include "proto/plan/tasklist.h"
#include "proto/session/layout.h"

#define NAMED	20	/* sessions named in the summary */

static const char *const status_names[] = {
	[TERMINAL_PENDING] = "pending", [TERMINAL_ACTIVE] = "in_progress",
	[TERMINAL_COMPLETED] = "completed", [TERMINAL_FAILED] = "failed",
};
ARRAY_WHOLE(status_names, TERMINAL_COUNT);

struct writing {
	const struct manifest *m;
	const struct tasklist *l;
	struct manifest_sums sums;
};

struct json *
manifest_minutes(int64_t ms)
{
	int64_t hundredths = (ms + (ms < 0 ? -300 : 300)) / 600;

	return hundredths % 100 == 0 ? json_new_int(hundredths / 100) :
	    json_new_real((double)hundredths / 100);
}

/* "TERM-001" */
static const char *
terminal_name(size_t i, char buf[32])
{
	snprintf(buf, 32, "TERM-%03zu", i + 1);
	return buf;
}

static void
put_terminal(struct json *j, const char *key, size_t i)
{
	char buf[32];

	json_put_str(j, key, terminal_name(i, buf));
}

static const struct task *
task_of(const struct writing *w, const struct terminal *t, size_t k)
{
	return &w->l->v[t->tasks.v[k]];
}

/* A list with an object per terminal, which begins with its name. */
static struct json *
each(const struct writing *w, const char *name,
    bool (*make)(const struct writing *, const struct terminal *, struct json *))
{
	struct json *list = json_new_array(), *j;

	for (size_t i = 0; i < w->m->n; i++) {
		if (w->m->v[i].tasks.n == 0)
			continue;
		j = json_new_object();
		put_terminal(j, name, i);
		if (make(w, &w->m->v[i], j))
			json_append(list, j);
		else
			json_free(j);
	}
	return list;
}

static struct json *
plan_json(const struct writing *w)
{
	struct json *j = json_new_object();

	json_put_int(j, "total_tasks", (int64_t)w->sums.total);
	json_put_int(j, "parallelizable_tasks", (int64_t)w->sums.parallelizable);
	json_put_int(j, "sequential_tasks", (int64_t)(w->sums.total - w->sums.parallelizable));
	json_put_int(j, "terminal_count", (int64_t)w->sums.terminals);
	return j;
}

/* When its tasks are done: what the tasks say, and the files that have to be there. */
static struct json *
criteria(const struct writing *w, const struct terminal *t)
{
	struct json *list = json_new_array();
	char *line;

	for (size_t k = 0; k < t->tasks.n; k++) {
		const struct item *item = &task_of(w, t, k)->item;

		if (item->acceptance != NULL && item->acceptance[0] != '\0')
			json_append(list, json_new_string(item->acceptance));
		for (size_t i = 0; i < item->outputs.n; i++) {
			line = text_format("%s exists", item->outputs.v[i]);
			json_append(list, json_new_string(line));
			free(line);
		}
	}
	return list;
}

static bool
assignment(const struct writing *w, const struct terminal *t, struct json *j)
{
	struct json *list = json_new_array(), *one;
	int64_t minutes = 0;

	for (size_t k = 0; k < t->tasks.n; k++)
		minutes += task_of(w, t, k)->item.timeout;
	json_put_str(j, "item", task_of(w, t, 0)->item.id);
	json_put_str(j, "session", t->session[0] != '\0' ? t->session : NULL);
	for (size_t k = 0; k < t->tasks.n; k++) {
		const struct item *item = &task_of(w, t, k)->item;

		one = json_new_object();
		json_put_str(one, "task_id", item->id);
		json_put_str(one, "agent", item->agent_type);
		json_put(one, "estimated_duration_minutes",
		    item->estimate > 0 ? json_new_int(item->estimate) : NULL);
		json_put(one, "outputs_expected", strings_json(&item->outputs));
		json_append(list, one);
	}
	json_put(j, "tasks", list);
	json_put(j, "success_criteria", criteria(w, t));
	json_put(j, "time_limit_minutes", minutes > 0 ? json_new_int(minutes) : NULL);
	return true;
}

static bool
isolation(const struct writing *w, const struct terminal *t, struct json *j)
{
	struct json *allowed = json_new_array(), *forbidden = json_new_array();

	json_put_str(j, "context_package", t->path);
	for (size_t k = 0; k < t->tasks.n; k++) {
		const struct item *item = &task_of(w, t, k)->item;

		for (size_t i = 0; i < item->allowed_paths.n; i++)
			json_append(allowed, json_new_string(item->allowed_paths.v[i]));
		for (size_t i = 0; i < item->forbidden_paths.n; i++)
			json_append(forbidden, json_new_string(item->forbidden_paths.v[i]));
	}
	json_put(j, "allowed_paths", allowed);
	json_put(j, "forbidden_paths", forbidden);
	return true;
}

static struct json *
execution_json(const struct writing *w)
{
	struct json *j = json_new_object();

	record_put_time(j, "spawned_at", w->m->begun_at);
	json_put_int(j, "terminals_spawned", (int64_t)w->sums.spawned);
	json_put_bool(j, "spawn_success", !w->m->spawn_failed);
	json_put(j, "errors", strings_json(&w->m->errors));
	return j;
}

/* What it is doing: the first part, or task, that is not done. */
static const char *
current(const struct writing *w, const struct terminal *t)
{
	const struct parts *parts = &task_of(w, t, 0)->item.parts;
	size_t done = t->done > 0 ? (size_t)t->done : 0;

	if (t->tasks.n > 1)
		return task_of(w, t, done < t->tasks.n ? done : t->tasks.n - 1)->item.id;
	if (parts->n > 0)
		return parts->v[done < parts->n ? done : parts->n - 1].id;
	return task_of(w, t, 0)->item.id;
}

static bool
monitoring(const struct writing *w, const struct terminal *t, struct json *j)
{
	int64_t percent = 0;
	char buf[32];

	json_put_str(j, "status", status_names[t->status]);
	json_put_str(j, "session_status", t->session[0] != '\0' ? status_name(t->state) : NULL);
	record_put_time(j, "started_at", t->started_at);
	json_put_str(j, "current_task", t->status == TERMINAL_ACTIVE ? current(w, t) : NULL);
	if (t->status == TERMINAL_COMPLETED)
		percent = 100;
	else if (t->total > 0)
		percent = t->done < t->total ? t->done * 100 / t->total : 100;
	snprintf(buf, sizeof(buf), "%lld%%", (long long)percent);
	json_put_str(j, "progress", buf);
	return true;
}

static bool
result(const struct writing *w, const struct terminal *t, struct json *j)
{
	struct json *outputs, *e;

	if (t->status <= TERMINAL_ACTIVE)
		return false;
	outputs = json_new_array();
	json_put_str(j, "status", status_names[t->status]);
	json_put_int(j, "tasks_completed", t->status == TERMINAL_COMPLETED ? (int64_t)t->tasks.n : 0);
	json_put_int(j, "tasks_failed", t->status == TERMINAL_FAILED ? (int64_t)t->tasks.n : 0);
	for (size_t i = 0; i < t->files.n; i++)
		json_append(outputs, json_new_string(t->files.v[i].path));
	json_put(j, "outputs", outputs);
	json_put(j, "duration_minutes", manifest_minutes(t->ms));
	if (t->status == TERMINAL_FAILED) {
		e = json_new_object();
		json_put_str(e, "task", current(w, t));
		json_put_str(e, "error_type", t->reason[0] != '\0' ? t->reason : status_name(t->state));
		json_put_str(e, "message", t->detail);
		json_put(j, "error", e);
	}
	return true;
}

static struct json *
completion_json(const struct writing *w)
{
	struct json *j = json_new_object();

	json_put_bool(j, "all_completed", w->sums.total > 0 && w->sums.completed == w->sums.total);
	record_put_time(j, "completed_at", w->m->ended_at);
	json_put(j, "total_duration_minutes", w->m->ended_at > 0 ?
	    manifest_minutes(w->m->elapsed) : NULL);
	json_put(j, "terminal_results", each(w, "terminal", result));
	return j;
}

static struct json *
merged_json(const struct writing *w)
{
	struct json *j = json_new_object(), *list = json_new_array(), *one;

	json_put_int(j, "total_outputs", (int64_t)w->sums.outputs);
	json_put_int(j, "conflicts", (int64_t)w->sums.conflicts);
	for (size_t i = 0; i < w->m->n; i++)
		for (size_t k = 0; k < w->m->v[i].files.n; k++) {
			one = json_new_object();
			json_put_str(one, "path", w->m->v[i].files.v[k].path);
			put_terminal(one, "source", i);
			json_put_int(one, "size_kb", (w->m->v[i].files.v[k].bytes + 1023) / 1024);
			json_append(list, one);
		}
	json_put(j, "artifacts", list);
	return j;
}

static struct json *
performance_json(const struct writing *w)
{
	struct json *j = json_new_object();
	bool known = w->m->elapsed > 0;
	char gain[32];

	json_put(j, "sequential_estimate_minutes", manifest_minutes(w->sums.estimate));
	json_put(j, "parallel_actual_minutes", known ? manifest_minutes(w->m->elapsed) : NULL);
	json_put(j, "time_saved_minutes", known ? manifest_minutes(w->sums.saved) : NULL);
	snprintf(gain, sizeof(gain), "%lld%%", manifest_gain(w->sums.saved, w->m->elapsed));
	json_put_str(j, "efficiency_gain", known ? gain : NULL);
	return j;
}

static struct json *
cleanup_json(const struct writing *w)
{
	struct json *j = json_new_object(), *logs = json_new_array();
	char *log;

	json_put_bool(j, "terminals_closed", w->sums.spawned == w->sums.over);
	for (size_t i = 0; i < w->m->n; i++) {
		if (!w->m->v[i].archived)
			continue;
		log = text_format("%s/" SESSION_FILE_LOG, w->m->v[i].path);
		json_append(logs, json_new_string(log));
		free(log);
	}
	json_put(j, "logs_archived", logs);
	return j;
}

static struct json *
recovery_json(const struct writing *w)
{
	struct json *j = json_new_object();
	bool failed = w->sums.failed > 0 || w->m->spawn_failed;

	json_put_int(j, "successful_tasks", (int64_t)w->sums.completed);
	json_put_int(j, "failed_tasks", (int64_t)w->sums.failed);
	json_put(j, "requeue_tasks", strings_json(&w->m->requeue));
	json_put_str(j, "action", w->m->requeue.n > 0 ? "accept-partial-results-and-retry-failed" :
	    failed ? "accept-partial-results-and-escalate-failed" : "none");
	return j;
}

static void
add_terminal(struct text *out, const struct manifest *m, const struct tasklist *l, size_t i)
{
	const struct terminal *t = &m->v[i];
	char name[32];

	text_printf(out, "- %s:", terminal_name(i, name));
	for (size_t k = 0; k < t->tasks.n; k++)
		text_printf(out, "%s %s", k > 0 ? " +" : "", l->v[t->tasks.v[k]].item.id);
	if (t->ms > 0)
		text_printf(out, " (%.1f min%s)", (double)t->ms / 60000,
		    t->status == TERMINAL_FAILED ? ", failed" : "");
	text_puts(out, "\n");
}

static const char *
headline(const struct manifest *m, const struct manifest_sums *s)
{
	if (m->begun_at == 0)
		return "Parallel Execution Planned";
	if (m->ended_at == 0)
		return "Parallel Execution in Progress";
	return s->completed == s->total ? "Parallel Execution Complete" :
	    "Parallel Execution Partly Complete";
}

static char *
summary_text(const struct manifest *m, const struct tasklist *l, const struct manifest_sums *s)
{
	struct text t = { 0 };
	size_t named = 0;

	text_printf(&t, "%s\n\n%zu sessions for %zu tasks, %zu complete:\n", headline(m, s),
	    s->terminals, s->total, s->completed);
	for (size_t i = 0; i < m->n; i++)
		if (m->v[i].tasks.n > 0 && named++ < NAMED)
			add_terminal(&t, m, l, i);
	if (named > NAMED)
		text_printf(&t, "- and %zu more\n", named - NAMED);
	text_printf(&t, "\n%zu artifacts\n", s->outputs);
	if (s->saved > 0)
		text_printf(&t, "Time saved: %.1f minutes (%lld%% faster than sequential)\n",
		    (double)s->saved / 60000, manifest_gain(s->saved, m->elapsed));
	return t.buf;
}

struct json *
manifest_json(const struct manifest *m, const struct tasklist *l)
{
	struct writing w = { .m = m, .l = l };
	struct json *j = json_new_object(), *updates = json_new_object();
	char spawn[32], *summary;

	manifest_sum(m, l, &w.sums);
	record_put_time(j, "timestamp", m->at);
	json_put_str(j, "session_id", m->instance[0] != '\0' ? m->instance : NULL);
	snprintf(spawn, sizeof(spawn), SPAWN "%03u", m->spawn);
	json_put_str(j, "spawn_id", spawn);
	json_put(j, "parallelization_plan", plan_json(&w));
	json_put(j, "terminal_assignments", each(&w, "terminal_id", assignment));
	json_put(j, "context_isolation", each(&w, "terminal", isolation));
	json_put(j, "execution", execution_json(&w));
	json_put(j, "monitoring", each(&w, "terminal", monitoring));
	json_put(j, "completion", completion_json(&w));
	json_put(j, "merged_results", merged_json(&w));
	json_put_int(updates, "tasks_completed", (int64_t)w.sums.completed);
	json_put_int(updates, "artifacts_created", (int64_t)w.sums.outputs);
	json_put_bool(updates, "parallel_execution_logged", m->begun_at > 0);
	json_put(j, "session_updates", updates);
	json_put(j, "performance", performance_json(&w));
	json_put(j, "cleanup", cleanup_json(&w));
	json_put(j, "recovery_plan", recovery_json(&w));
	summary = summary_text(m, l, &w.sums);
	json_put_str(j, "summary", summary);
	free(summary);
	manifest_sums_free(&w.sums);
	return j;
}
