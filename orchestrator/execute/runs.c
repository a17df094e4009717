/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <err.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "orchestrator/execute/events.h"
#include "orchestrator/execute/report.h"
#include "orchestrator/execute/runs.h"
#include "orchestrator/session/registry.h"
#include "orchestrator/session/spending.h"
#include "proto/base/clock.h"
#include "proto/base/text.h"
#include "proto/json/record.h"
#include "proto/sys/dir.h"
#include "proto/sys/file.h"

static void
add(struct runs *r, struct json *report)
{
	if ((r->v = reallocarray(r->v, r->n + 1, sizeof(*r->v))) == NULL)
		err(1, NULL);
	r->v[r->n++] = report;
}

static int
compare(const void *a, const void *b)
{
	return strcmp(json_words(*(struct json *const *)a, "at"), json_words(*(struct json *const *)b, "at"));
}

static void
load_files(struct runs *r, const char *instance)
{
	char *path = text_format("%s/" REPORTS, instance), *buf, why[RECORD_ERR];
	DIR *d = dir_take(file_open_dir(AT_FDCWD, path));
	const struct dirent *e;
	struct json *j;
	size_t len;

	while ((e = dir_next(d)) != NULL) {
		len = strlen(e->d_name);
		if (len < 6 || strcmp(e->d_name + len - 5, ".json") != 0 ||
		    file_read(dirfd(d), e->d_name, REPORT_MAX, &buf, &len) == -1)
			continue;
		if ((j = record_open_as(e->d_name, buf, len, JSON_LARGE, why, sizeof(why))) != NULL)
			add(r, j);
		free(buf);
	}
	dir_close(d);
	free(path);
}

/* A run as its events have it. */
struct tale {
	struct runs	*runs;
	const char	*instance;
	char		 began[CLOCK_TEXT], last[CLOCK_TEXT];
	struct json	*merged, *failed;	/* of the run so far; NULL: none is under way */
};

static bool
is_known(const struct runs *r, const struct json *report)
{
	for (size_t i = 0; i < r->n; i++)
		if (strcmp(json_words(r->v[i], "at"), json_words(report, "at")) == 0 &&
		    strcmp(json_words(r->v[i], "list"), json_words(report, "list")) == 0)
			return true;
	return false;
}

static bool
did_something(const struct json *report)
{
	for (int k = 0; k <= FATE_FAILED; k++) {
		const struct json *list = json_get(report, fate_name((enum fate)k));

		for (size_t i = 0; i < json_count(list); i++)
			if (json_str(json_at(list, i), "session") != NULL)
				return true;
	}
	return false;
}

/* The run ended without a report. */
static void
end_run(struct tale *t)
{
	struct json *j;
	size_t merged = json_count(t->merged), failed = json_count(t->failed);

	if (t->merged == NULL)
		return;
	if (merged + failed == 0) {
		json_free(t->merged);
		json_free(t->failed);
	} else {
		j = record_begin(NULL);
		json_put_str(j, "at", t->last);
		json_put_str(j, "event", "report");
		json_put_str(j, "instance", strrchr(t->instance, '/') + 1);
		json_put_str(j, "started_at", t->began);
		json_put_str(j, "list", NULL);
		json_put_int(j, "total", (int64_t)(merged + failed));
		json_put_int(j, "complete", (int64_t)merged);
		json_put_str(j, "stopped", "execute ended without a report");
		json_put(j, fate_name(FATE_MERGED), t->merged);
		json_put(j, fate_name(FATE_FAILED), t->failed);
		add(t->runs, j);
	}
	t->merged = t->failed = NULL;
}

static void
add_session(struct json *list, const char *session, const char *reason)
{
	struct json *j = json_new_object();
	char item[SESSION_ID_MAX];

	json_put_str(j, "task", entry_item(session, item, sizeof(item)) ? item : session);
	json_put_str(j, "session", session);
	if (reason != NULL)
		json_put_str(j, "reason", reason);
	json_append(list, j);
}

static bool
tell(void *arg, const struct json *event)
{
	struct tale *t = arg;
	const char *what = json_words(event, "event"), *session = json_words(event, "session");
	int status;

	if (strcmp(what, "began") == 0) {
		end_run(t);
		t->merged = json_new_array();
		t->failed = json_new_array();
		strlcpy(t->began, json_words(event, "at"), sizeof(t->began));
	} else if (strcmp(what, "report") == 0) {
		if (did_something(event) && !is_known(t->runs, event))
			add(t->runs, json_copy(event));
		json_free(t->merged);
		json_free(t->failed);
		t->merged = t->failed = NULL;
	} else if (t->merged != NULL && session_id_valid(session)) {
		if (strcmp(what, "merged") == 0)
			add_session(t->merged, session, NULL);
		else if ((status = status_parse(what)) != -1 && status_traits((enum status)status)->outcome == OUTCOME_FAILED)
			add_session(t->failed, session, json_words(event, "text"));
	}
	strlcpy(t->last, json_words(event, "at"), sizeof(t->last));
	return true;
}

void
runs_load(struct runs *r, const char *instance, bool over)
{
	struct tale t = { .runs = r, .instance = instance };

	memset(r, 0, sizeof(*r));
	load_files(r, instance);
	events_each(instance, tell, &t);
	if (over)
		end_run(&t);
	json_free(t.merged);
	json_free(t.failed);
	if (r->n > 0)
		qsort(r->v, r->n, sizeof(*r->v), compare);
}

void
runs_release(struct runs *r)
{
	for (size_t i = 0; i < r->n; i++)
		json_free(r->v[i]);
	free(r->v);
	memset(r, 0, sizeof(*r));
}

static void
add_figure(struct json *sum, const struct json *one, const char *key)
{
	json_put_int(sum, key, json_int(sum, key, 0) + json_int(one, key, 0));
}

/* Merged tasks are those of all runs; the rest is as the last run left it. */
struct json *
runs_sum(const struct runs *r, const char *list)
{
	struct json *sum = NULL, *merged = json_new_array(), *spent = json_new_array();
	const struct json *u, *m;
	int64_t input = 0, output = 0, cost = 0;

	for (size_t i = 0; i < r->n; i++) {
		struct json *next, *before = sum;

		if (strcmp(json_words(r->v[i], "list"), list) != 0)
			continue;
		m = json_get(r->v[i], fate_name(FATE_MERGED));
		for (size_t k = 0; k < json_count(m); k++)
			json_append(merged, json_ref_at(m, k));
		spending_merge(spent, json_get(r->v[i], "spent"));
		u = json_get(r->v[i], "usage");
		input += json_int(u, "input_tokens", 0);
		output += json_int(u, "output_tokens", 0);
		cost += (int64_t)(json_real(u, "cost_usd", 0) * 1e6 + 0.5);
		next = json_copy(r->v[i]);
		if (before != NULL) {
			add_figure(next, before, "wall_ms");
			add_figure(next, before, "sequential_ms");
			add_figure(next, before, "saved_ms");
			json_put_str(next, "started_at", json_str(before, "started_at"));
		}
		json_put_int(next, "runs", json_int(before, "runs", 0) + 1);
		json_free(before);
		sum = next;
	}
	if (sum == NULL) {
		json_free(merged);
		json_free(spent);
		return NULL;
	}
	report_usage(sum, input, output, cost);
	json_put(sum, "spent", spent);
	json_put(sum, fate_name(FATE_MERGED), merged);
	return sum;
}
