/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <err.h>
#include <stdlib.h>
#include <string.h>

#include "orchestrator/execute/manifest.h"
#include "orchestrator/session/registry.h"
#include "orchestrator/session/spending.h"
#include "proto/base/alloc.h"
#include "proto/base/text.h"
#include "proto/json/json.h"
#include "proto/plan/tasklist.h"

struct manifest *
manifest_make(void)
{
	struct manifest *m = calloc(1, sizeof(*m));

	if (m == NULL)
		err(1, NULL);
	return m;
}

void
manifest_free(struct manifest *m)
{
	if (m == NULL)
		return;
	for (size_t i = 0; i < m->n; i++) {
		free(m->v[i].path);
		free(m->v[i].detail);
		json_free(m->v[i].spent);
		artifacts_release(&m->v[i].files);
	}
	free(m->v);
	free(m->planned);
	strings_free(&m->errors);
	strings_free(&m->requeue);
	free(m);
}

/* The list may have grown. */
static void
make_room(struct manifest *m, const struct pick *p)
{
	size_t most = 0, n;

	for (size_t k = 0; k < p->n; k++)
		if (p->v[k] >= most)
			most = p->v[k] + 1;
	if (most > m->ntasks) {
		n = most * 2;
		if ((m->planned = reallocarray(m->planned, n, sizeof(*m->planned))) == NULL)
			err(1, NULL);
		for (; m->ntasks < n; m->ntasks++)
			m->planned[m->ntasks] = SIZE_MAX;
	}
	if ((m->n & (m->n - 1)) == 0 &&
	    (m->v = reallocarray(m->v, m->n == 0 ? 1 : m->n * 2, sizeof(*m->v))) == NULL)
		err(1, NULL);
}

struct terminal *
manifest_plan(struct manifest *m, const struct pick *p)
{
	struct terminal *t;

	make_room(m, p);
	t = &m->v[m->n];
	memset(t, 0, sizeof(*t));
	t->tasks = *p;
	for (size_t k = 0; k < p->n; k++)
		m->planned[p->v[k]] = m->n;
	m->n++;
	return t;
}

/* Removes a task from the other terminals that had planned it. */
static void
take_away(struct manifest *m, size_t task, size_t but)
{
	struct pick *p;
	size_t n = 0;

	if (m->planned[task] != SIZE_MAX && m->planned[task] != but) {
		p = &m->v[m->planned[task]].tasks;
		for (size_t k = 0; k < p->n; k++)
			if (p->v[k] != task)
				p->v[n++] = p->v[k];
		p->n = n;
	}
	m->planned[task] = SIZE_MAX;
}

struct terminal *
manifest_sent(struct manifest *m, const struct pick *p, const char *session)
{
	struct terminal *t;
	size_t i = m->n;

	make_room(m, p);
	while (i > 0 && strcmp(m->v[i - 1].session, session) != 0)
		i--;
	if (i-- == 0 && (i = m->planned[p->v[0]]) == SIZE_MAX) {
		i = m->n;
		manifest_plan(m, p);
	}
	t = &m->v[i];
	for (size_t k = 0; k < t->tasks.n; k++)
		m->planned[t->tasks.v[k]] = SIZE_MAX;
	for (size_t k = 0; k < p->n; k++)
		take_away(m, p->v[k], i);
	t->tasks = *p;
	t->status = TERMINAL_ACTIVE;
	strlcpy(t->session, session, sizeof(t->session));
	return t;
}

int64_t
manifest_took(const struct state *s, int64_t since)
{
	int64_t from = s->created_at > since ? s->created_at : since;
	int64_t to = s->ended_at > 0 ? s->ended_at : s->updated_at;

	return to > from ? to - from : 0;
}

