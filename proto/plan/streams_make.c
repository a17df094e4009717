/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "proto/base/text.h"
#include "proto/json/field.h"
#include "proto/json/json.h"
#include "proto/plan/streams.h"
#include "proto/plan/taskgraph.h"

static bool
is_needed(const struct streams *s, const char *id)
{
	for (size_t i = 0; i < s->n; i++)
		if (strings_has(&s->v[i].depends_on, id))
			return true;
	return false;
}

static enum stream_phase
phase_of(const struct streams *s, const struct stream *one)
{
	const struct strings *on = &one->depends_on;
	size_t others = 0, d;

	if (on->n == 0)
		return is_needed(s, one->id) ? STREAM_FOUNDATION : STREAM_PARALLEL;
	for (size_t k = 0; k < on->n; k++) {
		if ((d = streams_find(s, on->v[k])) == STREAMS_NONE)
			continue;
		if (s->v[d].phase == STREAM_INTEGRATION)
			return STREAM_INTEGRATION;
		others += s->v[d].phase == STREAM_PARALLEL;
	}
	return others > 1 ? STREAM_INTEGRATION : STREAM_PARALLEL;
}

/* Each stream comes after those that it depends on; in a circle, the first that is left comes next. */
void
streams_arrange(struct streams *s, const struct strings said[STREAM_PHASES])
{
	struct taskgraph g;
	size_t i;
	int p;

	for (p = 0; p < STREAM_PHASES; p++)
		strings_free(&s->plan[p]);
	s->planned = true;
	streams_graph(s, &g, NULL);
	taskgraph_rank(&g);
	for (size_t n = 0; n < s->n; n++) {
		if ((i = taskgraph_next(&g)) == TASK_NONE)
			for (i = 0; g.status[i] == TASK_COMPLETE; i++)
				;
		taskgraph_enter(&g, i, TASK_COMPLETE);
		for (p = 0; p < STREAM_PHASES && !strings_has(&said[p], s->v[i].id); p++)
			;
		s->v[i].phase = p < STREAM_PHASES ? (enum stream_phase)p :
		    s->n == 1 ? STREAM_FOUNDATION : phase_of(s, &s->v[i]);
		strings_add(&s->plan[s->v[i].phase], s->v[i].id);
		s->v[i].total = (int64_t)s->v[i].n;
		s->v[i].completed = (int64_t)s->v[i].done;
	}
	taskgraph_release(&g);
}

static void
set_text(char **field, const char *s)
{
	free(*field);
	*field = s == NULL ? NULL : text_format("%s", s);
}

static void
set_list(struct strings *field, const struct strings *from)
{
	strings_free(field);
	strings_add_all(field, from);
}

static void
set_parts(struct parts *p, const struct parts *from)
{
	struct part *one;

	parts_free(p);
	for (size_t i = 0; i < from->n; i++) {
		one = parts_add(p, from->v[i].id, from->v[i].title, from->v[i].description,
		    from->v[i].acceptance);
		strlcpy(one->list, from->v[i].list, sizeof(one->list));
	}
}

static void
set_description(const struct streams *s, const struct stream *one, struct item *it)
{
	char *text = text_format("Stream %s (%s phase) of \"%s\". Do its tasks one after another, in the "
	    "order given, commit after each, and then say how many are done by \"worker progress\".%s%s",
	    one->id, stream_phase_name(one->phase), s->name, one->own.description == NULL ? "" : "\n\n",
	    one->own.description == NULL ? "" : one->own.description);

	free(it->description);
	it->description = text;
}

bool
streams_waits(const struct streams *s, size_t i, size_t other)
{
	return other != i && (streams_before(s, other, i) || strings_has(&s->v[i].depends_on, s->v[other].id));
}

static void
set_dependencies(const struct streams *s, size_t i, struct strings *on)
{
	strings_free(on);
	for (size_t k = 0; k < s->n; k++)
		if (streams_waits(s, i, k))
			strings_add(on, s->v[k].id);
}

static void
set_work(const struct streams *s, const struct stream *one, struct task *t)
{
	const struct item *own = &one->own, *w = &one->work;
	struct item *it = &t->item;

	set_text(&it->title, one->name);
	set_description(s, one, it);
	set_text(&it->acceptance, own->acceptance);
	set_text(&it->agent_type, own->agent_type != NULL ? own->agent_type : w->agent_type);
	it->priority = one->says_priority ? own->priority : w->priority;
	set_list(&it->allowed_paths, stream_paths(one));
	set_list(&it->forbidden_paths, own->forbidden_paths.n > 0 ? &own->forbidden_paths :
	    &w->forbidden_paths);
	set_list(&it->outputs, own->outputs.n > 0 ? &own->outputs : &w->outputs);
	it->estimate = own->estimate > 0 ? own->estimate : w->estimate;
	it->timeout = own->timeout > 0 ? own->timeout : w->timeout;
	it->limits.stall = s->recovery.stall;
	it->limits.recoveries = s->recovery.recoveries;
	set_text(&it->worktree, one->worktree);
	set_parts(&it->parts, &w->parts);
	t->parallelizable = !one->alone;
}

bool
streams_task(const struct streams *s, size_t i, struct task *t)
{
	struct json *before = task_json(t), *after;
	char *was = json_text(before, false, NULL), *is;
	bool other;

	set_dependencies(s, i, &t->item.depends_on);
	strlcpy(t->phase, stream_phase_name(s->v[i].phase), sizeof(t->phase));
	if (t->status != TASK_COMPLETE && (t->status != TASK_IN_PROGRESS || t->session[0] == '\0'))
		set_work(s, &s->v[i], t);
	after = task_json(t);
	is = json_text(after, false, NULL);
	other = strcmp(was, is) != 0;
	t->changed |= other;
	free(was);
	free(is);
	json_free(before);
	json_free(after);
	return other;
}
