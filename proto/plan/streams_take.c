/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/glob.h"
#include "proto/base/text.h"
#include "proto/plan/streams.h"
#include "proto/plan/taskgraph.h"

static void
add_once(struct strings *to, const char *s)
{
	if (to->n < ITEM_MAX_LIST && !strings_has(to, s))
		strings_add(to, s);
}

static bool
overlaps(const struct strings *list, const char *glob)
{
	for (size_t i = 0; i < list->n; i++)
		if (glob_overlap(list->v[i], glob))
			return true;
	return false;
}

/* A path that one task must not change may be necessary for another task. */
static void
add_paths(struct item *w, const struct item *it)
{
	struct strings kept = { 0 };

	for (size_t i = 0; i < w->forbidden_paths.n; i++)
		if (!overlaps(&it->allowed_paths, w->forbidden_paths.v[i]))
			strings_add(&kept, w->forbidden_paths.v[i]);
	for (size_t i = 0; i < it->forbidden_paths.n; i++)
		if (!overlaps(&w->allowed_paths, it->forbidden_paths.v[i]) &&
		    kept.n < ITEM_MAX_LIST && !strings_has(&kept, it->forbidden_paths.v[i]))
			strings_add(&kept, it->forbidden_paths.v[i]);
	strings_free(&w->forbidden_paths);
	w->forbidden_paths = kept;
	for (size_t i = 0; i < it->allowed_paths.n; i++)
		add_once(&w->allowed_paths, it->allowed_paths.v[i]);
	for (size_t i = 0; i < it->outputs.n; i++)
		add_once(&w->outputs, it->outputs.v[i]);
}

static int64_t
sum(int64_t a, int64_t b)
{
	return a + b > ITEM_MAX_MINUTES ? ITEM_MAX_MINUTES : a + b;
}

/* A task without a time limit makes the limit of all unknown; a task of another type decides the type. */
static void
take(struct stream *one, const struct item *it, const char *list, bool parallelizable)
{
	struct item *w = &one->work;
	bool first = w->parts.n == 0;
	struct part *p;

	if (w->parts.n == PARTS_MAX)
		return;
	p = parts_add(&w->parts, it->id, it->title, it->description, it->acceptance);
	strlcpy(p->list, list, sizeof(p->list));
	add_paths(w, it);
	one->pathless |= it->allowed_paths.n == 0;
	one->alone |= !parallelizable;
	w->estimate = sum(w->estimate, it->estimate);
	w->timeout = it->timeout == 0 || (!first && w->timeout == 0) ? 0 :
	    sum(w->timeout, it->timeout);
	w->priority = first || it->priority < w->priority ? it->priority : w->priority;
	if (first && it->agent_type != NULL)
		w->agent_type = text_format("%s", it->agent_type);
	else if (!first && w->agent_type != NULL &&
	    (it->agent_type == NULL || strcmp(w->agent_type, it->agent_type) != 0)) {
		free(w->agent_type);
		w->agent_type = NULL;
	}
}

void
streams_take_own(struct streams *s)
{
	for (size_t i = 0; i < s->n; i++) {
		struct stream *one = &s->v[i];

		one->n = one->ntask;
		if (one->total > 0 && one->completed >= one->total)
			one->done = one->n;
		for (size_t k = one->done; k < one->n; k++)
			take(one, &one->task[k], "", true);
	}
}

bool
stream_complete(const struct stream *one)
{
	return one->n > 0 ? one->done == one->n : one->total > 0 && one->completed >= one->total;
}

/* Takes the tasks of a stream, whose indices are v, in list order, but none before a task that it depends on. */
static void
take_in_order(struct stream *one, const struct tasklist *l, const size_t *v, size_t n)
{
	struct taskgraph g;
	size_t i, j, k, d;

	taskgraph_begin(&g, n);
	for (i = 0; i < n; i++)
		for (k = 0; k < l->v[v[i]].item.depends_on.n; k++)
			for (d = tasklist_find(l, l->v[v[i]].item.depends_on.v[k]), j = 0; j < n; j++)
				if (v[j] == d)
					taskgraph_edge(&g, i, j);
	taskgraph_end(&g, NULL, NULL);
	taskgraph_rank(&g);
	while ((i = taskgraph_next(&g)) != TASK_NONE) {
		taskgraph_enter(&g, i, TASK_COMPLETE);
		if (l->v[v[i]].status != TASK_COMPLETE)
			take(one, &l->v[v[i]].item, l->id, l->v[v[i]].parallelizable);
	}
	taskgraph_release(&g);
}

