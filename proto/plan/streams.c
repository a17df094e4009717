/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <err.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/alloc.h"
#include "proto/base/text.h"
#include "proto/json/field.h"
#include "proto/json/json.h"
#include "proto/json/record.h"
#include "proto/plan/streams.h"
#include "proto/plan/tasklist.h"

_Static_assert(STREAM_PHASES == TASK_PHASES, "each phase has its name in task_phases");

const char *
stream_phase_name(enum stream_phase p)
{
	return task_phases[p];
}

int
stream_phase_parse(const char *s)
{
	return name_index(task_phases, STREAM_PHASES, s);
}

void
streams_problem(struct strings *problems, const char *fmt, ...)
{
	struct text line = { 0 };
	va_list ap;
	char *s;

	va_start(ap, fmt);
	if (vasprintf(&s, fmt, ap) == -1)
		err(1, NULL);
	va_end(ap);
	text_line(&line, s, strlen(s));
	if (!strings_has(problems, line.buf))
		strings_add(problems, line.buf);
	text_free(&line);
	free(s);
}

size_t
streams_find(const struct streams *s, const char *id)
{
	for (size_t i = 0; i < s->n; i++)
		if (strcmp(s->v[i].id, id) == 0)
			return i;
	return STREAMS_NONE;
}

struct stream *
streams_add(struct streams *s, const char *id)
{
	struct stream *one = array_add(&s->v, &s->n, sizeof(*s->v));

	one->phase = STREAM_PARALLEL;
	one->own.priority = one->work.priority = 2;
	strlcpy(one->id, id, sizeof(one->id));
	return one;
}

static void
stream_release(struct stream *one)
{
	free(one->name);
	strings_free(&one->depends_on);
	free(one->root);
	free(one->worktree);
	item_release(&one->own);
	item_release(&one->work);
	for (size_t i = 0; i < one->ntask; i++)
		item_release(&one->task[i]);
	free(one->task);
	json_free(one->raw);
}

void
streams_release(struct streams *s)
{
	for (size_t i = 0; i < s->n; i++)
		stream_release(&s->v[i]);
	free(s->v);
	free(s->generated);
	free(s->initiative);
	free(s->name);
	free(s->endpoint);
	for (int p = 0; p < STREAM_PHASES; p++)
		strings_free(&s->plan[p]);
	json_free(s->raw);
	memset(s, 0, sizeof(*s));
}

static struct json *
stream_json(const struct stream *one)
{
	struct json *o = one->raw == NULL ? json_new_object() : json_copy(one->raw);

	json_put_str(o, "streamId", one->id);
	json_put_str(o, "streamName", one->name == NULL ? one->id : one->name);
	json_put_str(o, "streamPhase", task_phases[one->phase]);
	json_put_int(o, "totalTasks", one->total);
	json_put_int(o, "completedTasks", one->completed);
	json_put(o, "dependencies", strings_json(&one->depends_on));
	json_drop(o, "streamDependencies");
	json_put_str(o, "projectRoot", one->root);
	json_put_str(o, "worktreePath", one->worktree);
	return o;
}

char *
streams_text(const struct streams *s, size_t *len)
{
	struct json *o = s->raw == NULL ? json_new_object() : json_copy(s->raw), *in, *list;
	char *text;

	json_put_str(o, "version", STREAMS_VERSION);
	json_put_str(o, "generatedAt", s->generated);
	in = record_sub(o, "initiative");
	json_put_str(in, "id", s->initiative);
	json_put_str(in, "name", s->name);
	if (s->endpoint != NULL)
		json_put_str(o, "apiEndpoint", s->endpoint);
	if (s->list[0] != '\0')
		json_put_str(o, "taskList", s->list);
	list = json_new_array();
	for (size_t i = 0; i < s->n; i++)
		json_append(list, stream_json(&s->v[i]));
	json_put(o, "streams", list);
	in = json_new_object();
	for (int p = 0; p < STREAM_PHASES; p++)
		json_put(in, task_phases[p], strings_json(&s->plan[p]));
	json_put(o, "executionPlan", in);
	text = json_text(o, true, len);
	json_free(o);
	return text;
}

const struct strings *
stream_paths(const struct stream *one)
{
	static const struct strings none;

	return one->own.allowed_paths.n > 0 ? &one->own.allowed_paths :
	    one->pathless ? &none : &one->work.allowed_paths;
}
