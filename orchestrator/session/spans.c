/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "orchestrator/session/facts.h"
#include "orchestrator/session/spans.h"
#include "proto/base/alloc.h"

static void
add(struct spans *all, const struct span *one)
{
	struct span *s = array_add(&all->v, &all->n, sizeof(*all->v));

	*s = *one;
	if (s->to < s->from)
		s->to = s->from;
}

/* If a run has no end, its worker died, unless it is the last run of a live session.  The run lasted at most until the next
 * one began. */
static void
add_run(struct spans *all, const struct state *s, size_t i, int64_t end)
{
	const struct state_run *r = &s->agent_runs[i];
	bool last = i + 1 == s->nagent_runs, died = r->ended_at == 0 && !(last && status_live(s->status));

	add(all, &(struct span){ .kind = SPAN_RUN, .name = role_name(r->role), .from = r->started_at,
	    .to = r->ended_at != 0 ? r->ended_at : last ? end : r[1].started_at, .error = died ? "died" : r->error,
	    .message = died ? "the worker died during the run" : r->detail, .run = r });
}

static void
add_gate(struct spans *all, const struct gate_result *g)
{
	add(all, &(struct span){ .kind = SPAN_GATE, .name = g->name != NULL ? g->name : "", .from = g->at - g->duration_ms,
	    .to = g->at, .error = g->passed ? "" : g->outcome, .message = g->outcome, .gate = g });
}

static void
add_pause(struct spans *all, const struct state *s, size_t i, int64_t end)
{
	enum status to = s->history[i].to;

	if (to == STATUS_WAITING || to == STATUS_APPROVED)
		add(all, &(struct span){ .kind = to == STATUS_WAITING ? SPAN_WAIT : SPAN_READY, .name = "", .from = s->history[i].at,
		    .to = i + 1 < s->nhistory ? s->history[i + 1].at : end, .error = "", .message = "" });
}

void
spans_of(const struct facts *f, int64_t now, struct spans *all)
{
	const struct state *s = &f->e->state;
	int64_t end = s->ended_at != 0 ? s->ended_at : now;
	const char *reason = status_done(s->status) || !status_ended(s->status) ? "" :
	    s->reason[0] != '\0' ? s->reason : status_name(s->status);

	memset(all, 0, sizeof(*all));
	add(all, &(struct span){ .kind = SPAN_SESSION, .name = "", .from = s->created_at, .to = end, .error = reason,
	    .message = s->detail });
	for (size_t i = 0; i < s->nagent_runs; i++)
		add_run(all, s, i, end);
	for (size_t i = 0; i < f->review.ngates; i++)
		add_gate(all, &f->review.gates[i]);
	for (size_t i = 0; i < s->nhistory; i++)
		add_pause(all, s, i, end);
}

void
spans_free(struct spans *all)
{
	free(all->v);
	memset(all, 0, sizeof(*all));
}