/* Adds dependencies on the other streams whose tasks a task of this stream waits for. */
static void
take_dependencies(struct streams *s, struct stream *one, const struct tasklist *l,
    const struct task *t, bool make, struct strings *problems)
{
	for (size_t k = 0; k < t->item.depends_on.n; k++) {
		size_t d = tasklist_find(l, t->item.depends_on.v[k]);
		const struct task *on = d == TASK_NONE ? NULL : &l->v[d];

		if (on == NULL || strcmp(on->stream, one->id) == 0)
			continue;
		if (on->stream[0] != '\0' && (make || streams_find(s, on->stream) != STREAMS_NONE)) {
			add_once(&one->depends_on, on->stream);
			continue;
		}
		if (on->status != TASK_COMPLETE && t->status != TASK_COMPLETE)
			streams_problem(problems, "%s: its task %s depends on %s of list %s, which is in "
			    "none of these streams and not COMPLETE; give that task a stream (orchestrator tasks edit --stream "
			    "STREAM %s), or complete it first", one->id,
			    t->item.id, on->item.id, l->id, on->item.id);
	}
}

/* Is a person, or a session of the task alone, at work on it? */
static bool
begun(const struct stream *one, const struct task *t)
{
	char prefix[SESSION_ID_MAX + 16];

	snprintf(prefix, sizeof(prefix), "session-%s-", one->id);
	return t->status == TASK_IN_PROGRESS && (strncmp(t->session, prefix, strlen(prefix)) != 0 ||
	    strchr(t->session + strlen(prefix), '-') != NULL);
}

static void
take_stream(struct streams *s, struct stream *one, const struct tasklist *l, bool make,
    struct strings *problems)
{
	size_t *v, n = 0;

	if ((v = calloc(l->n + 1, sizeof(*v))) == NULL)
		err(1, NULL);
	for (size_t i = 0; i < l->n; i++) {
		if (strcmp(l->v[i].stream, one->id) != 0)
			continue;
		v[n++] = i;
		one->done += l->v[i].status == TASK_COMPLETE;
		one->begun += begun(one, &l->v[i]);
		take_dependencies(s, one, l, &l->v[i], make, problems);
	}
	one->n = n;
	if (n > PARTS_MAX)
		streams_problem(problems, "%s: %zu tasks of list %s carry it, but the limit is %d; split it into two streams",
		    one->id, n, l->id, PARTS_MAX);
	else
		take_in_order(one, l, v, n);
	free(v);
}

void
streams_take(struct streams *s, const struct tasklist *l, bool make, struct strings *problems)
{
	struct stream *one;
	size_t k;

	if (l->source.kind != NULL || (s->list[0] != '\0' && strcmp(s->list, l->id) != 0))
		return;
	for (size_t i = 0; i < l->n; i++) {
		const char *id = l->v[i].stream;

		if (id[0] == '\0')
			continue;
		if ((k = streams_find(s, id)) == STREAMS_NONE && make) {
			if (s->n == STREAMS_MAX) {
				streams_problem(problems, "more than %d streams: use several lists", STREAMS_MAX);
				break;
			}
			streams_add(s, id);
			k = s->n - 1;
		}
		if (k == STREAMS_NONE || (one = &s->v[k])->ntask > 0 || strcmp(one->list, l->id) == 0)
			continue;
		if (one->list[0] != '\0') {
			streams_problem(problems, "%s: tasks of more than one list carry it, %s and %s; "
			    "name the list to use with \"taskList\": \"%s\"", id, one->list, l->id, l->id);
			continue;
		}
		strlcpy(one->list, l->id, sizeof(one->list));
	}
	for (k = 0; k < s->n; k++)
		if (strcmp(s->v[k].list, l->id) == 0)
			take_stream(s, &s->v[k], l, make, problems);
}
