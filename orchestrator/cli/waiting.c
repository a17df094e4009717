/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "orchestrator/cli/waiting.h"
#include "orchestrator/execute/cache.h"
#include "orchestrator/session/answer.h"
#include "orchestrator/source/last_session.h"
#include "orchestrator/source/tasks.h"
#include "orchestrator/workspace/control.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/alloc.h"
#include "proto/base/clock.h"
#include "proto/base/text.h"
#include "proto/json/json.h"
#include "proto/json/record.h"

#define GRACE	(5 * CLOCK_S)

void
waiting_add(struct waiting *w, const char *id, const char *path)
{
	struct awaited **at = &w->first, *a;

	for (; *at != NULL; at = &(*at)->next)
		if (strcmp((*at)->id, id) == 0)
			return;
	*at = a = alloc_array(1, sizeof(*a));
	(void)snprintf(a->id, sizeof(a->id), "%s", id);
	(void)watch_dir(&a->watch, path, false);
}

static void
forget(struct waiting *w)
{
	for (size_t i = 0; i < w->n; i++) {
		if (w->v[i].session)
			entry_release(&w->v[i].e);
		free(w->v[i].task);
	}
	free(w->v);
	w->v = NULL;
	w->n = 0;
}

static struct sight *
add(struct waiting *w)
{
	return array_add(&w->v, &w->n, sizeof(*w->v));
}

static bool
is_answered(const struct sight *s)
{
	return s->session && s->e.error == NULL && s->e.state.questions_open > 0 && !answer_missing(&s->e);
}

/* A session has no worker for a moment when it begins, and when a command ends it. */
static bool
is_changing(struct waiting *w, const struct sight *s)
{
	struct awaited *a = w->first;

	while (a != NULL && (!s->session || strcmp(a->id, s->e.id) != 0))
		a = a->next;
	if (a == NULL)
		return false;
	if (!entry_dead(&s->e))
		a->dead_since = 0;
	else if (a->dead_since == 0)
		a->dead_since = clock_now();
	if (a->dead_since == 0 || clock_now() - a->dead_since >= GRACE)
		return false;
	watch_timer(&w->grace, a->dead_since + GRACE);
	return true;
}

static void
look_at_sessions(struct waiting *w, bool executing)
{
	struct goal_course course = { .executing = executing };

	for (const struct awaited *a = w->first; a != NULL; a = a->next) {
		struct sight s = { .session = registry_find_known(w->o, a->id, &s.e) == 0 };

		if (!s.session)
			s.gone = a->id;
		course.changing = is_changing(w, &s);
		course.answered = is_answered(&s);
		s.reach = goal_session(w->goal, s.session ? &s.e : NULL, &course);
		*add(w) = s;
	}
}

/* May execute begin another attempt at the task? */
static bool
is_tried_again(const struct waiting *w, const struct task *t)
{
	struct last_session last;
	int64_t attempt;
	bool again;

	if ((t->status != TASK_FAILED && t->status != TASK_BLOCKED) || w->attempts == 0 || t->session[0] == '\0')
		return false;
	if (last_session_load(w->o, t->session, &last) == -1)
		return true;	/* it is being moved; an event follows */
	again = last_session_again(&last, w->attempts, &attempt);
	last_session_release(&last);
	return again;
}

static void
look_at_task(struct waiting *w, const struct task *t, bool executing, bool again, bool hopeless)
{
	struct sight s = { .task = text_format("%s", t->item.id), .task_status = task_status_name(t->status) };
	struct goal_course course;

	s.session = t->session[0] != '\0' && registry_find_known(w->o, t->session, &s.e) == 0;
	if (s.session && !s.e.archived) {
		waiting_add(w, s.e.id, s.e.path);
		entry_release(&s.e);	/* read again, now that it is watched */
		s.session = registry_find_known(w->o, t->session, &s.e) == 0;
	}
	course = (struct goal_course){ executing, is_changing(w, &s), is_answered(&s), again, hopeless };
	s.reach = goal_task(w->goal, t, s.session ? &s.e : NULL, &course);
	*add(w) = s;
}

/* Does the running execute work on the list? */
static bool
is_executed(const struct waiting *w)
{
	struct json *execute = cache_execute(w->o);
	const struct json *lists = json_get(execute, "lists");
	bool is = false;

	for (size_t i = 0; i < json_count(lists); i++)
		is |= strcmp(json_words(json_at(lists, i), "list"), w->list) == 0;
	json_free(execute);
	return is;
}

/* Marks the tasks that depend on a failed one, also by others. */
static void
mark_hopeless(const struct tasklist *l, const bool *again, bool *hopeless)
{
	bool more = true;

	while (more) {
		more = false;
		for (size_t i = 0; i < l->n; i++)
			for (size_t k = 0; l->v[i].status == TASK_PENDING && !hopeless[i] && k < l->v[i].item.depends_on.n; k++) {
				size_t on = tasklist_find(l, l->v[i].item.depends_on.v[k]);

				if (on != TASK_NONE && ((l->v[on].status == TASK_FAILED && !again[on]) || hopeless[on]))
					more = hopeless[i] = true;
			}
	}
}

static void
look_at_list(struct waiting *w, const struct tasklist *l, bool executing)
{
	bool *again = alloc_array(l->n + 1, sizeof(*again)), *hopeless = alloc_array(l->n + 1, sizeof(*hopeless)), any = false;

	for (size_t i = 0; executing && i < l->n; i++)
		any |= again[i] = is_tried_again(w, &l->v[i]);
	if (any && !is_executed(w))
		memset(again, 0, l->n * sizeof(*again));
	mark_hopeless(l, again, hopeless);
	for (size_t i = 0; i < l->n; i++)
		look_at_task(w, &l->v[i], executing, again[i], hopeless[i]);
	free(again);
	free(hopeless);
}

/* The instance may be made while a list waits; the list changes then, as its first task begins. */
static void
watch_instance(struct waiting *w)
{
	if (w->o->instance == NULL)
		(void)orch_instance(w->o);
	if (w->o->instance == NULL)
		return;
	if (w->place[0].wd == 0)
		(void)watch_dir(&w->place[0], w->o->sessions, false);
	if (w->place[1].wd == 0)
		(void)watch_dir(&w->place[1], w->o->instance, false);
}

int
waiting_look(struct waiting *w, int *status)
{
	size_t n[REACHES] = { 0 };
	const struct tasklist *l;
	bool executing;

	forget(w);
	watch_instance(w);
	executing = control_execute(w->o) != 0;
	if (w->list[0] == '\0')
		look_at_sessions(w, executing);
	else if ((*status = tasks_view(w->o->workspace, w->list, &l)) != 0)
		return -1;
	else
		look_at_list(w, l, executing);
	for (size_t i = 0; i < w->n; i++)
		n[w->v[i].reach]++;
	return (int)goal_all(w->goal, n);
}

void
waiting_release(struct waiting *w)
{
	struct awaited *next;

	forget(w);
	for (struct awaited *i = w->first; i != NULL; i = next) {
		next = i->next;
		watch_undir(&i->watch);
		free(i);
	}
	w->first = NULL;
}
