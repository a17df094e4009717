/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "orchestrator/flow.h"
#include "orchestrator/loop.h"

/* What it was at before the flow began is not of this flow's time. */
static void
count_time(const struct flow *f, struct flow_task *t)
{
	struct entry e;
	int64_t from, to;

	t->open = false;
	if (t->session[0] == '\0' || flow_entry(f->o, t->session, &e) == -1)
		return;
	from = e.state.created_at > f->began_wall ? e.state.created_at : f->began_wall;
	to = e.state.ended_at > 0 ? e.state.ended_at : e.state.updated_at;
	if (to > from)
		t->spent += to - from;
	t->sessions++;
	entry_release(&e);
}

static void
settle_failed(struct flow *f, size_t i, bool first, bool news)
{
	const struct task *t = &f->list.v[i];
	int64_t attempt;

	if (!f->t[i].final && flow_again(f, t, &attempt)) {
		taskgraph_enter(&f->graph, i, TASK_PENDING);
		if ((news || first) && f->loop != NULL)
			loop_say(f->loop, t->session, "requeued", "task %s: session %lld of at most %lld",
			    t->item.id, (long long)attempt + 1, (long long)f->attempts);
		return;
	}
	f->t[i].final = true;
	if (f->fail_fast && !first)
		flow_stop(f, "a task has failed");
}

void
flow_settle(struct flow *f, size_t i, bool first)
{
	const struct task *t = &f->list.v[i];
	struct flow_task *ft = &f->t[i];
	bool other = t->session[0] != '\0' && strcmp(ft->session, t->session) != 0, news;

	if (other) {
		if (ft->open)
			count_time(f, ft);
		strlcpy(ft->session, t->session, sizeof(ft->session));
		ft->open = !first || t->status == TASK_IN_PROGRESS;
		ft->final = false;
	}
	news = ft->open;
	if (t->status != TASK_IN_PROGRESS && ft->open) {
		count_time(f, ft);
		flow_owe(f);
	}
	switch (t->status) {
	case TASK_COMPLETE:
		ft->merged |= news && t->session[0] != '\0';
		ft->final = false;
		if (first && t->claimed)	/* merged since the feed was asked */
			flow_owe(f);
		break;
	case TASK_BLOCKED:
	case TASK_FAILED:
		/* One that its feed blocks was not begun, and has not failed. */
		if (t->status == TASK_FAILED || t->session[0] != '\0')
			settle_failed(f, i, first, news);
		break;
	case TASK_PENDING:
		ft->final = false;
		break;
	case TASK_IN_PROGRESS:
	case TASK_STATUS_COUNT:
		break;
	}
}