void
manifest_look(const struct manifest *m, struct terminal *t, const struct entry *e)
{
	const struct state *s = &e->state;

	free(t->path);
	free(t->detail);
	t->path = text_format("%s", e->path);
	t->archived = e->archived;
	t->state = s->status;
	t->started_at = s->started_at > 0 ? s->started_at : s->created_at;
	t->ended_at = status_ended(s->status) ? s->ended_at : 0;
	t->ms = status_ended(s->status) ? manifest_took(s, m->begun_at) : 0;
	t->input = s->input_tokens;
	t->output = s->output_tokens;
	t->cost = s->cost_microusd;
	json_free(t->spent);
	t->spent = spending_of_session(s);
	t->done = s->tasks_done;
	t->total = s->tasks_total;
	strlcpy(t->reason, s->reason, sizeof(t->reason));
	t->detail = s->detail[0] != '\0' ? text_format("%s", s->detail) : NULL;
	strlcpy(t->merged, s->merged, sizeof(t->merged));
	t->status = !status_ended(s->status) ? TERMINAL_ACTIVE :
	    status_done(s->status) ? TERMINAL_COMPLETED : TERMINAL_FAILED;
}

void
manifest_error(struct manifest *m, const char *task, const char *why, bool final)
{
	char *text = text_format("%s: %s", task, why);

	if (m->errors.n < MANIFEST_ERRORS)
		strings_add(&m->errors, text);
	m->spawn_failed |= final;
	free(text);
}

/* A task without an estimate counts the time of its sessions. */
static void
add_time(const struct terminal *t, const struct tasklist *l, bool *seen, struct manifest_sums *s)
{
	for (size_t k = 0; k < t->tasks.n; k++) {
		const struct task *one = &l->v[t->tasks.v[k]];

		if (one->item.estimate == 0)
			s->estimate += t->ms / (int64_t)t->tasks.n;
		else if (!seen[t->tasks.v[k]])
			s->estimate += one->item.estimate * 60000;
	}
}

static void
add_use(const struct terminal *t, struct manifest_use *u)
{
	u->ms += t->ms;
	u->input += t->input;
	u->output += t->output;
	u->cost += t->cost;
}

void
manifest_sum(const struct manifest *m, const struct tasklist *l, struct manifest_sums *s)
{
	bool *seen = alloc_array(l->n, sizeof(*seen));

	memset(s, 0, sizeof(*s));
	s->task = alloc_array(l->n, sizeof(*s->task));
	s->merged = alloc_array(l->n, sizeof(*s->merged));
	for (size_t i = 0; i < m->n; i++) {
		const struct terminal *t = &m->v[i];
		bool over = t->status > TERMINAL_ACTIVE;

		s->terminals += t->tasks.n > 0;
		s->spawned += t->session[0] != '\0';
		s->over += over;
		s->outputs += t->files.n;
		s->conflicts += status_traits(t->state)->outcome == OUTCOME_BLOCKED;
		s->saved += t->status == TERMINAL_COMPLETED ? t->ms : 0;
		add_time(t, l, seen, s);
		if (over && t->tasks.n > 0) {
			s->all.sessions++;
			add_use(t, &s->all);
			add_use(t, &s->task[t->tasks.v[0]]);
		}
		for (size_t k = 0; k < t->tasks.n; k++) {
			const struct task *one = &l->v[t->tasks.v[k]];

			s->task[t->tasks.v[k]].sessions += over;
			s->merged[t->tasks.v[k]] |= t->status == TERMINAL_COMPLETED;
			s->completed += t->status == TERMINAL_COMPLETED;
			s->failed += t->status == TERMINAL_FAILED &&
			    strcmp(one->session, t->session) == 0 && one->status != TASK_COMPLETE;
			if (seen[t->tasks.v[k]])
				continue;
			seen[t->tasks.v[k]] = true;
			s->total++;
			s->parallelizable += one->parallelizable &&
			    (m->trust || one->item.allowed_paths.n > 0);
		}
	}
	s->saved -= m->elapsed;
	free(seen);
}

void
manifest_sums_free(struct manifest_sums *s)
{
	free(s->task);
	free(s->merged);
}

long long
manifest_gain(int64_t saved, int64_t elapsed)
{
	return saved + elapsed > 0 ? saved * 100 / (saved + elapsed) : 0;
}
